"""The card's programs, taken from the card: those in Python and JavaScript are run."""

import json
import re
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from artifacts import make_saved_model, make_tflite
from PIL import Image

from export import Text
from export.card_examples import examples
from export.card_text import CardText
from export.encoded_images import SUFFIX, describe_files
from export.errors import RuntimeMissingError
from export.runtimes import browser, litert
from export.runtimes.browser_server import serve_page
from export.runtimes.chromium import show_page
from export.signatures import describe, named_signatures
from export.snippets import FILES_SUFFIX, RESERVED, example_of
from export.snippets_kotlin import kotlin_snippet
from export.snippets_swift import swift_snippet

CLASSES = ["first", "second"]
PIECES = ("", "", "", "칠", '"', "$", "\\")
TEXTS = {"read": {"text": Text("token_ids", PIECES, end=2)}}
PICTURES = np.array([[3, 4], [5, 6], [2, 9]], np.uint8)[:, :, np.newaxis, np.newaxis] * np.ones((1, 1, 4, 3), np.uint8)
"""Two rows of one grey each, three pictures of 2 x 4 pixels in colour."""
SEND = """<script>
const lines = [];
const post = (path, body) => fetch(path, {method: 'POST', body});
const plain = (_, value) => ArrayBuffer.isView(value) ? [...value] : value;
console.log = (value) => {
  lines.push(value);
  if (typeof value === 'object') post('/lines', JSON.stringify(lines, plain));
};
window.onerror = (message) => post('/error', message);
window.onunhandledrejection = (event) => post('/error', `${event.reason}`);
</script>
"""
"""Sends what a page logs, up to the outputs, which come last."""


def program(text: str, language: str) -> str:
    """The first program in that language."""
    found = re.search(rf"```{language}\n(.*?)\n```", text, flags=re.DOTALL)
    assert found is not None
    return found[1]


def entry(path: str, file_format: str = "float32", **verdicts: list[str]) -> dict[str, Any]:
    return {"path": path, "format": file_format, "verdicts": {"gpu": [], "micro": [], "browser": [], **verdicts}}


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    """A run folder, as far as programs need it, and its report.

    `read` takes two pictures of 2x4 pixels; its ids are the first pixels of four rows, its classes are the pictures.
    """
    import keras
    from keras import ops

    from export.four_axes import four_axes_signatures

    images = keras.Input((2, 2, 4, 1), name="images")
    ids = ops.cast(ops.reshape(images[:, :, :, 0, 0], (-1, 4)), "int32")
    brightness = ops.mean(images, axis=(2, 3, 4))
    model = keras.Model(images, {"token_ids": ids, "probabilities": keras.layers.Softmax()(brightness)}, name="read")
    signatures = named_signatures({"read": model})
    folder = tmp_path_factory.mktemp("reader")
    saved_model = make_saved_model(four_axes_signatures(signatures), folder / "static", batch_size=1)
    make_tflite(saved_model, folder / "tflite" / "float32.tflite", ["read"])
    (folder / "tflite" / "class_names.txt").write_text("".join(f"{name}\n" for name in CLASSES), encoding="utf-8")
    for place, pixels in enumerate(PICTURES):
        Image.fromarray(pixels).save(folder / f"picture{place or ''}.png")
    described = describe(signatures, TEXTS)
    return folder, {
        "name": "2-digit reader",
        "signatures": {**described, **describe_files(described, ["read"])},
        "files": [entry("saved_model/1", "saved_model"), entry("tflite/float32.tflite")],
        "assets": {"class_names.txt": ""},
    }


@pytest.fixture(scope="module")
def _installed() -> None:
    try:
        browser.check_installed()
    except RuntimeMissingError as error:
        pytest.skip(str(error))


