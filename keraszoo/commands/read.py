"""``keraszoo read``."""

import argparse
import json
import logging
import sys
import unicodedata
from collections.abc import Iterable
from contextlib import redirect_stdout, suppress
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from keraszoo.commands.opening import add_runtime, model_folder, open_model
from keraszoo.commands.shared import log_plainly, printable
from keraszoo.presets import PRESETS

if TYPE_CHECKING:
    from keraszoo.picture_reading import Reading

DESCRIPTION = (
    "Read handwritten digits as the words of a number. A picture of the size of the model's images, a light digit on "
    "dark ground, shows one digit and is taken as it is, and so is a data set's image. Of any other picture the digits "
    "are cut out, be they dark or light. If all pictures show one digit as they are, they are the digits of one "
    "number, in the order given; otherwise each picture is a number of its own. --each and --cut decide it otherwise."
)
FILLED = "digits"
"""The data set whose digits have no margin."""
DEFAULT_LANGUAGE = "en"
"""Of a reader that was trained without naming one."""


class Learned(NamedTuple):
    """What a trained reader has learned: a language, from the images of a data set."""

    language: str
    data: str


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What to read, with which model, and how to print it."""
    parser.add_argument(
        "pictures", metavar="PICTURE", nargs="+", help="a picture, or an image of a data set such as digits/test/0"
    )
    parser.add_argument(
        "--model",
        metavar="NAME",
        help="a trained reader: its name, or the path of its folder [the only one that reads LANGUAGE in OUTPUT, or "
        "else among those installed]",
    )
    parser.add_argument("--language", metavar="LANGUAGE", help="of the words: en, ko, de ... [the model's]")
    digits = parser.add_mutually_exclusive_group()
    digits.add_argument("--each", action="store_true", help="one digit in each picture, all together one number")
    digits.add_argument("--cut", action="store_true", help="a number in each picture, whose digits are cut out")
    parser.add_argument(
        "--min-confidence",
        type=_share,
        default=0.0,
        metavar="X",
        help="say unsure where the words are less probable by the model than this, 0-1 [0]",
    )
    parser.add_argument("--json", action="store_true", help="print JSON")
    add_runtime(parser)


def run(options: argparse.Namespace) -> None:
    """Read all numbers, then print a line for each: pictures, words, number, confidence."""
    folder = model_folder(options.model, options) if options.model else _only_reader(options.output, options.language)
    reader = open_model(folder, "read", options, options.pictures)
    from keraszoo.picture_reading import numbers_in, read_numbers

    language, data = _readers([folder])[folder]
    if options.language not in (None, language):
        raise _no_such_reader(folder, language, options)
    with redirect_stdout(sys.stderr):  # only the result goes to stdout, not the progress
        numbers = numbers_in(
            options.pictures,
            reader.max_digits,
            reader.image_shape,
            each=options.each,
            cut=options.cut,
            filled=data == FILLED,
        )
        readings = read_numbers(reader, language, numbers, options.min_confidence)
    if options.json:
        print("[" + ",\n ".join(json.dumps(reading._asdict(), allow_nan=False) for reading in readings) + "]")
    else:
        _print_table(readings)


def _share(text: str) -> float:
    with suppress(ValueError):
        if 0 <= float(text) <= 1:
            return float(text)
    raise argparse.ArgumentTypeError(f"expected a number in 0-1, such as 0.9 for 90 percent; received {text!r}")


def _only_reader(output: Path, language: str | None) -> Path:
    """The one reader in a folder of models, or else the one installed, of the language if one is asked for."""
    from keraszoo.loading.folders import folders_there

    log_plainly()
    readers = _readers(folders_there(output))
    fitting = [folder for folder, learned in readers.items() if language in (None, learned.language)]
    fitting = [folder for folder in fitting if folder.parent == output] or fitting
    if len(fitting) == 1:
        logging.getLogger("keraszoo").info("Read by %s", fitting[0].name)
        return fitting[0]
    asked = f"a trained reader of {language!r}" if language else "a trained reader"
    if not fitting:
        raise ValueError(f"expected {asked} in {output}, found none; {_how_to_train(language)}")
    found = ", ".join(f"{folder.name} ({readers[folder].language})" for folder in fitting)
    raise ValueError(f"expected {asked} in {fitting[0].parent}, found {len(fitting)}, {found}; choose one with --model")


def _no_such_reader(folder: Path, language: str, options: argparse.Namespace) -> ValueError:
    """The error of a reader that is asked for another language than it has learned."""
    from keraszoo.loading.folders import folders_there

    asked = options.language
    beside = _readers(folders_there(folder.parent, options.output))
    able = [each.name for each, learned in beside.items() if learned.language == asked]
    advice = f"of the models beside it these do: {', '.join(able)}" if able else _how_to_train(asked)
    return ValueError(f"expected a reader of {asked!r}, received {folder.name}, which reads {language!r}; {advice}")


def _readers(folders: Iterable[Path]) -> dict[Path, Learned]:
    """What the reader of each folder has learned; models of other families are left out."""
    from keraszoo.loading.folders import settings_of

    readers = {}
    for folder in folders:
        with suppress(ValueError):
            settings = settings_of(folder)
            if settings["family"] == "reader":
                readers[folder] = Learned(settings["builder"].get("language", DEFAULT_LANGUAGE), settings["data"])
    return readers


def _how_to_train(language: str | None) -> str:
    """What trains a reader of a language, or of any; a ``ValueError`` if there is no such language."""
    from keraszoo.data import largest_number

    readers = {name: row.builder["language"] for name, row in PRESETS.items() if row.family == "reader"}
    if language:
        with suppress(ModuleNotFoundError):  # num2words, which knows the languages
            largest_number(language)
    names = [name for name, learned in readers.items() if language in (None, learned)]
    commands = [f"`keraszoo train {name}`" for name in names] or [f"`keraszoo train reader --language {language}`"]
    return f"train one: {' or '.join(commands)}"


def _print_table(readings: list["Reading"]) -> None:
    rows = [
        (
            " ".join(map(printable, reading.pictures)),
            reading.text,
            "-" if reading.number is None else str(reading.number),
            f"{reading.confidence:.3f}",
        )
        for reading in readings
    ]
    widths = [max(map(_columns, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        padded = (cell + " " * (width - _columns(cell)) for cell, width in zip(row, widths, strict=True))
        print("  ".join(padded).rstrip())


def _columns(text: str) -> int:
    """The width of a text in a terminal, where a Korean syllable takes two columns and an accent none."""
    return sum(
        0 if unicodedata.combining(character) else 1 + (unicodedata.east_asian_width(character) in "WF")
        for character in text
    )
