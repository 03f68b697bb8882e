"""The command line: parse, call, report. Nothing heavy is imported before a command needs it."""

import argparse
import errno
import json
import logging
import os
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NoReturn

from keraszoo import __version__
from keraszoo.data.names import nearest_name_hint
from keraszoo.families import FAMILIES
from keraszoo.presets import PRESETS

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


DISK_HINTS = {
    errno.ENOSPC: "free some space, then give the same command again",
    errno.EDQUOT: "free some space, then give the same command again",
    errno.EACCES: "choose a folder that you may write to, with --output",
    errno.EROFS: "choose a folder that you may write to, with --output",
    errno.ENOTDIR: "a file is where a folder should be: choose another with --output",
    errno.EEXIST: "a file is where a folder should be: choose another with --output",
}


class _Parser(argparse.ArgumentParser):
    """Answers a misspelt command or option with the nearest one."""

    def error(self, message: str) -> NoReturn:
        raise ValueError(f"{message} (see `{self.prog} --help`)")

    def unknown(self, arguments: Sequence[str]) -> NoReturn:
        options = [name for action in self._actions for name in action.option_strings]
        hint = nearest_name_hint(arguments[0].partition("=")[0], options)
        self.error(f"unknown argument {arguments[0]!r}.{hint}")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code: 0, or 2 after an error that was said in one line."""
    arguments = list(sys.argv[1:] if arguments is None else arguments)
    debug = "--debug" in arguments
    try:
        options = _parse([argument for argument in arguments if argument != "--debug"])
        options.run(options)
        sys.stdout.flush()
    except KeyboardInterrupt:
        print("keraszoo: stopped; the same command goes on from the last whole epoch", file=sys.stderr)
        return 130
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:
        if debug:
            traceback.print_exc()
        print(f"keraszoo: error: {_one_line(error)}", file=sys.stderr)
        return 2
    return 0


def _parse(arguments: list[str]) -> argparse.Namespace:
    parser, commands = _build_parser()
    if not arguments:
        parser.print_help()
        raise SystemExit(0)
    if not arguments[0].startswith("-") and arguments[0] not in commands:
        hint = nearest_name_hint(arguments[0], commands)
        raise ValueError(f"unknown command {arguments[0]!r}.{hint} Commands: {', '.join(commands)}")
    options, unknown = parser.parse_known_args(arguments)
    if unknown:
        commands.get(options.command, parser).unknown(unknown)
    return options


def _build_parser() -> tuple[_Parser, dict[str, _Parser]]:
    parser = _Parser(
        prog="keraszoo",
        description="Train, evaluate, export and prove small Keras encoder-decoders.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"keraszoo {__version__}")
    subparsers = parser.add_subparsers(dest="command", metavar="COMMAND")
    commands = {}

    def command(name: str, run: Any, summary: str, description: str) -> _Parser:
        added = subparsers.add_parser(name, help=summary, description=description, allow_abbrev=False)
        added.set_defaults(run=run)
        added.add_argument("--debug", action="store_true", help="show the traceback of an error")
        commands[name] = added
        return added

    listing = command("list", _list, "what can be trained", "Show the presets and families that can be trained.")
    listing.add_argument("--json", action="store_true", help="print JSON")

    train = command(
        "train",
        _train,
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

    evaluate = command(
        "evaluate",
        _evaluate,
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
        _export,
        "write SavedModel and TFLite files, each proven equal to Keras",
        "Write saved_model/, tflite/, report.json and the card README.md. Every file is run in its own runtime on "
        "test images; if one does not agree with Keras, nothing is written.",
    )
    _add_run(export)
    export.add_argument("--formats", help="of float32,float16,dynamic,int8 [all]")

    benchmark = command(
        "benchmark",
        _benchmark,
        "time every exported file beside Keras",
        "Print a table: format, size, score, milliseconds for one image, images per second.",
    )
    _add_run(benchmark)
    benchmark.add_argument("--threads", type=int, default=1, help="CPU threads of the runtimes [1]")
    benchmark.add_argument("--runs", type=int, default=100, help="how often one image is timed [100]")

    demo = command(
        "demo",
        _demo,
        "train, evaluate, export and prove on the bundled digits",
        "Train on scikit-learn's bundled 8x8 digits, evaluate, export and prove; needs no network.",
    )
    demo.add_argument("--output", type=Path, default=Path("demo"), help="the folder to write to [demo]")
    return parser, commands


def _add_output(parser: _Parser) -> None:
    parser.add_argument("--output", type=Path, default=Path("saved_models"), help="[saved_models]")


def _add_run(parser: _Parser) -> None:
    parser.add_argument("model", metavar="NAME", help="a trained model: its name, or the path of its folder")
    _add_output(parser)


def _run_folder(options: argparse.Namespace) -> Path:
    """The folder of a trained model, or a ``ValueError`` that names the nearest one there is."""
    for folder in (options.output / options.model, Path(options.model)):
        if (folder / "training.json").exists():
            return folder
    trained = [path.parent.name for path in options.output.glob("*/training.json")]
    hint = nearest_name_hint(options.model, trained)
    if not hint and options.model in PRESETS:
        hint = f" Train it first: `keraszoo train {options.model}`"
    there = ", ".join(sorted(trained)) or "none yet"
    raise ValueError(
        f"expected a trained model in {options.output}{os.sep} ({there}), received {options.model!r}."
        f"{hint or ' `keraszoo train` makes one'}"
    )


def _list(options: argparse.Namespace) -> None:
    if options.json:
        print(json.dumps({"families": FAMILIES, "presets": {n: vars(p) for n, p in PRESETS.items()}}, indent=2))
        return
    print("families, to train on any data with `keraszoo train FAMILY --data ...`:")
    for name, summary in FAMILIES.items():
        print(f"  {name:28} {summary}")
    print("\npresets, whose every setting is chosen:")
    for name, row in PRESETS.items():
        score, value = row.score
        print(f"  {name:28} {row.description}")
        print(f"  {'':28} {row.data}; {score} at most {value:g}; {row.minutes:g} minutes on 2 cores")


def _train(options: argparse.Namespace) -> None:
    if options.preset not in PRESETS and options.preset not in FAMILIES:
        hint = nearest_name_hint(options.preset, [*PRESETS, *FAMILIES])
        raise ValueError(
            f"expected a preset or a family, received {options.preset!r}.{hint} `keraszoo list` shows all of them"
        )
    _load_quietly()
    from keraszoo import runs

    builder = ("code_size", "architecture", "hidden_units", "filters", "activation")
    training = ("epochs", "batch_size", "optimizer", "learning_rate", "patience", "warp_strength")
    changes = ("data", "name", "seed", "image_size")
    settings = runs.settings_for(
        options.preset,
        builder=_given(options, builder),
        training=_given(options, training),
        skip_broken=options.skip_broken,
        **_given(options, changes),
    )
    folder = runs.train(settings, options.output, verbose=0 if options.quiet else "auto")
    print(f"trained: {folder}")
    print(f"next: keraszoo evaluate {folder}; keraszoo export {folder}")


def _evaluate(options: argparse.Namespace) -> None:
    folder = _run_folder(options)
    _load_quietly()
    from keraszoo import runs

    result = runs.evaluate(folder, data=options.data, code_sizes=options.code_sizes)
    print(f"{result['test_images']} test images of {result['data']}, code of {result['code_size']} numbers")
    print(f"{'':14}{'squared error':>15}{'MSE':>10}{'PSNR dB':>10}{'SSIM':>8}")
    for name in ("autoencoder", "pca"):
        if name in result:
            row = result[name]
            print(f"{name:14}{row['squared_error']:15.4f}{row['mse']:10.5f}{row['psnr']:10.2f}{row['ssim']:8.4f}")
    print(f"pictures: {folder / 'pictures'}")


def _export(options: argparse.Namespace) -> None:
    folder = _run_folder(options)
    formats = options.formats.split(",") if options.formats else None
    _load_quietly()
    from keraszoo import runs

    print_agreement(runs.export(folder, formats=formats))
    print(f"report: {folder / 'report.json'}; card: {folder / 'README.md'}")


def _benchmark(options: argparse.Namespace) -> None:
    folder = _run_folder(options)
    _load_quietly()
    from export.benchmark import format_table
    from keraszoo import runs

    print(format_table(runs.benchmark(folder, threads=options.threads, runs=options.runs)))


def _demo(options: argparse.Namespace) -> None:
    _load_quietly()
    from export.benchmark import format_table
    from keraszoo import runs

    name = "autoencoder-digits"
    print(f"1/4  training {name}: {PRESETS[name].description}")
    folder = runs.train(runs.settings_for(name), options.output, verbose=0)
    print("2/4  evaluating, with smaller codes beside it")
    scores = runs.evaluate(folder, code_sizes=(2, 4))
    print("3/4  exporting, and proving every file against Keras")
    report = runs.export(folder)
    print("4/4  timing every file")
    timings = runs.benchmark(folder)

    print(f"\nSquared error per test image with a code of {scores['code_size']} numbers: autoencoder ", end="")
    print(f"{scores['autoencoder']['squared_error']:.3f}, PCA {scores['pca']['squared_error']:.3f}\n")
    print_agreement(report)
    print(f"\n{format_table(timings)}")
    print(f"\nPictures: {folder / 'pictures'}{os.sep}*.png; card: {folder / 'README.md'}")


def print_agreement(report: dict[str, Any]) -> None:
    """Print one line for each file and signature: how far it is from Keras."""
    sizes = {row["path"]: row["bytes"] for row in report["files"]}
    print(f"{'file':24}{'bytes':>11}  {'signature':12}{'difference':>12}{'score':>10}{'loss':>9}")
    for row in report["agreement"]:
        score = "" if row["score"] is None else f"{row['score']:.4f}"
        loss = "" if row["score_loss"] is None else f"{100 * row['score_loss']:.2f}%"
        print(
            f"{row['file']:24}{sizes[row['file']]:11,}  {row['signature']:12}"
            f"{row['relative_difference']:12.1e}{score:>10}{loss:>9}"
        )


def _given(options: argparse.Namespace, names: Sequence[str]) -> dict[str, Any]:
    values = {name: getattr(options, name) for name in names}
    return {name: value for name, value in values.items() if value is not None}


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


def _load_quietly() -> None:
    """Import TensorFlow with its start-up chatter, which no log level silences, kept off the terminal."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    logging.basicConfig(format="%(message)s", level=logging.WARNING)
    logging.getLogger("keraszoo").setLevel(logging.INFO)
    terminal = os.dup(2)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        import tensorflow as tf

        tf.config.list_physical_devices()
    finally:
        os.dup2(terminal, 2)
        os.close(terminal)
        os.close(nowhere)
    for library in ("absl", "tensorflow"):
        logging.getLogger(library).setLevel(logging.ERROR)


def _one_line(error: Exception) -> str:
    text = " ".join(str(error).split()) or "no further word"
    if isinstance(error, OSError) and error.errno in DISK_HINTS:
        text += f"; {DISK_HINTS[error.errno]}"
    known = isinstance(error, ValueError | OSError | ImportError)
    return text if known else f"{type(error).__name__}: {text} (--debug shows where)"


if __name__ == "__main__":
    sys.exit(main())
