"""``keraszoo demo``: the whole chain, for every model of the bundled digits."""

import argparse
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from keraszoo.commands.shared import load_quietly
from keraszoo.families import compares_code_sizes, family
from keraszoo.presets import PRESETS

DESCRIPTION = "Train on scikit-learn's bundled 8x8 digits, evaluate, export and prove; needs no network."
STOPPED = "the same command goes on from the last whole epoch"

DEMO = (
    "autoencoder-digits",
    "denoiser-digits",
    "hasher-digits",
    "classifier-digits",
    "reader-digits",
    "reader-digits-en",
)
SMALLER_CODES = (2, 4)
STEPS = 4
TIMED_RUNS = 20


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """One option, where to."""
    parser.add_argument("--output", type=Path, default=Path("demo"), help="the folder to write to [demo]")


def run(options: argparse.Namespace) -> None:
    """Make every model of `DEMO`, and print one table of all their files."""
    load_quietly()
    total = STEPS * len(DEMO)
    steps = (f"{number}/{total}" for number in range(1, total + 1))
    rows = [row for name in DEMO for row in _make(name, options.output, steps)]

    print(f"\n{'model':20}{'format':13}{'bytes':>11}{'difference':>12}{'loss':>9}{'ms per image':>14}{'images/s':>11}")
    for row in rows:
        print(
            f"{row['model']:20}{row['format']:13}{row['bytes']:11,}{row['relative_difference']:12.1e}"
            f"{100 * row['score_loss']:8.2f}%{row['milliseconds']:14.3f}{row['images_per_second']:11,.0f}"
        )
    print("\nDifference and loss of score are against Keras, the largest of all signatures; bits count in the score.")
    for name in DEMO:
        folder = options.output / name
        print(f"Pictures: {folder / 'pictures'}{os.sep}*.png; card: {folder / 'README.md'}")


def _make(name: str, output: Path, steps: Iterator[str]) -> list[dict[str, Any]]:
    """Train, evaluate, export and time one preset; a row for each exported file."""
    from keraszoo import runs

    row = PRESETS[name]
    print(f"{next(steps)}  training {name}: {row.description}")
    folder = runs.train(runs.settings_for(name), output, verbose=0)

    smaller = SMALLER_CODES if compares_code_sizes(row.family) else ()
    print(f"{next(steps)}  evaluating{', with smaller codes beside it' if smaller else ''}")
    scores = runs.evaluate(folder, code_sizes=smaller)
    for line in [*family(row.family).summary(scores), f"score: {scores['score']}"]:
        print(f"     {line}")

    print(f"{next(steps)}  exporting, and proving every file against Keras")
    report = runs.export(folder)
    print(f"{next(steps)}  timing every file")
    timings = runs.benchmark(folder, runs=TIMED_RUNS)
    files = {row["format"] for row in report["agreement"]}
    return [_table_row(name, timing, report["agreement"]) for timing in timings if timing["format"] in files]


def _table_row(name: str, timing: dict[str, Any], agreement: list[dict[str, Any]]) -> dict[str, Any]:
    """The timing of one file beside the worst that its proof found."""
    proof = [row for row in agreement if (row["format"], row["runtime"]) == (timing["format"], timing["runtime"])]
    return {
        **timing,
        "model": name,
        "relative_difference": max(row["relative_difference"] for row in proof if row["flipped"] is None),
        "score_loss": max(row["score_loss"] for row in proof if row["score_loss"] is not None),
    }
