"""``keraszoo index`` and ``keraszoo search``: what is printed, written and refused. Nothing is trained."""

import json
from dataclasses import asdict

import keras
import numpy as np
import pytest
from PIL import Image

from keraszoo import runs
from keraszoo.cli import main
from keraszoo.families import family
from keraszoo.model_files import save_model
from keraszoo.picture_search import open_index
from keraszoo.search import CodeIndex


def make_run(output, name, kind="binary_autoencoder", seed=0, **builder):
    """A run folder with an untrained model."""
    settings = runs.settings_for(kind, name=name, builder={"hidden_units": [8], **builder})
    keras.utils.set_random_seed(seed)
    save_model(family(kind).build((8, 8, 1), **settings.builder), output / name / "model.keras")
    (output / name / "training.json").write_text(json.dumps({"settings": asdict(settings)}))


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """Models in ``models``, pictures in ``pictures`` and an index of them in ``pictures.index``."""
    world = tmp_path_factory.mktemp("world")
    make_run(world / "models", "tiny", bits=8)
    make_run(world / "models", "wide", bits=12)
    make_run(world / "models", "plain", kind="autoencoder", code_size=2)
    (world / "pictures").mkdir()
    for number in range(6):
        pixels = np.zeros((8, 8), np.uint8)
        pixels[number] = 255  # what an untrained model has different codes for
        Image.fromarray(pixels).save(world / "pictures" / f"{number}.png")
    (world / "empty").mkdir()
    (world / "notes.txt").write_text("no index")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(world)
        assert main(["index", "pictures", "--model", "tiny", "--out", "pictures.index", "--output", "models"]) == 0
    content = (world / "pictures.index").read_bytes()
    (world / "half.index").write_bytes(content[: len(content) // 2])
    (world / "edited.index").write_bytes(content.replace(b"5.png", b"7.png"))
    (world / "other").mkdir()
    make_run(world / "other", "tiny", seed=1, bits=8)
    CodeIndex(8, model="tiny").save(world / "empty.index")
    unnamed = CodeIndex(8)
    unnamed.add(np.eye(8)[:2], [0, 1])
    unnamed.save(world / "unnamed.index")
    return world


@pytest.fixture
def here(world, monkeypatch):
    """The folder of all that, as the one that commands are given in."""
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


def test_a_folder_is_indexed(here, run):
    before = (here / "pictures.index").read_bytes()
    printed = run("index pictures --model tiny --out pictures.index").out
    assert "6/6" in printed
    assert "pictures: 6, in 8 bits of tiny" in printed
    assert "index: pictures.index" in printed
    assert "next: keraszoo search pictures.index PICTURE --model models/tiny --show found.png" in printed
    assert (here / "pictures.index").read_bytes() == before
    index = open_index(here / "pictures.index")
    assert index.paths(range(6)) == [str(here / "pictures" / f"{number}.png") for number in range(6)]
    assert index.model["name"] == "tiny"


def test_a_data_set_is_indexed_and_searched_in(here, run):
    printed = run("index digits --model tiny --out new/digits.index").out
    assert "pictures: 1,797, in 8 bits of tiny" in printed
    assert "advice: " in printed
    (query,) = json.loads(run("search new/digits.index digits/test/7 -k 40 --rerank --json").out)["results"]
    assert len(query["found"]) == 40
    assert query["found"][0]["path"] == "digits/test/7"
    assert query["found"][0]["soft_distance"] == pytest.approx(0, abs=1e-6)


def test_the_figures_of_an_index(run):
    described = run("index pictures.index --stats").out
    assert described in run("index pictures --model tiny --out pictures.index").out
    assert "pictures: 6, in 8 bits of tiny" in described
    assert "the index is empty" in run("index empty.index --stats").out


def test_a_table_for_each_query(here, run):
    printed = run("search pictures.index pictures/3.png pictures/5.png -k 2").out
    lines = [line.split() for line in printed.splitlines()]
    assert [lines[0], lines[4]] == [["query", "1:", "pictures/3.png"], ["query", "2:", "pictures/5.png"]]
    assert lines[1] == ["place", "distance", "id", "path"]
    assert [lines[2], lines[6]] == [
        ["1", "0", number, str(here / "pictures" / f"{number}.png")] for number in ("3", "5")
    ]
    assert len(lines) == 8
    assert "soft distance" in run("search pictures.index pictures/3.png --rerank").out


def test_within_a_radius_or_the_bucket(here, run):
    query = here / "white.png"
    Image.new("L", (8, 8), 255).save(query)
    every = json.loads(run("search pictures.index white.png --json").out)["results"][0]["found"]
    nearest, farthest = every[0]["distance"], every[-1]["distance"]
    assert 0 < nearest < farthest, "else this model is no test of it"
    within = json.loads(run(f"search pictures.index white.png --radius {nearest} --json").out)["results"][0]["found"]
    assert within == [found for found in every if found["distance"] == nearest]
    for option in ("--bucket", "--radius 0"):
        printed = run(f"search pictures.index white.png {option} --show none.png").out
        assert f"none within distance 0: the nearest is at {nearest}" in printed
        assert "picture: none" in printed
    assert not (here / "none.png").exists()


def test_more_than_there_are(run):
    printed, said = run("search pictures.index pictures/3.png -k 50 --json")
    assert len(json.loads(printed)["results"][0]["found"]) == 6
    assert "-k 50 is more than the index holds: 6" in said


def test_a_picture_of_what_was_found(here, run):
    printed = run("search pictures.index pictures/3.png digits/test/0 -k 3 --show grid.png").out
    assert "picture: grid.png" in printed
    with Image.open(here / "grid.png") as picture:
        assert picture.height > picture.width > 2 * 112
    printed, said = run("search pictures.index pictures/3.png --json --show grid.png")
    assert json.loads(printed)["count"] == 6
    assert "picture: grid.png" in said


def test_pictures_that_are_gone_are_said(here, run, caplog):
    (here / "leaving").mkdir()
    for name in ("1.png", "2.png"):
        (here / "leaving" / name).write_bytes((here / "pictures" / name).read_bytes())
    run("index leaving --model tiny --out leaving.index")
    (here / "leaving" / "2.png").unlink()
    run("search leaving.index pictures/3.png --show gone.png")
    assert f"they cannot be read any more: {here / 'leaving' / '2.png'}" in caplog.text
    assert (here / "gone.png").exists()


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("index pictures --model tiny", "expected --out to index with"),
        ("index pictures --out a.index", "expected --model to index with"),
        ("index pictures.index --stats --model tiny", "--stats only describes an index: leave out --model"),
        ("index ./missing --model tiny --out a.index", "expected a folder of pictures at missing, found nothing"),
        ("index empty --model tiny --out a.index", "expected pictures in empty or its sub-folders, found none"),
        ("index notes.txt --model tiny --out a.index", "received the file notes.txt"),
        ("index pictures --model tinny --out a.index", "Did you mean 'tiny'?"),
        ("index pictures --model plain --out a.index", "the signature 'hash', received plain"),
        ("index pictures --model tiny --out empty", "expected an index file, received the folder empty"),
        ("index pictures --model tiny --out notes.txt", "notes.txt exists and is no index"),
        ("index pictures --model wide --out pictures.index", "pictures.index is an index of tiny, not of wide"),
        ("index pictures --stats", "expected an index file, received the folder pictures"),
        ("index missing.index --stats", "expected an index file at missing.index, found nothing"),
        ("search missing.index a.png", "expected an index file at missing.index, found nothing"),
        ("search empty a.png", "expected an index file, received the folder empty"),
        ("search notes.txt a.png", "notes.txt: expected an index that CodeIndex.save wrote"),
        ("search half.index a.png", "it was truncated or edited"),
        ("search edited.index a.png", "it was truncated or edited"),
        ("search empty.index pictures/1.png", "expected an index with items, received an empty one"),
        ("search unnamed.index pictures/1.png", "unnamed.index does not name its model; give it with --model"),
        ("search unnamed.index pictures/1.png --model wide", "is an index of 8 bits, but wide gives 12"),
        ("search unnamed.index pictures/1.png --model tiny", "expected an index with paths"),
        ("search pictures.index pictures/1.png --model other/tiny", "another model or trained again, whose codes are"),
        ("search pictures.index pictures/1.png --model wide", "is an index of tiny (sha256 "),
        ("search pictures.index missing.png", "received missing.png, where nothing is; check the path"),
        ("search pictures.index pictures/test/1", "received pictures/test/1, where nothing is; check the path"),
        ("search pictures.index pictures/1.png notes.txt", "received notes.txt, which cannot be read"),
        ("search pictures.index pictures", "received pictures, which cannot be read"),
        ("search pictures.index pictures/1.png -k 0", "k: expected a whole number of at least 1, received 0"),
        ("search pictures.index pictures/1.png --radius -1", "radius: expected a whole number of at least 0"),
        ("search pictures.index pictures/1.png --radius 1 --bucket", "not allowed with argument --radius"),
        ("search pictures.index pictures/1.png --show pictures.index", "a file to write that ends in .png"),
        ("search pictures.index pictures/1.png --show pictures/1.png", "is a query and would be overwritten"),
        ("search empty.index pictures/1.png --show pictures/2.png", "an index with items, received an empty one"),
        ("search pictures.index pictures/1.png --show pictures/2.png", "is in the index and would be overwritten"),
        ("search pictures.index", "arguments are required: QUERY"),
    ],
)
def test_what_goes_wrong_is_one_line(here, capfd, line, message):
    before = {path: path.read_bytes() for path in here.rglob("*") if path.is_file()}
    assert main([*line.split(), "--output", "models"]) == 2
    printed, said = capfd.readouterr()
    assert printed == ""
    assert said.count("\n") == 1, said
    assert message in said
    assert {path: path.read_bytes() for path in here.rglob("*") if path.is_file()} == before


def test_the_model_is_not_there(here, capfd):
    assert main(["search", "pictures.index", "pictures/1.png", "--output", "other/nothing"]) == 2
    assert "pictures.index is of a model that is not there, give it with --model: " in capfd.readouterr().err


def test_what_was_indexed_stays_if_it_cannot_be_done_again(here, capfd):
    (here / "broken").mkdir()
    (here / "broken" / "1.png").write_bytes(b"no picture")
    before = (here / "pictures.index").read_bytes()
    assert main(["index", "broken", "--model", "tiny", "--out", "pictures.index", "--output", "models"]) == 2
    assert "1.png" in capfd.readouterr().err
    assert (here / "pictures.index").read_bytes() == before
