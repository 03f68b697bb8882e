"""A model that came with the zoo is exported and evaluated by its name, in a copy of its folder."""

import os
from argparse import Namespace
from pathlib import Path

import pytest
from shipped_example import SHIPPED_NAME

import keraszoo
from keraszoo.cli import main
from keraszoo.commands.shared import run_folder
from keraszoo.loading import folders
from keraszoo.presets import installed as installed_models


@pytest.fixture
def installed(fresh_models, tmp_path, monkeypatch):
    """The folder of the installed models; the working directory is an empty one."""
    place = fresh_models.rename(tmp_path / "installed")
    for module in (installed_models, folders):
        monkeypatch.setattr(module, "INSTALLED", place)
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    return place


def contents(folder):
    return {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_an_export_is_of_a_copy(installed, capfd, caplog):
    before = contents(installed)
    with pytest.raises(ValueError, match=f"has float16, int8; `keraszoo export {SHIPPED_NAME}` makes it$"):
        keraszoo.load(SHIPPED_NAME, runtime="saved_model")
    assert main(["export", SHIPPED_NAME, "--formats", "float32"]) == 0, capfd.readouterr().err
    assert run_folder(Namespace(model=SHIPPED_NAME, output=Path("saved_models"))) == Path("saved_models", SHIPPED_NAME)
    copied = f"Copied {SHIPPED_NAME}, which is installed with keraszoo, to saved_models/{SHIPPED_NAME}"
    assert caplog.messages.count(copied) == 1
    assert keraszoo.load(SHIPPED_NAME, runtime="saved_model").verbs == ("reconstruct", "encode", "decode")
    assert contents(installed) == before


def test_a_copy_is_whole_or_not_there(installed, tmp_path, monkeypatch):
    copyfile = installed_models.shutil.copyfile

    def full(source, target):
        if source.name == "training.json":
            raise OSError("No space left on device")
        return copyfile(source, target)

    with monkeypatch.context() as patch:
        patch.setattr(installed_models.shutil, "copyfile", full)
        with pytest.raises(OSError, match="No space left"):
            installed_models.copy_installed(SHIPPED_NAME, tmp_path / "models")
    assert os.listdir(tmp_path / "models") == []
    run = installed_models.copy_installed(SHIPPED_NAME, tmp_path / "models")
    assert contents(run) == contents(installed / SHIPPED_NAME)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("mine", "saved_models/mine, found no training.json in it: move it away"),
        (
            SHIPPED_NAME[:-1],
            f"or an installed one ({SHIPPED_NAME}, mine), received '{SHIPPED_NAME[:-1]}'. Did you mean",
        ),
        ("../installed/mine/..", "received '../installed/mine/..'"),
    ],
)
def test_what_is_not_copied(installed, capfd, name, said):
    (installed / "mine").mkdir()
    (installed / "mine" / "training.json").write_text("{}")
    os.makedirs("saved_models/mine")
    assert main(["evaluate", name]) == 2
    assert said in capfd.readouterr().err
    assert os.listdir("saved_models") == ["mine"]
