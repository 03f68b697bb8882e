"""What the command line understands: commands, options, and their help."""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from keraszoo import __version__
from keraszoo.names import nearest_name_hint

EPILOG = """\
examples:
  keraszoo list                                   what can be trained
  keraszoo train autoencoder-digits               train a preset into saved_models/autoencoder-digits
  keraszoo train autoencoder --data my_pictures   train a family on a folder of pictures
  keraszoo evaluate autoencoder-digits            scores beside PCA, and pictures
  keraszoo export autoencoder-digits              SavedModel and TFLite files, each proven equal to Keras
  keraszoo benchmark autoencoder-digits           size, score and speed of every file
  keraszoo demo                                   all of that in a minute or two

`keraszoo COMMAND --help` explains a command. Errors are one line and exit code 2; --debug adds the traceback.
"""


class Parser(argparse.ArgumentParser):
    """Answers a misspelt command or option with the nearest one."""

    def error(self, message: str) -> NoReturn:
        """Raise the message as a ``ValueError``."""
        raise ValueError(f"{message} (see `{self.prog} --help`)")

    def unknown(self, arguments: Sequence[str]) -> NoReturn:
        """Raise a ``ValueError`` that names the first of the unknown arguments and the option nearest to it."""
        options = [name for action in self._actions for name in action.option_strings]
        hint = nearest_name_hint(arguments[0].partition("=")[0], options)
        self.error(f"unknown argument {arguments[0]!r}.{hint}")


def build_parser() -> tuple[Parser, dict[str, Parser]]:
    """The parser, and the parser of each command by name."""
    parser = Parser(
        prog="keraszoo",
        description="Train, evaluate, export and prove small Keras encoder-decoders.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"keraszoo {__version__}")
    subparsers = parser.add_subparsers(dest="command", metavar="COMMAND")
    commands = {}

    def command(name: str, summary: str, description: str) -> Parser:
        added = subparsers.add_parser(name, help=summary, description=description, allow_abbrev=False)
        added.add_argument("--debug", action="store_true", help="show the traceback of an error")
        commands[name] = added
        return added

    listing = command("list", "what can be trained", "Show the presets and families that can be trained.")
    listing.add_argument("--json", action="store_true", help="print JSON")

    train = command(
        "train",
        "train a preset or a family",
        "Train a model into OUTPUT/NAME. A training that was killed goes on where it was when the same command is "
        "given again. What stood there before stays until the new model is done.",
    )
    train.add_argument("preset", metavar="NAME", help="a preset or a family, from `keraszoo list`")
    train.add_argument("--data", help="digits, a TensorFlow Datasets name such as mnist, or a folder of pictures")
    train.add_argument("--name", help="the run folder's name [the preset's]")
    _add_output(train)
    train.add_argument("--seed", type=int, help="of the weights, the validation split and the batches [the preset's]")
    train.add_argument("--image-size", type=_image_size, metavar="HxW", help="resize every image to this")
    train.add_argument("--skip-broken", action="store_true", help="leave out pictures that cannot be read")
    train.add_argument("--quiet", action="store_true", help="no progress bar")
    model = train.add_argument_group("the model")
    model.add_argument("--code-size", type=int, help="numbers that an image is compressed to")
    model.add_argument("--architecture", help="dense or convolutional")
    model.add_argument("--hidden-units", type=_integers, metavar="N,N", help="units of the dense layers")
    model.add_argument("--filters", type=_integers, metavar="N,N", help="channels of the convolutions")
    model.add_argument("--activation", help="of the hidden layers: relu, silu, gelu ...")
    training = train.add_argument_group("the training")
    training.add_argument("--epochs", type=int, help="passes over the images")
    training.add_argument("--batch-size", type=int, help="images a step")
    training.add_argument("--optimizer", help="adam or muon")
    training.add_argument("--learning-rate", type=float, help="the highest, after the first epoch")
    training.add_argument("--patience", type=int, help="stop after so many epochs without a better validation loss")
    training.add_argument("--warp-strength", type=float, help="how much training images are turned and shifted, 0-")
    training.add_argument("--warp-share", type=float, help="the share of them that are, 0-1")

    evaluate = command(
        "evaluate",
        "score a trained model and draw pictures",
        "Score a model on its test split beside PCA of the same code size; writes evaluation.json and pictures/.",
    )
    _add_run(evaluate)
    evaluate.add_argument("--data", help="other images than the model was trained on")
    evaluate.add_argument(
        "--code-sizes",
        type=_integers,
        default=(),
        metavar="N,N",
        help="train the same model with each of these code sizes too, and draw the error against them",
    )

    export = command(
        "export",
        "write SavedModel and TFLite files, each proven equal to Keras",
        "Write saved_model/, tflite/, report.json and the card README.md. Every file is run in its own runtime on "
        "test images; if one does not agree with Keras, nothing is written.",
    )
    _add_run(export)
    export.add_argument("--formats", help="of float32,float16,dynamic,int8 [all]")

    benchmark = command(
        "benchmark",
        "time every exported file beside Keras",
        "Print a table: format, size, score, milliseconds for one image, images per second.",
    )
    _add_run(benchmark)
    benchmark.add_argument("--threads", type=int, default=1, help="CPU threads of the runtimes [1]")
    benchmark.add_argument("--runs", type=int, default=100, help="how often one image is timed [100]")

    demo = command(
        "demo",
        "train, evaluate, export and prove on the bundled digits",
        "Train on scikit-learn's bundled 8x8 digits, evaluate, export and prove; needs no network.",
    )
    demo.add_argument("--output", type=Path, default=Path("demo"), help="the folder to write to [demo]")
    return parser, commands


def _add_output(parser: Parser) -> None:
    parser.add_argument("--output", type=Path, default=Path("saved_models"), help="[saved_models]")


def _add_run(parser: Parser) -> None:
    parser.add_argument("model", metavar="NAME", help="a trained model: its name, or the path of its folder")
    _add_output(parser)


def _integers(text: str) -> tuple[int, ...]:
    try:
        return tuple(int(part) for part in text.split(","))
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"expected whole numbers with commas, such as 128,64; received {text!r}"
        ) from None


def _image_size(text: str) -> list[int]:
    parts = text.lower().split("x")
    if len(parts) not in (1, 2) or not all(part.isdigit() for part in parts):
        raise argparse.ArgumentTypeError(f"expected HEIGHTxWIDTH, such as 28x28; received {text!r}")
    return [int(parts[0]), int(parts[-1])]
