import re
import subprocess
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from export import FORMATS
from export.card import card, picture_paths
from export.card_text import CardText, FurtherFile, Measure
from export.runtimes import litert

TEXT = CardText(
    purpose="For walks.",
    limits="Not for runs.",
    data="Made of noise, CC0.",
    training="train tiny",
    scores=[Measure("error", "0.5", "on 16 images")],
    python="import zoo",
    picture="second",
)


def opened(text: str) -> str:
    """What of a card is seen before anything is clicked."""
    return re.sub(r"<details>.*?</details>", "", text, flags=re.DOTALL)


def test_the_snippet_runs_on_a_picture(
    tiny_export: tuple[Path, dict], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder, _ = tiny_export
    snippet = re.search(r"```python\n(.*?)```", (folder / "README.md").read_text(encoding="utf-8"), flags=re.DOTALL)
    assert snippet is not None
    pixels = np.random.default_rng(7).integers(0, 256, (8, 8), np.uint8)
    Image.fromarray(pixels).save(tmp_path / "picture.png")
    (tmp_path / "tflite").symlink_to(folder / "tflite")
    monkeypatch.chdir(tmp_path)
    names: dict = {}
    exec(snippet[1], names)
    expected = litert.open_signature("tflite/float16.tflite", "reconstruct")({"image": pixels.reshape(1, 8, 8, 1)})
    np.testing.assert_array_equal(names["outputs"]["reconstruction"], expected["reconstruction"])
    assert capsys.readouterr().out == "reconstruction (1, 8, 8, 1)\n"


def test_every_link_leads_somewhere(tiny_export: tuple[Path, dict]) -> None:
    folder, report = tiny_export
    text = re.sub(r"```.*?```", "", (folder / "README.md").read_text(encoding="utf-8"), flags=re.DOTALL)
    links = re.findall(r"\]\(([^)]+)\)", text)
    assert {"report.json", "pictures/walk.png", *(entry["path"] for entry in report["files"])} == set(links)
    assert all((folder / link).exists() for link in links)


def test_tells_what_the_model_is_and_how_well_it_agrees(tiny_export: tuple[Path, dict]) -> None:
    folder, report = tiny_export
    text = (folder / "README.md").read_text(encoding="utf-8")
    assert text.startswith("# tiny\n\nA tiny autoencoder.\n\n![A walk between two codes](pictures/walk.png)")
    assert "| `encode` | `image` float32 batch x 8 x 8 x 1 | `code` float32 batch x 4 |" in opened(text)
    files, agreement = text.split("<summary>Agreement with Keras")
    assert agreement.count("| litert |") == 3 * len(FORMATS)
    assert files.count("| litert |") == 2 * len(FORMATS)
    assert "| int8 | litert | " in files
    assert f"Keras has {report['score']['keras']:.6g}." in opened(text)


def test_a_file_s_row_sums_up_its_runs(tiny_export: tuple[Path, dict]) -> None:
    _, report = tiny_export
    run = {
        "file": "tflite/int8.tflite",
        "format": "int8",
        "variant": "XNNPACK, 1 thread",
        "signature": "reconstruct",
        "reason": None,
        **dict.fromkeys(("relative_difference", "score", "score_loss", "arena_bytes", "largest_difference"), None),
    }
    runs = [
        {**run, "runtime": "litert", "status": "agrees", "milliseconds": 0.5},
        {**run, "runtime": "litert", "status": "agrees", "milliseconds": 0.25},
        {**run, "runtime": "litert", "status": "agrees", "milliseconds": 0.1, "signature": "encode"},
        {**run, "runtime": "gpu", "status": "agrees", "milliseconds": 9.0},
        {**run, "runtime": "gpu", "status": "differs", "milliseconds": 9.0, "signature": "encode"},
        {**run, "runtime": "micro", "status": "agrees", "milliseconds": 0.1},
        {**run, "runtime": "browser", "status": "refused", "milliseconds": None},
    ]
    agreement = [{**row, "score_loss": row["score_loss"] and -1e-9} for row in report["agreement"]]
    text = opened(card({**report, "runtimes": runs, "agreement": agreement}))
    (row,) = (line for line in text.splitlines() if line.startswith("| [tflite/int8.tflite]"))
    assert row.endswith(" | 0.00% | 0.250 | litert, gpu in part, micro |")


def test_the_checksums_hold_until_a_file_is_changed(tiny_export: tuple[Path, dict], tmp_path: Path) -> None:
    folder, _ = tiny_export
    text = (folder / "README.md").read_text(encoding="utf-8")
    (tmp_path / "tflite").mkdir()
    for name in FORMATS:
        (tmp_path / "tflite" / f"{name}.tflite").write_bytes((folder / "tflite" / f"{name}.tflite").read_bytes())
    check = re.search(r"```sh\n(sha256sum .*?)\n```", text, flags=re.DOTALL)
    of_folder = re.search(r"`(\(cd saved_model/1 .*?)` gives `(\w+)`", text)
    assert check is not None
    assert of_folder is not None
    assert subprocess.run(["sh", "-c", check[1]], cwd=tmp_path, capture_output=True).returncode == 0
    (tmp_path / "tflite" / "float32.tflite").unlink()  # the zoo's own models come with some of them only
    assert subprocess.run(["sh", "-c", check[1]], cwd=tmp_path, capture_output=True).returncode == 0
    (tmp_path / "tflite" / "int8.tflite").write_bytes(b"other")
    assert subprocess.run(["sh", "-c", check[1]], cwd=tmp_path, capture_output=True).returncode == 1
    received = subprocess.run(["sh", "-c", of_folder[1]], cwd=folder, capture_output=True, text=True)
    assert received.stdout.split()[0] == of_folder[2]


def test_what_the_caller_says_stands_where_it_is_looked_for(tiny_export: tuple[Path, dict]) -> None:
    _, report = tiny_export
    text = card({**report, "pictures": {"first": "pictures/1.png", "second": "pictures/2.png"}}, TEXT)
    shown = opened(text)
    order = [
        "A tiny autoencoder.",
        "For walks.",
        "Not for runs.",
        "![second](pictures/2.png)",
        "```python\nimport zoo\n```",
        "| error | 0.5 | on 16 images |",
        "Made of noise, CC0.",
        "Trained with `train tiny`.",
    ]
    places = [shown.index(part) for part in order]
    assert places == sorted(places)
    assert "![first](pictures/1.png)" not in shown
    assert "![first](pictures/1.png)" in text


def test_further_files_are_listed_with_their_checksums(tiny_export: tuple[Path, dict]) -> None:
    _, report = tiny_export
    text = card(report, CardText(further_files=[FurtherFile("model.keras", "as trained", 12345, "0a1b")]))
    assert "| [model.keras](model.keras) | as trained | 12,345 |  |  |  |\n| [saved_model/1]" in opened(text)
    assert "<<'END'\n0a1b  model.keras\n" in text


def test_without_the_caller_s_words_there_is_no_empty_section(tiny_export: tuple[Path, dict]) -> None:
    _, report = tiny_export
    text = card({**report, "pictures": {}, "score": None})
    assert "## Scores" not in text
    assert "## Data and training" not in text
    assert "![" not in text
    assert "\n\n\n" not in text


def test_pictures_need_names_of_their_own(tmp_path: Path) -> None:
    (tmp_path / "walk.png").touch()
    with pytest.raises(ValueError, match="different file names"):
        picture_paths({"a": tmp_path / "walk.png", "b": tmp_path / "other" / "walk.png"})
    with pytest.raises(FileNotFoundError, match=r"no picture at .*gone\.png"):
        picture_paths({"a": tmp_path / "gone.png"})
