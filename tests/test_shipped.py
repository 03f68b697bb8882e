"""What ships of trained models: the table, what git ignores, a folder fresh from git, and a wheel."""

import json
import shutil
import subprocess
import sys
import zipfile
from fnmatch import fnmatch
from pathlib import Path

import pytest
from shipped_example import SHIPPED_NAME

import keraszoo
from export import FORMATS
from keraszoo import runs
from keraszoo.cli import main
from keraszoo.presets import PRESETS
from keraszoo.presets.shipped import MOST_BYTES, SHIPPED, SHIPPED_FILES, SHIPPED_FORMATS, shipped_files

ROOT = Path(__file__).resolve().parent.parent
STAYS = (
    "history.csv",
    "logs/train/events",
    "progress/epoch_0001.png",
    "on-mine/evaluation.json",
    "saved_model/1/saved_model.pb",
    ".export-1234/built/report.json",
    "tflite/notes.md",
    *(f"tflite/{name}.tflite" for name in FORMATS if name not in SHIPPED_FORMATS),
)
"""Of a run folder what training, evaluation and export write besides."""


def git(*arguments: str, given: str = "") -> list[str]:
    """The lines that git prints, of this very checkout; skips where there is none."""
    try:
        command = ["git", "-C", str(ROOT), *arguments]
        done = subprocess.run(command, input=given, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        pytest.skip("git is not installed")
    if done.returncode > 1 or not (ROOT / ".git").exists():
        pytest.skip("not a checkout of git")
    return done.stdout.splitlines()


def ignored(paths: list[str]) -> set[str]:
    return set(git("check-ignore", "--no-index", "--stdin", given="\n".join(paths)))


def test_the_table_is_of_presets_and_formats():
    assert set(SHIPPED) <= set(PRESETS)
    assert set(SHIPPED_FORMATS) <= set(FORMATS)


def test_git_ignores_what_does_not_ship():
    files = [path.replace("*", "any") for path in SHIPPED_FILES]
    ships = [f"saved_models/{name}/{file}" for name in SHIPPED for file in files]
    others = [name for name in (*PRESETS, "mine") if name not in SHIPPED]
    stays = [f"saved_models/{name}/{file}" for name in SHIPPED for file in STAYS]
    stays += [f"saved_models/{name}/{file}" for name in others for file in files]
    stays += [f"saved_models/.{SHIPPED[0]}-1234.training/model.keras"]
    assert ignored(["saved_models/README.md", *ships]) == set()
    assert ignored(stays) == set(stays)


def test_what_is_committed_ships_and_is_small_enough():
    committed = [Path(line) for line in git("ls-files", "saved_models") if line != "saved_models/README.md"]
    if not committed:
        pytest.skip("no model is committed")
    assert {path.parts[1] for path in committed} <= set(SHIPPED)
    inside = [Path(*path.parts[2:]).as_posix() for path in committed]
    assert [path for path in inside if not any(fnmatch(path, pattern) for pattern in SHIPPED_FILES)] == []
    assert sum((ROOT / path).stat().st_size for path in committed) <= MOST_BYTES


@pytest.mark.parametrize("name", SHIPPED)
def test_a_preset_tells_no_less_than_the_minutes_that_the_committed_training_took(name):
    record = ROOT / "saved_models" / name / "training.json"
    if not record.exists():
        pytest.skip(f"{name} is not committed")
    assert PRESETS[name].minutes >= json.loads(record.read_text())["seconds_since_last_start"] // 60


def test_a_fresh_folder_opens_with_the_best_file_that_came(fresh_models):
    folder = fresh_models / SHIPPED_NAME
    models = [keraszoo.load(folder), keraszoo.load(folder, runtime="tflite")]
    assert [model.verbs for model in models] == [("reconstruct", "encode", "decode")] * 2
    (folder / "tflite" / "int8.tflite").write_bytes(b"changed")  # so that it would be refused
    keraszoo.load(folder, runtime="tflite")
    (folder / "tflite" / "float16.tflite").unlink()
    with pytest.raises(ValueError, match=r"tflite/int8\.tflite was changed"):
        keraszoo.load(folder, runtime="tflite")
    (folder / "tflite" / "int8.tflite").unlink()
    with pytest.raises(ValueError, match=rf"found none; `keraszoo export {folder}` makes them"):
        keraszoo.load(folder, runtime="tflite")


@pytest.mark.parametrize(
    ("options", "path"),
    [
        ({"runtime": "tflite", "format": "float32"}, "tflite/float32.tflite"),
        ({"runtime": "saved_model"}, "saved_model/1"),
    ],
)
def test_a_file_that_did_not_come_is_told_with_what_makes_it(fresh_models, options, path):
    folder = fresh_models / SHIPPED_NAME
    message = rf"^{path} is missing in {folder}, which has float16, int8; `keraszoo export {folder}` makes it$"
    with pytest.raises(ValueError, match=message):
        keraszoo.load(folder, **options)


def test_what_did_not_come_is_left_out_of_a_benchmark(fresh_models, caplog, monkeypatch):
    monkeypatch.setattr("keraszoo.runs.trained.time_files", lambda *_, **__: [])
    assert runs.benchmark(fresh_models / SHIPPED_NAME) == []
    assert f"left out: saved_model/1, tflite/float32.tflite; `keraszoo export {fresh_models}" in caplog.text


def test_an_export_makes_what_did_not_come_and_leaves_the_model(fresh_models):
    folder = fresh_models / SHIPPED_NAME
    before = (folder / "model.keras").read_bytes()
    assert main(["export", SHIPPED_NAME, "--output", str(fresh_models), "--formats", "float32"]) == 0
    assert (folder / "model.keras").read_bytes() == before
    for options in ({"runtime": "saved_model"}, {"runtime": "tflite", "format": "float32"}):
        assert keraszoo.load(folder, **options)


@pytest.fixture(scope="module")
def installed(trained_models, tmp_path_factory):
    """Where a wheel was unpacked, built of a tree in which a model was trained, and another that does not ship."""
    tree, wheels, place = (tmp_path_factory.mktemp(name) for name in ("tree", "wheels", "installed"))
    for file in ("pyproject.toml", "README.md", "LICENSE", ".gitignore"):
        shutil.copyfile(ROOT / file, tree / file)
    for package in ("keraszoo", "export"):
        shutil.copytree(ROOT / package, tree / package, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(trained_models, tree / "saved_models")
    shutil.copytree(trained_models / SHIPPED_NAME, tree / "saved_models" / "mine")
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(wheels), str(tree)]
    subprocess.run(command, check=True, capture_output=True, stdin=subprocess.DEVNULL)
    with zipfile.ZipFile(next(wheels.glob("*.whl"))) as archive:
        archive.extractall(place)
    return place


def test_a_wheel_brings_what_ships_and_nothing_else(installed, trained_models):
    brought = {path.relative_to(installed) for path in installed.glob("keraszoo/saved_models/**/*") if path.is_file()}
    ships = shipped_files(trained_models / SHIPPED_NAME)
    assert brought == {Path("keraszoo/saved_models", path.relative_to(trained_models)) for path in ships}


def test_an_installed_model_is_found_by_its_name(installed, tmp_path):
    code = (
        f"import sys; sys.path.insert(0, {str(installed)!r})\n"
        f"import keraszoo; print(keraszoo.load({SHIPPED_NAME!r}, runtime='tflite'), keraszoo.__file__)"
    )
    done = subprocess.run([sys.executable, "-I", "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout == (
        f"<{SHIPPED_NAME} in tflite: reconstruct, encode, decode> {installed / 'keraszoo' / '__init__.py'}\n"
    )
