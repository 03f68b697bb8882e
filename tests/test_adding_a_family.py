"""A family is its folder and one row: what each must have, and a seventh that nothing else has heard of."""

import ast
import json
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import keraszoo
from keraszoo import families
from keraszoo.cli import main
from keraszoo.families import FAMILIES, SHORT_NAMES, Row, family, folder_part
from keraszoo.families.cards import CardPart
from keraszoo.families.folders import FolderPart
from keraszoo.presets import PRESETS

FOLDER = Path(families.__file__).parent
FILES = {"__init__", "about", "evaluation", "exporting", "inference", "training"}
FUNCTIONS = {"build", "evaluate", "export_inputs", "measure", "signatures", "summary", "train", "typical_inputs"}
PARTS = {"CARD": CardPart, "FOLDER": FolderPart}
# Beside the table and what each family's own is: the names of options, a command of one family, the demo's pictures.
NAMING_FAMILIES = {"families/__init__.py", "commands/train.py", "commands/read.py", "demo_panels.py"}


@pytest.mark.parametrize("name", FAMILIES)
def test_every_family_has_what_a_family_must_have(name):
    package = family(name)
    assert {path.stem for path in (FOLDER / name).glob("*.py")} == FILES
    assert package.__doc__
    assert FUNCTIONS | {"CARD"} <= set(package.__all__)
    assert all(callable(getattr(package, function)) for function in FUNCTIONS)
    for part, kind in PARTS.items():
        assert isinstance(getattr(package, part, None), kind) or part not in package.__all__


def test_every_folder_is_a_row_and_no_name_means_two_things():
    assert {path.parent.name for path in FOLDER.glob("*/__init__.py")} == set(FAMILIES)
    names = [*FAMILIES, *PRESETS, *(row.short_name for row in FAMILIES.values() if row.short_name)]
    assert len(names) == len(set(names))
    assert [name for name in FAMILIES if folder_part(name) is None] == ["translator"]


def test_no_other_code_knows_a_family_by_its_name():
    library, own = FOLDER.parent, ("models/", "presets/", *(f"families/{name}/" for name in FAMILIES))
    texts = {path.relative_to(library).as_posix(): path.read_text(encoding="utf-8") for path in library.rglob("*.py")}
    naming = {
        place
        for place, text in texts.items()
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Constant) and node.value in {*FAMILIES, *SHORT_NAMES} and not place.startswith(own)
    }
    assert naming == NAMING_FAMILIES


@pytest.fixture
def rebuilder(tmp_path, monkeypatch):
    """The plain autoencoder's folder once more, under another name, and its row."""
    folder = tmp_path / "families" / "rebuilder"
    folder.mkdir(parents=True)
    for path in (FOLDER / "autoencoder").glob("*.py"):
        text = path.read_text(encoding="utf-8").replace("keraszoo.families.autoencoder", "keraszoo.families.rebuilder")
        (folder / path.name).write_text(text, encoding="utf-8")
    monkeypatch.setattr(families, "__path__", [*families.__path__, str(folder.parent)])
    monkeypatch.setitem(FAMILIES, "rebuilder", Row("rebuild an image once more"))
    yield folder
    for name in [name for name in sys.modules if name.startswith("keraszoo.families.rebuilder")]:
        del sys.modules[name]
    del families.rebuilder


@pytest.fixture
def pictures(tmp_path):
    """Twenty of 6x5 pixels, in a folder ``mine``."""
    (tmp_path / "mine").mkdir()
    for number in range(20):
        pixels = np.random.default_rng(number).integers(0, 256, (6, 5), dtype=np.uint8)
        Image.fromarray(pixels).save(tmp_path / "mine" / f"{number}.png")
    return tmp_path / "mine"


def test_a_seventh_family_goes_all_the_way(rebuilder, pictures, tmp_path, capfd, caplog):
    def command(line, ends=0):
        capfd.readouterr()
        assert main([*line.split(), "--output", str(tmp_path / "models")]) == ends
        return capfd.readouterr()

    assert json.loads(command("list --json").out)["families"]["rebuilder"] == "rebuild an image once more"
    training = f"train rebuilder --data {pictures} --epochs 1 --hidden-units 6 --quiet --no-evaluate"
    assert "--bits is not an option of rebuilder, which has --code-size, " in command(f"{training} --bits 8", 2).err
    command(training)
    assert "20 pictures in mine are few for rebuilder, 1000 or more are good: what is new to the model" in caplog.text
    assert "rebuilder-mine: 20 pictures, each made 6x5; code size 8, architecture dense" in caplog.text
    assert "code of 8 numbers" in command("evaluate rebuilder-mine").out
    command("export rebuilder-mine --formats float32")
    run = tmp_path / "models" / "rebuilder-mine"
    card = (run / "README.md").read_text(encoding="utf-8")
    assert "For compressing pictures like those it was trained on" in card
    assert 'model = keraszoo.load("rebuilder-mine", runtime="tflite")\ncode = model.encode("picture.png")' in card
    in_keras, in_tflite = (keraszoo.load(run, runtime=runtime) for runtime in ("keras", "tflite"))
    picture = pictures / "0.png"
    np.testing.assert_allclose(in_tflite.reconstruct(picture), in_keras.reconstruct(picture), atol=1e-5)
