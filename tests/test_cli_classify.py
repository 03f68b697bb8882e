"""``keraszoo classify``: what is printed and refused. Nothing is trained: the classifier tells dark from light."""

import json
import sys
from dataclasses import asdict
from types import SimpleNamespace

import keras
import pytest
from PIL import Image

from keraszoo import runs
from keraszoo.cli import main
from keraszoo.commands import classify
from keraszoo.families import FAMILIES, Row, family
from keraszoo.model_files import save_model


def signatures(model):
    """A signature ``classify`` whose probability of being light is how light the picture is."""
    image = keras.Input(model.input_shape[1:], name="image")
    light = keras.ops.mean(image, axis=(1, 2, 3))[:, None] / 255
    return {"classify": keras.Model(image, {"probabilities": keras.ops.concatenate([1 - light, light], axis=-1)})}


def write_grey(path, level, size=(8, 8)):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("L", size, level).save(path)


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """Models in ``models`` of which ``plain`` classifies nothing, pictures in ``pictures``, broken ones elsewhere."""
    world = tmp_path_factory.mktemp("world")
    plain = runs.settings_for("autoencoder", name="plain", builder={"hidden_units": [4], "code_size": 2})
    model = family("autoencoder").build((8, 8, 1), **plain.builder)
    classifier = asdict(plain) | {"family": "classifier"}
    for name, settings, names in (
        ("plain", asdict(plain), []),
        ("lightness", classifier, ["dark", "light"]),
        ("unnamed", classifier, []),
        ("misnamed", classifier, ["dark", "grey", "light"]),
    ):
        save_model(model, world / "models" / name / "model.keras")
        (world / "models" / name / "training.json").write_text(json.dumps({"settings": settings}))
        (world / "models" / name / "class_names.txt").write_text("".join(f"{each}\n" for each in names))
    write_grey(world / "pictures" / "1.png", 51)
    write_grey(world / "pictures" / "more" / "22.png", 204, size=(30, 20))
    write_grey(world / "mixed" / "good.png", 255)
    (world / "mixed" / "broken.png").write_bytes(b"no picture")
    (world / "empty").mkdir()
    (world / "notes.txt").write_text("no picture")
    return world


@pytest.fixture
def here(world, monkeypatch):
    """The folder of all that, as the one that commands are given in."""
    monkeypatch.setitem(FAMILIES, "classifier", Row("made up"))
    monkeypatch.setitem(sys.modules, "keraszoo.families.classifier", SimpleNamespace(signatures=signatures))
    monkeypatch.chdir(world)
    return world


@pytest.fixture
def run(here, capfd):
    """Give a command that must succeed; what it prints is returned, and what it says beside that."""

    def run_line(line):
        capfd.readouterr()
        assert main([*line.split(), "--output", "models"]) == 0, capfd.readouterr().err
        return capfd.readouterr()

    return run_line


def test_a_line_for_each_picture(run, caplog):
    printed, said = run("classify pictures pictures/more/22.png --model lightness")
    assert printed.splitlines() == [
        "pictures/1.png        dark   0.800",
        "pictures/more/22.png  light  0.800",
        "pictures/more/22.png  light  0.800",
    ]
    assert said == ""
    assert caplog.messages == ["The model takes pictures of 8x8 in grey; 2 of another kind fitted: 20x30 in grey"]


def test_json_and_nothing_else(run):
    first, second = json.loads(run("classify pictures --model lightness --json").out)
    assert first == {
        "picture": "pictures/1.png",
        "label": "dark",
        "probability": pytest.approx(0.8),
        "probabilities": {"dark": pytest.approx(0.8), "light": pytest.approx(0.2)},
    }
    assert (second["picture"], second["label"]) == ("pictures/more/22.png", "light")


def test_classes_without_names_are_numbered(run):
    (row,) = json.loads(run("classify pictures/more --model unnamed --json").out)
    assert row["label"] == "1"
    assert list(row["probabilities"]) == ["0", "1"]


def test_images_of_a_data_set_in_many_batches(run, monkeypatch):
    monkeypatch.setattr(classify, "AT_ONCE", 500)
    printed, said = run("classify digits digits/test/7 --model lightness --json")
    rows = json.loads(printed)
    assert len(rows) == 1797 + 1
    assert [rows[0]["picture"], rows[-2]["picture"]] == ["digits/train/0", "digits/test/298"]
    assert rows[-1] == next(row for row in rows if row["picture"] == "digits/test/7")
    assert len({row["probability"] for row in rows}) > 100
    assert "1798/1798" in said


def test_a_file_name_that_is_no_text(here, run):
    name = b"\xe9.png"
    write_grey(here / "strange" / "1.png", 0)
    (here / "strange" / "1.png").rename(here / "strange" / name.decode(errors="surrogateescape"))
    assert run("classify strange --model lightness").out == "strange/\\xe9.png  dark   1.000\n"


def test_broken_pictures_are_left_out_on_request(run, caplog):
    printed = run("classify mixed missing.png --model lightness --skip-broken").out
    assert printed == "mixed/good.png  light  1.000\n"
    assert "Left out 2 of 3 pictures that cannot be read: mixed/broken.png (cannot identify" in caplog.text
    assert "; missing.png (nothing is there)" in caplog.text


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("pictures mixed --model lightness", "received mixed/broken.png, which cannot be read (cannot identify"),
        ("notes.txt --model lightness", "received notes.txt, which cannot be read (cannot identify"),
        ("missing.png --model lightness", "received missing.png, where nothing is; check the path (--skip-broken"),
        (
            "digits/test/999 --model lightness",
            "digits/test/999, which cannot be read (test of digits holds 299 images, numbered from 0)",
        ),
        ("mixed/broken.png missing.png --model lightness --skip-broken", "found none that can be read: mixed/broken"),
        ("empty --model lightness", "expected pictures in empty or its sub-folders, found none"),
        ("./missing --model lightness", "expected a folder of pictures at missing, found nothing"),
        ("digit --model lightness", "Did you mean 'digits'?"),
        (
            "digits/tset/0 --model lightness",
            "between digits and a number, received 'digits/tset/0'. Did you mean 'test'?",
        ),
        ("pictures --model plain", "the signature 'classify', received plain, which has reconstruct, encode, decode"),
        ("pictures --model plain", "of the models beside it these have: lightness, misnamed, unnamed"),
        ("pictures --model lightnes", "Did you mean 'lightness'?"),
        ("pictures --model misnamed", "expected the names of 2 classes in class_names.txt, received"),
        ("pictures", "arguments are required: --model"),
        ("--model lightness", "arguments are required: PICTURES"),
    ],
)
@pytest.mark.parametrize("form", [[], ["--json"]])
def test_what_goes_wrong_is_one_line(here, capfd, line, message, form):
    assert main(["classify", *line.split(), *form, "--output", "models"]) == 2
    printed, said = capfd.readouterr()
    assert printed == ""
    assert said.count("\n") == 1, said
    assert message in said
