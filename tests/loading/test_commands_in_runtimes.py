"""The commands that use a trained model: the same answers in every runtime, and TFLite needs the small part only."""

import json
import shutil
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

from keraszoo.cli import main
from keraszoo.loading import folders
from keraszoo.loading.runtimes import RUNTIMES

MODELS = ("classifier", "cleaner", "hasher", "reader")
HEAVY = ("tensorflow", "keras", "scipy", "skimage", "sklearn", "matplotlib", "num2words", "requests")


@pytest.fixture(scope="module")
def world(run_folder, tmp_path_factory):
    """Exported models in ``saved_models``, and pictures of noise."""
    world = tmp_path_factory.mktemp("world")
    for name in MODELS:
        shutil.copytree(run_folder(name), world / "saved_models" / name)
    for number in range(4):
        pixels = np.random.default_rng(number).integers(0, 120, (8, 8), dtype=np.uint8)
        (world / "pictures").mkdir(exist_ok=True)
        Image.fromarray(pixels).save(world / "pictures" / f"{number}.png")
    return world


@pytest.fixture
def here(world, monkeypatch):
    """The folder of all that, as the one that commands are given in; no model is installed."""
    monkeypatch.setattr(folders, "INSTALLED", world / "installed")
    monkeypatch.chdir(world)
    return world


@pytest.fixture
def run(here, capfd):
    """Give a command that must succeed; what it prints is returned, and what it says beside that."""

    def run_line(line):
        capfd.readouterr()
        assert main(line.split()) == 0, capfd.readouterr().err
        return capfd.readouterr()

    return run_line


def run_where_missing(packages, line):
    """The same in a process where importing any of the packages fails, as where they are not installed."""
    script = (
        f"import sys; sys.modules.update(dict.fromkeys({packages})); from keraszoo.cli import main; sys.exit(main())"
    )
    return subprocess.run([sys.executable, "-c", script, *line.split()], capture_output=True, text=True, check=False)


def test_pictures_are_of_the_same_classes(run):
    by_runtime = {
        runtime: json.loads(run(f"classify pictures --model classifier --json --runtime {runtime}").out)
        for runtime in RUNTIMES
    }
    for rows in by_runtime.values():
        for row, expected in zip(rows, by_runtime["keras"], strict=True):
            assert (row["picture"], row["label"]) == (expected["picture"], expected["label"])
            assert row["probabilities"] == pytest.approx(expected["probabilities"], abs=1e-5)


def test_pictures_are_cleaned_alike(here, run):
    for runtime in RUNTIMES:
        run(f"denoise pictures cleaned/{runtime} --model cleaner --runtime {runtime}")
    for name in ("0.png", "3.png"):
        expected, *others = (np.asarray(Image.open(here / "cleaned" / runtime / name)) for runtime in RUNTIMES)
        for other in others:
            assert np.abs(other.astype(int) - expected).max() <= 1  # of 255, where it is rounded otherwise


@pytest.mark.parametrize("runtime", RUNTIMES)
def test_numbers_are_read_alike(run, runtime):
    read = json.loads(run(f"read pictures/0.png pictures/1.png --model reader --json --runtime {runtime}").out)
    expected = json.loads(run("read pictures/0.png pictures/1.png --model reader --json --runtime keras").out)
    assert read[0].pop("confidence") == pytest.approx(expected[0].pop("confidence"), abs=1e-5)
    assert read == expected


def test_an_index_of_one_runtime_is_searched_in_with_another(here, run):
    run("index pictures --model hasher --out pictures.index --runtime keras")
    (query,) = json.loads(run("search pictures.index pictures/2.png --json --rerank --runtime tflite").out)["results"]
    assert query["found"][0]["path"] == str(here / "pictures" / "2.png")
    assert query["found"][0]["soft_distance"] == pytest.approx(0, abs=1e-9)


def test_an_index_knows_its_model_where_only_the_exported_files_are(here, run):
    run("index pictures --model hasher --out pictures.index")
    (here / "saved_models" / "hasher" / "model.keras").rename(here / "model.keras")
    try:
        assert "pictures/2.png" in run("search pictures.index pictures/2.png").out
    finally:
        (here / "model.keras").rename(here / "saved_models" / "hasher" / "model.keras")


@pytest.mark.parametrize(
    ("line", "printed"),
    [
        ("classify pictures/1.png --model classifier", "pictures/1.png  "),
        ("denoise pictures/1.png cleaned.png --model cleaner", "pictures cleaned: 1, in cleaned.png"),
        ("read pictures/1.png --model reader", "  -  0."),
        ("index pictures --model hasher --out light.index", "index: light.index"),
        ("list", "trained models in saved_models:"),
    ],
)
def test_an_exported_model_needs_no_tensorflow(here, line, printed):
    done = run_where_missing(HEAVY, line)
    assert done.returncode == 0, done.stderr
    assert printed in done.stdout


def test_nothing_is_said_by_the_runtime(run):
    assert run("classify pictures --model classifier").err == ""
    assert run("classify pictures --model classifier --runtime saved_model").err == ""


def test_numbers_are_not_known_without_num2words(here):
    done = run_where_missing(HEAVY, "read pictures/1.png --model reader --json")
    (row,) = json.loads(done.stdout)
    assert row["text"]
    assert row["number"] is None
    expected = 'The number of the words is not known without num2words: pip install "keraszoo[train]"\n'
    assert done.stderr == expected


@pytest.mark.parametrize(
    ("missing", "line"),
    [
        ("faiss", "index pictures --model hasher --out x.index"),
        ("faiss", "search pictures.index pictures/1.png"),
        ("skimage", "read pictures/1.png --cut --model reader"),
        ("sklearn", "read digits/test/0 --model reader"),
        ("sklearn", "classify digits/test/0 --model classifier"),
        ("tensorflow", "classify pictures --model classifier --runtime keras"),
    ],
)
def test_what_is_not_installed_is_named(here, missing, line):
    done = run_where_missing([missing], line)
    expected = f'keraszoo: error: this needs {missing}, which is not installed: pip install "keraszoo[train]"\n'
    assert (done.returncode, done.stdout, done.stderr) == (2, "", expected)


def test_where_litert_is_not_installed(here):
    done = run_where_missing(["ai_edge_litert"], "classify pictures --model classifier")
    assert done.returncode == 2
    assert "the runtime 'tflite' needs ai_edge_litert.interpreter, which is not installed: pip install" in done.stderr
