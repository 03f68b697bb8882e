"""``keraszoo export``."""

import argparse
from typing import Any

from keraszoo.commands.shared import add_run, load_quietly, run_folder

DESCRIPTION = (
    "Write saved_model/, tflite/, report.json and the card README.md. Every file is run in its own runtime on "
    "test images; if one does not agree with Keras, nothing is written."
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The model and the formats."""
    add_run(parser)
    parser.add_argument("--formats", help="of float32,float16,dynamic,int8 [all]")


def run(options: argparse.Namespace) -> None:
    """Export, and print how far every file is from Keras."""
    folder = run_folder(options)
    formats = options.formats.split(",") if options.formats else None
    load_quietly()
    from keraszoo import runs

    _print_agreement(runs.export(folder, formats=formats))
    print(f"report: {folder / 'report.json'}; card: {folder / 'README.md'}")


def _print_agreement(report: dict[str, Any]) -> None:
    """One line for each output of each file."""
    sizes = {row["path"]: row["bytes"] for row in report["files"]}
    print(f"{'file':24}{'bytes':>11}  {'output':26}{'difference':>12}{'flipped':>9}{'score':>10}{'loss':>9}")
    for row in report["agreement"]:
        score = "" if row["score"] is None else f"{row['score']:.4f}"
        loss = "" if row["score_loss"] is None else f"{100 * row['score_loss']:.2f}%"
        flipped = "" if row["flipped"] is None else f"{100 * row['flipped']:.3f}%"
        output = f"{row['signature']}: {row['output']}"
        print(
            f"{row['file']:24}{sizes[row['file']]:11,}  {output:26}"
            f"{row['relative_difference']:12.1e}{flipped:>9}{score:>10}{loss:>9}"
        )
