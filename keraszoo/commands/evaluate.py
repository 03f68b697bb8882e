"""``keraszoo evaluate``."""

import argparse

from keraszoo.commands.shared import add_run, integers, load_quietly, run_folder
from keraszoo.families import family

DESCRIPTION = (
    "Score a model on its test split, beside PCA of the same code size, classical filters or other binary codes as its "
    "family is, and say whether a preset reached the score that is asked of it; writes evaluation.json and pictures/."
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The model, other data, other code sizes."""
    add_run(parser)
    parser.add_argument("--data", help="other images than the model was trained on")
    parser.add_argument(
        "--code-sizes",
        type=integers,
        action="extend",
        default=[],
        metavar="N,N",
        help="of the family autoencoder: train the same model with each of these code sizes too, and draw the error "
        "against them",
    )


def run(options: argparse.Namespace) -> None:
    """Evaluate, and print the family's summary."""
    folder = run_folder(options)
    load_quietly()
    from keraszoo import runs

    result = runs.evaluate(folder, data=options.data, code_sizes=options.code_sizes)
    print(f"{result['test_images']} test images of {result['data']}")
    for line in family(result["family"]).summary(result):
        print(line)
    if "score" in result:
        print(f"score: {result['score']}")
    print(f"pictures: {result['pictures']}")
