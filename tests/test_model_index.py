"""saved_models/README.md says what the reports and files of the models say, and is refused where they disagree."""

import importlib.util
import json
import shutil
import subprocess
from pathlib import Path

import pytest
from shipped_example import SHIPPED_NAME

ROOT = Path(__file__).resolve().parent.parent
SPEC = importlib.util.spec_from_file_location("model_index", ROOT / "docs" / "model_index.py")
model_index = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(model_index)


@pytest.fixture(params=["tiny", "committed"])
def models(request, tmp_path):
    """A folder of models with its index: a tiny one, and what git has, without what else lies in the tree."""
    if request.param == "tiny":
        folder = request.getfixturevalue("fresh_models")
        model_index.main(folder)
        return folder
    listed = ["git", "-C", str(ROOT), "ls-files", "saved_models"]
    if not (ROOT / ".git").exists() or shutil.which("git") is None:
        pytest.skip("not a checkout of git")
    for line in subprocess.run(listed, capture_output=True, text=True, check=True).stdout.splitlines():
        (tmp_path / line).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / line, tmp_path / line)
    if not (tmp_path / "saved_models").exists():
        pytest.skip("no model is committed")
    return tmp_path / "saved_models"


def test_the_index_is_that_of_the_files(models):
    assert model_index.index(models) == (models / "README.md").read_text(), "run python docs/model_index.py"


def test_every_folder_and_file_has_its_row(models):
    text = (models / "README.md").read_text()
    for folder in (path for path in models.iterdir() if path.is_dir()):
        report = json.loads((folder / "report.json").read_text())
        sizes = {entry["path"]: entry["bytes"] for entry in report["files"]}
        sizes["model.keras"] = (folder / "model.keras").stat().st_size
        assert f"| [{folder.name}]({folder.name}/README.md) | {report['description']} |" in text
        for path in ("model.keras", "tflite/float16.tflite", "tflite/int8.tflite"):
            assert f"| [{folder.name}/{path}]({folder.name}/{path}) | {sizes[path]:,} |" in text
            assert (folder / path).stat().st_size == sizes[path]


def change_text(path, old, new):
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda folder: (folder / "model.keras").write_bytes(b""), r"model\.keras is not the one that report\.json"),
        (lambda folder: (folder / "tflite" / "int8.tflite").write_bytes(b""), r"tflite/int8\.tflite was changed"),
        (lambda folder: (folder / "tflite" / "float16.tflite").unlink(), r"lacks tflite/float16\.tflite; run"),
        (lambda folder: (folder / "evaluation.json").unlink(), r"lacks evaluation\.json; run `keraszoo evaluate "),
        (
            lambda folder: change_text(folder / "evaluation.json", "error 9,", "error 8,"),
            r"not of evaluation\.json there",
        ),
        (lambda folder: change_text(folder / "training.json", "digits", "letters"), r"not of training\.json there"),
        (lambda folder: (folder / "README.md").write_text("# Another"), "not of the card there"),
        (lambda folder: (folder / "pictures" / "more.png").touch(), "not of pictures/ there"),
        (lambda folder: (folder / "tflite" / "class_names.txt").touch(), "not of the texts beside the TFLite files"),
        (lambda folder: change_text(folder / "report.json", f'"name": "{SHIPPED_NAME}"', '"name": "x"'), "the name"),
    ],
)
def test_a_model_whose_files_disagree_is_refused(fresh_models, change, said):
    change(fresh_models / SHIPPED_NAME)
    with pytest.raises(ValueError, match=said):
        model_index.index(fresh_models)


def test_a_model_that_is_no_preset_is_refused(fresh_models):
    folder = fresh_models / SHIPPED_NAME
    report = json.loads((folder / "report.json").read_text())
    del report["details"]["evaluation"]["score"]
    (folder / "report.json").write_text(json.dumps(report))
    (folder / "evaluation.json").write_text(json.dumps(report["details"]["evaluation"]))
    with pytest.raises(ValueError, match=f"was not evaluated as its preset: run `keraszoo train {SHIPPED_NAME}`"):
        model_index.index(fresh_models)


def test_a_refused_index_stays_as_it_was(fresh_models):
    model_index.main(fresh_models)
    before = (fresh_models / "README.md").read_text()
    (fresh_models / SHIPPED_NAME / "model.keras").unlink()
    with pytest.raises(SystemExit, match=r"README\.md stays as it is: .* lacks model\.keras"):
        model_index.main(fresh_models)
    assert (fresh_models / "README.md").read_text() == before


def test_without_models_there_is_no_index(tmp_path):
    model_index.main(tmp_path)
    assert list(tmp_path.iterdir()) == []