def logged(page: str, folder: Path) -> list[Any]:
    """What a page in that folder logs in a browser."""
    files = {f"/{file.relative_to(folder)}": file for file in folder.rglob("*") if file.is_file()}
    modules = {path: content for path, content in browser._page().items() if path.startswith("/node_modules/")}
    contents = {**files, **modules, "/page.html": (SEND + page).encode()}
    with serve_page(contents, last_words=("/lines", "/error")) as server:
        show_page(f"{server.url}/page.html", server.finished, 60)
    assert "/error" not in server.posted, server.posted["/error"].decode()
    return list(json.loads(server.posted["/lines"]))


def test_python_reads_several_pictures_and_says_label_and_text(
    reader: tuple[Path, dict[str, Any]], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder, report = reader
    code = program(examples(report, CardText(), TEXTS), "python")
    monkeypatch.chdir(folder)
    exec(code.replace('["picture.png"]', '["picture.png", "picture1.png"]'), {})
    shapes = ["probabilities (1, 2)", "token_ids (1, 4)"]
    assert capsys.readouterr().out.splitlines() == ["second", '칠"$\\', *shapes]
    exec(code.replace("picture.png", "picture2.png"), {})
    assert capsys.readouterr().out.splitlines() == ["first", "", *shapes]


def test_python_of_numbers(tiny_export: tuple[Path, dict[str, Any]], monkeypatch: pytest.MonkeyPatch) -> None:
    folder, report = tiny_export
    monkeypatch.chdir(folder)
    names: dict[str, Any] = {}
    decode = {**report, "signatures": {"decode": report["signatures"]["decode"]}}
    exec(program(examples(decode, CardText()), "python"), names)
    expected = litert.open_signature("tflite/float16.tflite", "decode")({"code": np.zeros((1, 4))})
    np.testing.assert_array_equal(names["outputs"]["reconstruction"], expected["reconstruction"])


@pytest.mark.usefixtures("_installed")
def test_a_page_reads_several_pictures_and_says_label_and_text(reader: tuple[Path, dict[str, Any]]) -> None:
    folder, report = reader
    page = program(examples(report, CardText(), TEXTS), "html")
    image = '<img src="picture.png">'
    label, text, outputs = logged(page.replace(image, f'{image}<img src="picture1.png">'), folder)
    assert (label, text) == ("second", PIECES[3] + "".join(PIECES[4:]))
    assert outputs["token_ids"] == [3, 4, 5, 6]
    assert np.argmax(outputs["probabilities"]) == 1
    assert logged(page.replace("picture.png", "picture2.png"), folder)[:2] == ["first", ""]


@pytest.mark.usefixtures("_installed")
def test_a_page_gives_what_litert_gives_for_a_picture(tiny_export: tuple[Path, dict[str, Any]], tmp_path: Path) -> None:
    folder, report = tiny_export
    shutil.copytree(folder / "tflite", tmp_path / "tflite")
    pixels = np.random.default_rng(7).integers(0, 256, (8, 8), np.uint8)
    Image.fromarray(pixels).save(tmp_path / "picture.png")
    (outputs,) = logged(program(examples(report, CardText()), "html"), tmp_path)
    run = litert.open_signature(tmp_path / "tflite" / "float16.tflite", "reconstruct")
    expected = run({"image": pixels.reshape(1, 8, 8, 1)})["reconstruction"]
    np.testing.assert_allclose(outputs["reconstruction"], expected.ravel(), atol=1e-5)


@pytest.mark.usefixtures("_installed")
def test_a_page_of_numbers(tiny_export: tuple[Path, dict[str, Any]]) -> None:
    folder, report = tiny_export
    decode = {**report, "signatures": {"decode": report["signatures"]["decode"]}}
    (outputs,) = logged(program(examples(decode, CardText()), "html"), folder)
    assert len(outputs["reconstruction"]) == 64


def test_kotlin_has_the_names_and_sizes_of_the_file(reader: tuple[Path, dict[str, Any]]) -> None:
    _, report = reader
    code = program(examples(report, CardText(), TEXTS), "kotlin")
    assert "class Model2DigitReader(context: Context)" in code
    assert "R.raw.model_2_digit_reader" in code
    assert '"images" to FloatBuffer.wrap(images)' in code
    assert '"token_ids" to IntBuffer.wrap(outputs.token_ids)' in code
    assert "val token_ids = IntArray(4)" in code
    assert "val images = FloatArray(16)" in code
    assert "copyInto(images, 8 * place)" in code
    assert 'getString("class_names.txt")' in code
    assert r"""listOf("", "", "", "칠", "\"", "\$", "\\")""" in code


def test_swift_has_the_names_and_sizes_of_the_file(reader: tuple[Path, dict[str, Any]]) -> None:
    _, report = reader
    code = program(examples(report, CardText(), TEXTS), "swift")
    assert 'signatureRunner(with: "read")' in code
    assert '"images": images.withUnsafeBufferPointer' in code
    assert "let token_ids: [Int32]  // 4" in code
    assert 'token_ids: try values("token_ids")' in code
    assert "count: 16 - images.count" in code
    assert 'assets["class_names.txt"]' in code


def test_the_file_s_own_shape_is_said(reader: tuple[Path, dict[str, Any]], tiny_export: tuple[Path, Any]) -> None:
    assert "TFLite files take `images` as 1 x 4 x 4 x 1, as GPUs do" in examples(reader[1], CardText())
    assert "as GPUs do" not in examples(tiny_export[1], CardText())


def test_what_a_language_cannot_hold_is_left_out(reader: tuple[Path, dict[str, Any]]) -> None:
    _, report = reader
    number = {"inputs": {"x": {"shape": [None], "dtype": "int8"}}, "outputs": {"y": {"shape": [None], "dtype": "bool"}}}
    text = examples({**report, "signatures": {"f": number}}, CardText())
    assert re.findall(r"<summary>(\w+)", text) == ["Python", "TensorFlow"]
    refused = [*report["files"][:1], entry("tflite/float32.tflite", browser=["f: CUSTOM"])]
    assert "```html" not in examples({**report, "files": refused}, CardText())
    assert "```html" in examples(report, CardText())


def test_a_file_of_int8_inputs_alone_is_left_to_others(reader: tuple[Path, dict[str, Any]]) -> None:
    _, report = reader
    files = [*report["files"][:1], entry("tflite/full_int8.tflite", "full_int8")]
    assert example_of({**report, "files": files}) is None
    assert re.findall(r"<summary>(\w+)", examples({**report, "files": files}, CardText())) == ["TensorFlow"]
    files.append(entry("tflite/int8.tflite", "int8"))
    assert "tflite/int8.tflite" in program(examples({**report, "files": files}, CardText()), "python")


def test_words_of_the_languages_are_no_variables(tiny_export: tuple[Path, dict[str, Any]]) -> None:
    _, report = tiny_export
    numbers = {"shape": [None, 2], "dtype": "float32"}
    renamed = {"predict": {"inputs": {"in": numbers}, "outputs": {"val": numbers, "func": numbers}}}
    example = example_of({**report, "signatures": renamed})
    assert example is not None
    for code in (kotlin_snippet(example), swift_snippet(example)):
        assert not {"in", "val", "func"} & set(re.findall(r"(?:val|let|run\() ?(\w+)", code))
        assert '"in"' in code
        assert '"func"' in code
    assert {"in", "val", "func"} <= RESERVED


def test_the_caller_s_own_program_comes_first(tiny_export: tuple[Path, dict[str, Any]]) -> None:
    text = CardText(python="import zoo", install="pip install zoo")
    assert examples(tiny_export[1], text).startswith(
        "`pip install zoo`, then:\n\n```python\nimport zoo\n```\n\n<details>"
    )


def test_signatures_of_files_are_known_by_their_name() -> None:
    assert FILES_SUFFIX == SUFFIX
