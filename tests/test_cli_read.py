"""``keraszoo read``: which pictures make a number, what is printed of it and what is refused."""

import functools
import json
import shutil
from dataclasses import asdict

import numpy as np
import pytest
from PIL import Image

from keraszoo import runs
from keraszoo.cli import main
from keraszoo.commands import read
from keraszoo.data import Vocabulary, number_texts, number_words
from keraszoo.data.digits import read_digits
from keraszoo.data.pictures import resize_images
from keraszoo.families import family
from keraszoo.loading import folders
from keraszoo.loading.runtimes import RUNTIMES
from keraszoo.model_files import save_model
from keraszoo.picture_reading import Reading

DIGITS = read_digits((8, 8)).test
TINY = {"max_digits": 2, "language": "ko", "units": 32, "filters": [8, 16], "hidden_units": [32]}
QUICKLY = {"epochs": 6, "strips_per_epoch": 2560, "batch_size": 64, "decoder_epochs": 3, "learning_rate": 5e-3}


def page(*positions):
    """Bundled test digits in one line, dark on light, as a scanner gives them."""
    ink = np.zeros((90, 70 * len(positions) + 30))
    for place, position in enumerate(positions):
        image = resize_images(DIGITS.images[position : position + 1], (50, 50))[0, ..., 0]
        ink[20:70, 25 + 70 * place : 75 + 70 * place] = image / 255
    return Image.fromarray(np.round(235 - 200 * ink).astype(np.uint8))


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """Models in ``models``: ``tiny`` reads Korean, ``plain`` nothing, ``german`` says that it reads German."""
    world = tmp_path_factory.mktemp("world")
    runs.train(runs.settings_for("reader", name="tiny", builder=TINY, training=QUICKLY), world / "models", verbose=0)
    record = json.loads((world / "models" / "tiny" / "training.json").read_text())
    record["settings"]["builder"]["language"] = "de"
    shutil.copytree(world / "models" / "tiny", world / "models" / "german")
    (world / "models" / "german" / "training.json").write_text(json.dumps(record))
    plain = runs.settings_for("autoencoder", name="plain", builder={"hidden_units": [4], "code_size": 2})
    save_model(family("autoencoder").build((8, 8, 1), **plain.builder), world / "models" / "plain" / "model.keras")
    (world / "models" / "plain" / "training.json").write_text(json.dumps({"settings": asdict(plain)}))
    (world / "none").mkdir()
    for name, positions in (("two", (0, 1)), ("one", (2,)), ("three", (3, 4, 5))):
        page(*positions).save(world / f"{name}.png")
    for position in range(3):
        Image.fromarray(DIGITS.images[position, ..., 0]).save(world / f"{position}.png")
    Image.new("L", (80, 80), 200).save(world / "empty.png")
    Image.fromarray(np.random.default_rng(0).normal(128, 20, (90, 90)).astype(np.uint8)).save(world / "noise.png")
    touching = Image.new("L", (200, 90), 240)
    touching.paste(20, (20, 35, 180, 55))
    touching.paste(20, (90, 20, 110, 70))  # one shape, far wider than high
    touching.save(world / "touching.png")
    (world / "notes.txt").write_text("no picture")
    return world


@pytest.fixture(scope="module")
def open_keras():
    """Opens each model once for all tests, which saves most of their time."""
    return functools.cache(RUNTIMES["keras"])


@pytest.fixture
def here(world, open_keras, monkeypatch):
    """The folder of all that, as the one that commands are given in."""
    monkeypatch.setitem(RUNTIMES, "keras", open_keras)
    monkeypatch.setattr(folders, "INSTALLED", world / "none")
    monkeypatch.chdir(world)
    return world


@pytest.fixture
def run(here, capfd):
    """Give a command that must succeed; what it prints is returned, and what it says beside that."""

    def run_line(line, output="models"):
        capfd.readouterr()
        assert main(["read", *line.split(), "--output", output]) == 0, capfd.readouterr().err
        return capfd.readouterr()

    return run_line


def read_by_hand(world, *positions):
    """The words that the model gives for bundled test digits."""
    strip = np.zeros((1, 2, 8, 8, 1), np.float32)
    strip[0, : len(positions)] = DIGITS.images[list(positions)]
    token_ids = runs.open_signature(world / "models" / "tiny", "read").predict(strip, verbose=0)["token_ids"]
    return number_texts("ko", 2).vocabulary.decode(token_ids)[0]


@pytest.mark.parametrize("names", ["digits/test/0 digits/test/1", "0.png 1.png", "0.png digits/test/1"])
def test_pictures_of_one_digit_are_one_number(here, run, caplog, names):
    (row,) = json.loads(run(f"{names} --model tiny --json").out)
    assert row["pictures"] == names.split()
    assert row["text"] == read_by_hand(here, 0, 1)
    assert row["number"] is None or number_words(row["number"], "ko") == row["text"]
    assert 0 < row["confidence"] <= 1
    assert caplog.messages == ["The 2 pictures are read as the digits of one number, without --cut"]


def test_a_picture_of_one_digit_alone(here, run, caplog):
    (row,) = json.loads(run("2.png --model tiny --json").out)
    assert row["text"] == read_by_hand(here, 2)
    assert caplog.messages == []


def test_other_pictures_are_a_number_each(run, caplog):
    rows = json.loads(run("two.png 0.png one.png --model tiny --json").out)
    assert [row["pictures"] for row in rows] == [["two.png"], ["0.png"], ["one.png"]]
    assert caplog.messages == ["The 3 pictures are read as a number each, without --each"]


