import re
from pathlib import Path

import pytest

from export import FORMATS
from export.card import picture_paths


def test_the_snippet_runs(
    tiny_export: tuple[Path, dict], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder, _ = tiny_export
    text = (folder / "README.md").read_text(encoding="utf-8")
    snippet = re.search(r"```python\n(.*?)```", text, flags=re.DOTALL)
    assert snippet is not None
    monkeypatch.chdir(folder)
    exec(snippet[1], {})
    assert capsys.readouterr().out == "(1, 8, 8, 1)\n"


def test_every_link_leads_somewhere(tiny_export: tuple[Path, dict]) -> None:
    folder, report = tiny_export
    links = re.findall(r"\]\(([^)]+)\)", (folder / "README.md").read_text(encoding="utf-8"))
    assert {"report.json", "pictures/walk.png", *(entry["path"] for entry in report["files"])} == set(links)
    assert all((folder / link).exists() for link in links)


def test_tells_what_the_model_is_and_how_well_it_agrees(tiny_export: tuple[Path, dict]) -> None:
    folder, report = tiny_export
    text = (folder / "README.md").read_text(encoding="utf-8")
    assert text.startswith("# tiny\n\nA tiny autoencoder.\n")
    assert "| `encode` | `image` float32 batch x 8 x 8 x 1 | `code` float32 batch x 4 |" in text
    files, agreement = text.split("## Agreement with Keras")
    assert agreement.count("| litert |") == 3 * len(FORMATS)
    assert files.count("| litert |") == len(FORMATS)
    assert "| int8 | litert | " in files
    assert f"Keras has {report['score']['keras']:.6g}." in text


def test_pictures_need_names_of_their_own(tmp_path: Path) -> None:
    (tmp_path / "walk.png").touch()
    with pytest.raises(ValueError, match="different file names"):
        picture_paths({"a": tmp_path / "walk.png", "b": tmp_path / "other" / "walk.png"})
    with pytest.raises(FileNotFoundError, match=r"no picture at .*gone\.png"):
        picture_paths({"a": tmp_path / "gone.png"})
