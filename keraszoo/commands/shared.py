"""What several commands share: options, the folder of a trained model, and runtimes without their chatter."""

import argparse
import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from keraszoo.names import nearest_name_hint

logger = logging.getLogger("keraszoo")


def add_output(parser: argparse.ArgumentParser) -> None:
    """Add ``--output``, the folder that holds the run folders."""
    parser.add_argument("--output", type=Path, default=Path("saved_models"), help="[saved_models]")


def add_run(parser: argparse.ArgumentParser) -> None:
    """Add what `run_folder` reads: the name of a trained model, and ``--output``."""
    parser.add_argument("model", metavar="NAME", help="a trained or installed model: its name, or its folder")
    add_output(parser)


def names(text: str) -> tuple[str, ...]:
    """The type of an option such as ``float32,int8``; with the action ``extend``, a repeated one adds to it."""
    found = tuple(part.strip() for part in text.split(","))
    if not all(found):
        raise argparse.ArgumentTypeError(f"expected names with commas, such as float32,int8; received {text!r}")
    return found


def integers(text: str) -> tuple[int, ...]:
    """The type of an option such as ``128,64``."""
    try:
        return tuple(int(part) for part in text.split(","))
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"expected whole numbers with commas, such as 128,64; received {text!r}"
        ) from None


def image_size(text: str) -> list[int]:
    """The type of an option such as ``28x28``, or ``28`` for the same; ``[height, width]``."""
    parts = text.lower().split("x")
    if len(parts) not in (1, 2) or not all(part.isdigit() for part in parts):
        raise argparse.ArgumentTypeError(f"expected HEIGHTxWIDTH, such as 28x28; received {text!r}")
    return [int(parts[0]), int(parts[-1])]


def run_folder(options: argparse.Namespace) -> Path:
    """The folder of the trained model ``options.model``: its name in ``options.output``, or a path.

    An installed model of that name is copied into ``options.output``, which is logged: what commands write goes there.

    Raises:
        ValueError: there is none; the message names the nearest there is.
        OSError: an installed one cannot be copied.
    """
    from keraszoo.presets import PRESETS  # which commands that open a trained model start without
    from keraszoo.presets.installed import INSTALLED, copy_installed
    from keraszoo.presets.shipped import places

    for folder in places(options.model, options.output)[:2]:
        if (folder / "training.json").exists():
            return folder
    copied = copy_installed(options.model, options.output)
    if copied:
        log_plainly()
        logger.info("Copied %s, which is installed with keraszoo, to %s", options.model, copied)
        return copied
    trained = [path.parent.name for place in (options.output, INSTALLED) for path in place.glob("*/training.json")]
    hint = nearest_name_hint(options.model, trained)
    if not hint and options.model in PRESETS:
        hint = f" Train it first: `keraszoo train {options.model}`"
    there = ", ".join(sorted(set(trained))) or "none yet"
    raise ValueError(
        f"expected a trained model in {options.output}{os.sep} or an installed one ({there}), received "
        f"{options.model!r}.{hint or ' `keraszoo train` makes one'}"
    )


def printable(path: str) -> str:
    """The path as text: a file name may hold bytes that are none, which become such as ``\\xe9``."""
    return os.fsencode(path).decode(errors="backslashreplace")


def log_plainly() -> None:
    """Print what the zoo logs, and warnings of others, as they are."""
    logging.basicConfig(format="%(message)s", level=logging.WARNING)
    logging.getLogger("keraszoo").setLevel(logging.INFO)


def load_quietly() -> None:
    """Import TensorFlow with its start-up chatter kept off the terminal."""
    log_plainly()
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    with native_messages_hidden():
        import tensorflow as tf

        tf.config.list_physical_devices()
    for library in ("absl", "tensorflow"):
        logging.getLogger(library).setLevel(logging.ERROR)


@contextmanager
def native_messages_hidden() -> Iterator[None]:
    """Keep what runtimes print to the standard error, which no log level silences, off the terminal."""
    terminal = os.dup(2)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(terminal, 2)
        os.close(terminal)
        os.close(nowhere)