@pytest.mark.parametrize(
    ("line", "pictures"),
    [("one.png 0.png --each", [["one.png", "0.png"]]), ("one.png two.png --cut", [["one.png"], ["two.png"]])],
)
def test_what_is_asked_for_is_done_and_not_told(run, caplog, line, pictures):
    printed, said = run(f"{line} --model tiny --json")
    assert [row["pictures"] for row in json.loads(printed)] == pictures
    assert (said, caplog.messages) == ("", [])


def test_a_line_for_each_number(run):
    rows = json.loads(run("two.png digits/test/2 --cut --model tiny --json").out)
    numbers = [str(row["number"]) if row["number"] is not None else "-" for row in rows]
    expected = [
        [*row["pictures"], row["text"], number, f"{row['confidence']:.3f}"]
        for row, number in zip(rows, numbers, strict=True)
    ]
    printed = run("two.png digits/test/2 --cut --model tiny").out
    assert [line.split() for line in printed.splitlines()] == expected


def test_columns_are_those_of_a_terminal(capsys):
    rows = [Reading(["1.png"], "삼십이", 32, 0.5), Reading(["1.png", "22.png"], "unsure", None, 0.25)]
    read._print_table(rows)
    assert capsys.readouterr().out == "1.png         삼십이  32  0.500\n1.png 22.png  unsure  -   0.250\n"


def test_unsure_below_the_least_confidence(run):
    (row,) = json.loads(run("two.png --model tiny --json").out)
    just_below, just_above = row["confidence"] * 0.999, min(1, row["confidence"] * 1.001)
    assert json.loads(run(f"two.png --model tiny --json --min-confidence {just_below}").out) == [row]
    (unsure,) = json.loads(run(f"two.png --model tiny --json --min-confidence {just_above}").out)
    assert unsure == row | {"text": "unsure", "number": None}


def test_the_only_reader_of_a_language_need_not_be_named(run, caplog):
    named = run("two.png --model tiny --language ko").out
    assert run("two.png --language ko").out == named
    assert caplog.messages == ["Read by tiny"]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (
            "three.png --model tiny",
            "three.png: expected at most 2 digits, which the model reads, received 3; give fewer",
        ),
        ("0.png 1.png 2.png --model tiny", "0.png; 1.png; 2.png: expected at most 2 digits, which the model reads"),
        ("two.png one.png --each --model tiny", "two.png: expected one digit, as in each picture of a number, found 2"),
        (
            "one.png empty.png --model tiny",
            "empty.png: expected dark digits on a light background or light on dark, rec",
        ),
        (
            "noise.png --model tiny",
            "noise.png: expected dark digits on a light background or light on dark, found none",
        ),
        ("touching.png --model tiny", "touching.png: expected digits apart from each other, received touching digits"),
        ("notes.txt --model tiny", "received notes.txt, which cannot be read (cannot identify"),
        ("missing.png --model tiny", "received missing.png, where nothing is; check the path"),
        ("digits/test/999 --model tiny", "digits/test/999, which cannot be read (test of digits holds 299 images"),
        ("two.png --model plain", "the signature 'read', received plain, which has reconstruct, encode, decode"),
        ("two.png --model tinny", "Did you mean 'tiny'?"),
        (
            "two.png --model tiny --language de",
            "received tiny, which reads 'ko'; of the models beside it these do: german",
        ),
        (
            "two.png --model tiny --language en",
            "which reads 'ko'; train one: `keraszoo train reader-digits-en` or `keraszoo train reader-english`",
        ),
        ("two.png --model tiny --language fr", "which reads 'ko'; train one: `keraszoo train reader --language fr`"),
        ("two.png --model tiny --language kos", "received 'kos'. Did you mean 'ko'?"),
        ("two.png --language jap", "received 'jap'. Did you mean 'ja'?"),
        (
            "two.png --language en",
            "expected a trained reader of 'en' in models, found none; train one: `keraszoo train",
        ),
        ("two.png", "expected a trained reader in models, found 2, german (de), tiny (ko); choose one with --model"),
        (
            "two.png --model tiny --min-confidence 90",
            "expected a number in 0-1, such as 0.9 for 90 percent; received '90'",
        ),
        ("two.png --model tiny --min-confidence nan", "expected a number in 0-1"),
        ("two.png --model tiny --each --cut", "argument --cut: not allowed with argument --each"),
        ("--model tiny", "arguments are required: PICTURE"),
    ],
)
def test_what_goes_wrong_is_one_line(here, capfd, line, message):
    assert main(["read", *line.split(), "--output", "models"]) == 2
    printed, said = capfd.readouterr()
    assert printed == ""
    assert said.splitlines()[-1].startswith("keraszoo: error: ")
    assert message in said


def test_without_any_reader(here, capfd):
    assert main(["read", "two.png", "--output", "none"]) == 2
    message = "expected a trained reader in none, found none; train one: `keraszoo train reader-digits` or "
    assert message in capfd.readouterr().err


def test_words_are_spelled_with_the_vocabulary_that_was_learned(run, here):
    """Not with what num2words has now, which may be another release."""
    path = here / "models" / "tiny" / "vocabulary.json"
    learned = path.read_text(encoding="utf-8")
    characters = Vocabulary.from_json(learned).characters
    (before, _) = run("0.png 1.png --model tiny")
    Vocabulary(tuple(sorted("ABCDEFGHIJKLMNOPQRSTUVWXYZ"[: len(characters)]))).save(path)
    try:
        (after, _) = run("0.png 1.png --model tiny")
    finally:
        path.write_text(learned, encoding="utf-8")
    words = before.split()[2]
    assert after.split()[2] == "".join(chr(ord("A") + characters.index(each)) for each in words)
