"""What docs/ shows must run as it stands, and say what the results and the docstrings say."""

import doctest
import importlib
import re
from collections import Counter

import keras
import numpy as np
import pytest
import tensorflow as tf
from PIL import Image
from shown_code import ROOT, check_command, commands, names_of_runs, python_blocks

DOCS, SAVED_MODELS = ROOT / "docs", ROOT / "saved_models"
PAGES = {path.stem: path.read_text(encoding="utf-8") for path in sorted(DOCS.glob("*.md"))}
FAMILY_PAGES = sorted(PAGES.keys() - {"api"})
# What must hold after a page's code, by what stands there.
OUTCOMES = {
    "autoencoder": "scores['squared_error'] < pca['squared_error']",
    "denoising": "denoising_scores(test, cleaned)['psnr'] > 2 + denoising_scores(test, noisy)['psnr']"
    " and clean_photo.shape == photo.shape",
    "binary-codes": "scores['p10'] > 0.35 and ids.shape == (50, 10) and len(ids_near) > 0",
    "classifier": "frozen['accuracy'] > 0.75 and after > before",
    "reader": "right > 0.75 and written == ['사십이'] and translated.shape == (100, texts.length)",
}


@pytest.fixture
def tables(monkeypatch):
    monkeypatch.syspath_prepend(ROOT / "benchmarks")
    return importlib.import_module("tables")


@pytest.fixture(scope="module")
def api_reference():
    spec = importlib.util.spec_from_file_location("api_reference", DOCS / "api_reference.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def without_compiling():
    """One step is run once: compiling it takes a hundred times as long."""
    tf.config.run_functions_eagerly(True)
    yield
    tf.config.run_functions_eagerly(False)


@pytest.fixture
def desk(tmp_path, monkeypatch):
    """An empty working directory with the trained models of this checkout in it, if there are any."""
    if SAVED_MODELS.is_dir():
        (tmp_path / SAVED_MODELS.name).symlink_to(SAVED_MODELS)
    monkeypatch.chdir(tmp_path)


def uses_a_missing_model(block):
    names = re.findall(r"keraszoo\.load\(\"([\w-]+)\"", block)
    return any(not (SAVED_MODELS / name / "report.json").exists() for name in names)


def draw_pictures_for(block):
    for name in re.findall(r"\"(\w+\.png)\"", block):
        Image.fromarray(np.random.default_rng(0).integers(0, 256, (28, 28), dtype=np.uint8)).save(name)


@pytest.mark.parametrize("page", FAMILY_PAGES)
def test_the_code_of_a_page_runs_in_its_order(page, desk):
    keras.utils.set_random_seed(0)
    names = {}
    for block in python_blocks(PAGES[page]):
        if not uses_a_missing_model(block):
            draw_pictures_for(block)
            exec(compile(block, f"{page}.md", "exec"), names)
    assert eval(OUTCOMES[page], names)


@pytest.mark.parametrize("page", FAMILY_PAGES)
def test_every_command_shown_could_be_given(page):
    shown = list(commands(PAGES[page]))
    assert shown
    for words in shown:
        check_command(words, names_of_runs(PAGES[page]))


@pytest.mark.parametrize(
    "line",
    [
        "keraszoo trian autoencoder-mnist",
        "keraszoo train autoencoder-mnistt",
        "keraszoo train autoencoder --bits 8",
        "keraszoo evaluate autoencoder-mnist --code-size 3",
        "keraszoo export nobody-trained-this",
        "make tests",
        "python benchmarks/nothing.py",
        "curl example.org",
    ],
)
def test_a_command_that_could_not_be_given_is_found(line):
    with pytest.raises((AssertionError, ValueError)):
        check_command(line.split(), names_of_runs(line))


@pytest.mark.parametrize("page", FAMILY_PAGES)
def test_the_figures_of_a_page_are_those_of_the_committed_results(page, tables):
    assert tables.filled(PAGES[page]) == PAGES[page], "run python benchmarks/tables.py"


def test_a_figure_that_is_in_no_result_is_an_error(tables):
    with pytest.raises(ValueError, match=r"has no a\.b"):
        tables.filled("some <!-- figure: latency a.b .2f -->3<!-- . -->")
    with pytest.raises(ValueError, match="expected a block"):
        tables.filled("<!-- figures: nothing -->\n<!-- end of figures -->")


@pytest.mark.parametrize("page", FAMILY_PAGES)
def test_no_mark_of_a_figure_begins_a_line(page):
    """There it would end the paragraph: Markdown takes the line for HTML."""
    assert not re.search(r"^\s*<!-- figure: ", PAGES[page], re.MULTILINE)


@pytest.mark.parametrize("page", PAGES)
def test_links_lead_somewhere(page):
    for target in re.findall(r"\]\((?!https?:)([^)]+)\)", PAGES[page]):
        path, _, anchor = target.partition("#")
        assert (DOCS / path).exists(), target
        if anchor:
            text = PAGES[path.removesuffix(".md") or page]
            assert anchor in anchors(text), target


def anchors(text):
    """What GitHub calls the headings: lower case, without marks, numbered where two are the same."""
    seen, found = Counter(), set()
    for heading in re.findall(
        r"^#+ (.*)$", re.sub(r"^```.*?^```", "", text, flags=re.DOTALL | re.MULTILINE), re.MULTILINE
    ):
        slug = re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")
        found.add(f"{slug}-{seen[slug]}" if seen[slug] else slug)
        seen[slug] += 1
    return found


def test_the_reference_says_what_the_docstrings_say(api_reference):
    assert api_reference.reference() == PAGES["api"], "run python docs/api_reference.py"


def test_the_examples_of_the_reference_run(desk, without_compiling):
    models = importlib.import_module("keraszoo.models")
    small = models.autoencoder((28, 28, 1), code_size=4, hidden_units=(8,))
    small.save("model.keras")
    random = np.random.default_rng(0)
    names = {
        **{name: getattr(models, name) for name in models.__all__},
        "keras": keras,
        "load_images": importlib.import_module("keraszoo.data").load_images,
        "keraszoo": importlib.import_module("keraszoo"),
        "np": np,
        "CodeIndex": importlib.import_module("keraszoo.search").CodeIndex,
        "bits": random.integers(0, 2, (20, 32)),
        "query_bits": random.integers(0, 2, (2, 32)),
        "images": random.integers(0, 256, (4, 28, 28, 1), dtype=np.uint8),
        "labels": np.arange(4),
        "strips": random.integers(0, 256, (4, 4, 28, 28, 1), dtype=np.uint8),
        "digits": random.integers(0, 11, (4, 4)),
        "previous_ids": random.integers(1, 20, (4, 12)),
        "token_ids": random.integers(1, 20, (4, 12)),
        "source_ids": random.integers(1, 24, (4, 40)),
        "korean_reader": models.reader((28, 28, 1), 4, 20, 12, units=8),
    }
    examples = doctest.DocTestParser().get_examples(
        "\n\n".join(re.findall(r"```pycon\n(.*?)```", PAGES["api"], re.DOTALL))
    )
    assert examples
    for example in examples:
        if example.want:
            assert repr(eval(example.source, names)) == example.want.strip()
        else:
            exec(example.source, names)
    for block in python_blocks(PAGES["api"]):
        if not uses_a_missing_model(block):
            draw_pictures_for(block)
            exec(block, names)
