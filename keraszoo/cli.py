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
from typing import Any

from keraszoo.arguments import build_parser
from keraszoo.families import FAMILIES
from keraszoo.names import nearest_name_hint
from keraszoo.presets import PRESETS

DISK_HINTS = {
    errno.ENOSPC: "free some space, then give the same command again",
    errno.EDQUOT: "free some space, then give the same command again",
    errno.EACCES: "choose a folder that you may write to, with --output",
    errno.EROFS: "choose a folder that you may write to, with --output",
    errno.ENOTDIR: "a file is where a folder should be: choose another with --output",
    errno.EEXIST: "a file is where a folder should be: choose another with --output",
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code: 0, or 2 after an error that was said in one line."""
    arguments = list(sys.argv[1:] if arguments is None else arguments)
    debug = "--debug" in arguments
    try:
        options = _parse([argument for argument in arguments if argument != "--debug"])
        COMMANDS[options.command](options)
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
    parser, commands = build_parser()
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
    training = ("epochs", "batch_size", "optimizer", "learning_rate", "patience", "warp_strength", "warp_share")
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
        if row := result[name]:
            print(f"{name:14}{row['squared_error']:15.4f}{row['mse']:10.5f}{row['psnr']:10.2f}{row['ssim']:8.4f}")
    print(f"pictures: {result['pictures']}")


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
    timings = runs.benchmark(folder, runs=20)

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


COMMANDS = {
    "list": _list,
    "train": _train,
    "evaluate": _evaluate,
    "export": _export,
    "benchmark": _benchmark,
    "demo": _demo,
}

if __name__ == "__main__":
    sys.exit(main())
