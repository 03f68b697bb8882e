"""``keraszoo demo``: the whole chain for every model of the bundled digits, then models of MNIST on these digits."""

import argparse
import os
import shlex
import shutil
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from keraszoo.commands.shared import load_quietly
from keraszoo.families import family
from keraszoo.presets import PRESETS, SHIPPED

DESCRIPTION = (
    "Train on scikit-learn's bundled 8x8 digits, evaluate, export and prove, then try the committed models of MNIST on "
    "them; needs no network."
)
STOPPED = "the same command goes on from the last whole epoch"

DEMO = (
    "autoencoder-digits",
    "denoiser-digits",
    "hasher-digits",
    "classifier-digits",
    "reader-digits-en",
    "reader-digits",
)
COMMITTED = tuple(name for name in SHIPPED if PRESETS[name].data == "mnist")
FORMATS = ("float32", "float16", "int8")
"""Of five: a conversion costs about a quarter of a training."""
# The filters beside a denoiser take longer than its training, and as long at each strength of noise.
EVALUATED_WITH: dict[str, dict[str, Any]] = {"denoiser-digits": {"noise_levels": (0.3, 0.5, 0.7)}}
STEPS = 4
TIMED_RUNS = 20
NEXT = (
    ("read", "digits/test/3", "digits/test/7", "--model", "{}/reader-digits"),
    ("index", "digits", "--model", "{}/hasher-digits", "--out", "{}/digits.index"),
    ("search", "{}/digits.index", "digits/test/3", "--model", "{}/hasher-digits", "--show", "{}/found.png"),
)
"""What to try then, {} being the output folder."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """One option, where to."""
    parser.add_argument("--output", type=Path, default=Path("demo"), help="the folder to write to [demo]")


def run(options: argparse.Namespace) -> None:
    """Make every model of `DEMO`, try those of `COMMITTED`; print one table of all files, write one contact sheet."""
    load_quietly()
    from keraszoo.data import Split, load_images
    from keraszoo.data.mnist_look import as_in_mnist
    from keraszoo.demo_panels import panels
    from keraszoo.evaluation.contact_sheet import plot_contact_sheet
    from keraszoo.loading import load

    total = STEPS * len(DEMO) + 1
    steps = (f"{number}/{total}" for number in range(1, total + 1))
    rows = [row for name in DEMO for row in _make(name, options.output, steps)]

    print(f"{next(steps)}  the committed models of MNIST, in TFLite, on the bundled test digits enlarged to 28x28")
    digits = load_images("digits").test
    live = panels({name: load(options.output / name, "tflite") for name in DEMO}, digits)
    committed = panels(_committed(), Split(as_in_mnist(digits.images), digits.labels))
    for panel in committed:
        print(f"     {panel.title}")
    print("     Those of Fashion-MNIST are left out: no pictures of clothes are bundled")

    _print_table(rows)
    sheet = options.output / "contact_sheet.png"
    sections = {
        "Trained just now, on bundled digits of 8x8 pixels": live,
        "Committed models of MNIST, on the same test digits enlarged to 28x28 pixels": committed,
    }
    plot_contact_sheet({heading: shown for heading, shown in sections.items() if shown}, sheet)
    each = options.output / "*"
    print(f"\nPictures: {each / 'pictures'}{os.sep}*.png; cards: {each / 'README.md'}\nContact sheet: {sheet}\n\nNext:")
    for command in NEXT:
        print(f"  {shlex.join([_program(), *(part.format(options.output) for part in command)])}")


def _make(name: str, output: Path, steps: Iterator[str]) -> list[dict[str, Any]]:
    """Train, evaluate, export and time one preset; a row for each exported file."""
    from keraszoo import runs

    row = PRESETS[name]
    print(f"{next(steps)}  training {name}: {row.description}")
    folder = runs.train(runs.settings_for(name), output, verbose=0)

    print(f"{next(steps)}  evaluating")
    scores = runs.evaluate(folder, **EVALUATED_WITH.get(name, {}))
    for line in [*family(row.family).summary(scores), f"score: {scores['score']}"]:
        print(f"     {line}")

    print(f"{next(steps)}  exporting, and proving every file against Keras")
    report = runs.export(folder, formats=FORMATS)
    print(f"{next(steps)}  timing every file")
    timings = runs.benchmark(folder, runs=TIMED_RUNS, peers=False)
    return [_table_row(name, timing, report["agreement"]) for timing in timings]


def _committed() -> dict[str, Any]:
    """Those of `COMMITTED` that are here and can be opened, by name; a line says which are not."""
    from keraszoo.loading import load
    from keraszoo.loading.folders import find_folder

    folders, models = {}, {}
    for name in COMMITTED:
        with suppress(ValueError):
            folders[name] = find_folder(name)
    for name, folder in folders.items():
        try:
            models[name] = load(folder, "tflite")
        except ValueError as error:
            print(f"     {name} is left out: {error}")
    missing = [name for name in COMMITTED if name not in folders]
    if missing:
        print(
            f"     Not here: {', '.join(missing)}; the zoo's repository and its wheel bring them, and "
            f"`keraszoo train {missing[0]}; keraszoo export {missing[0]}` makes one"
        )
    return models


def _table_row(name: str, timing: dict[str, Any], agreement: list[dict[str, Any]]) -> dict[str, Any]:
    """The timing of one file beside the worst that its proof found."""
    proof = [row for row in agreement if (row["format"], row["runtime"]) == (timing["format"], timing["runtime"])]
    return {
        **timing,
        "model": name,
        "relative_difference": max(row["relative_difference"] for row in proof if row["flipped"] is None),
        "score_loss": max(row["score_loss"] for row in proof if row["score_loss"] is not None),
    }


def _print_table(rows: list[dict[str, Any]]) -> None:
    print(f"\n{'model':20}{'format':13}{'bytes':>11}{'difference':>12}{'loss':>9}{'ms per image':>14}{'images/s':>11}")
    for row in rows:
        print(
            f"{row['model']:20}{row['format']:13}{row['bytes']:11,}{row['relative_difference']:12.1e}"
            f"{100 * row['score_loss']:8.2f}%{row['milliseconds']:14.3f}{row['images_per_second']:11,.0f}"
        )
    print("\nDifference and loss of score are against Keras, the largest of all signatures; bits count in the score.")


def _program() -> str:
    """This program, as a shell finds it."""
    return "keraszoo" if shutil.which("keraszoo") else os.path.relpath(Path(sys.executable).with_name("keraszoo"))
