"""The command line: parse, call, report. Nothing heavy is imported before a command needs it."""

import argparse
import errno
import io
import os
import sys
import traceback
from collections.abc import Iterable, Sequence
from contextlib import redirect_stdout
from typing import Any

from keraszoo import __version__
from keraszoo.arguments import Parser
from keraszoo.commands import COMMANDS, command
from keraszoo.names import nearest_name_hint

EPILOG = """\
examples:
  keraszoo list                                   which models are there, and what can be trained
  keraszoo train autoencoder-digits               train a preset into saved_models/autoencoder-digits
  keraszoo train autoencoder --data my_pictures   train a family on a folder of pictures
  keraszoo evaluate autoencoder-digits            scores beside PCA, and pictures
  keraszoo export autoencoder-digits              SavedModel and TFLite files, each proven equal to Keras
  keraszoo benchmark autoencoder-digits           size, score and speed of every file
  keraszoo denoise noisy cleaned --model denoiser-digits
                                                  clean a picture, or a folder of them, of any size
  keraszoo read number.png --model reader-digits  a number's words, its digits cut out of a picture
  keraszoo index digits --model hasher-digits --out digits.index
                                                  binary codes of pictures, to find similar ones by
  keraszoo search digits.index digits/test/0      the most similar pictures
  keraszoo demo                                   all of that in about five minutes

`keraszoo COMMAND --help` explains a command. Errors are one line and exit code 2; --debug adds the traceback.
"""

DISK_HINTS = {
    errno.ENOSPC: "free some space, then give the same command again",
    errno.EDQUOT: "free some space, then give the same command again",
    errno.EACCES: "choose a file that you may read, and a folder that you may write to",
    errno.EROFS: "choose a folder that you may write to",
    errno.ENOTDIR: "a file is where a folder should be: choose another folder",
    errno.EEXIST: "a file is where a folder should be: choose another folder",
}


class _Output:
    """The standard output, where nothing is lost but lines when it is closed: a training may print into ``head``."""

    def __init__(self) -> None:
        self._stream: Any = sys.stdout or io.StringIO()
        if hasattr(self._stream, "reconfigure"):
            self._stream.reconfigure(errors="backslashreplace")  # where a terminal knows no Korean

    def write(self, text: str) -> int:
        self._try("write", text)
        return len(text)

    def flush(self) -> None:
        self._try("flush")

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def _try(self, method: str, *arguments: str) -> None:
        try:
            getattr(self._stream, method)(*arguments)
        except BrokenPipeError:
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, self._stream.fileno())
            os.close(nowhere)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code: 0, 130 after Ctrl-C, or 2 after an error that was said in one line."""
    arguments = list(sys.argv[1:] if arguments is None else arguments)
    debug = "--debug" in arguments
    stopped = None
    try:
        options = _parse([argument for argument in arguments if argument != "--debug"])
        chosen = command(options.command)
        stopped = getattr(chosen, "STOPPED", None)
        output: Any = _Output()
        with redirect_stdout(output):
            chosen.run(options)
            sys.stdout.flush()
    except KeyboardInterrupt:
        print(f"keraszoo: stopped; {stopped}" if stopped else "keraszoo: stopped", file=sys.stderr)
        return 130
    except Exception as error:
        if debug:
            traceback.print_exc()
        print(f"keraszoo: error: {_one_line(error)}", file=sys.stderr)
        return 2
    return 0


def build_parser(names: Iterable[str] = COMMANDS) -> tuple[Parser, dict[str, Parser]]:
    """The parser of these commands, and the parser of each of them by name."""
    parser = Parser(
        prog="keraszoo",
        description="Train, evaluate, export and prove small Keras encoder-decoders.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"keraszoo {__version__}")
    subparsers = parser.add_subparsers(dest="command", metavar="COMMAND")
    parsers = {}
    for name in names:
        module = command(name)
        added = subparsers.add_parser(name, help=COMMANDS[name], description=module.DESCRIPTION, allow_abbrev=False)
        added.add_argument("--debug", action="store_true", help="show the traceback of an error")
        module.add_arguments(added)
        parsers[name] = added
    return parser, parsers


def _parse(arguments: list[str]) -> argparse.Namespace:
    # Importing the other commands would take as long as a small model takes to answer.
    parser, parsers = build_parser(arguments[:1] if arguments and arguments[0] in COMMANDS else COMMANDS)
    if not arguments:
        parser.print_help()
        raise SystemExit(0)
    if not arguments[0].startswith("-") and arguments[0] not in parsers:
        hint = nearest_name_hint(arguments[0], parsers)
        raise ValueError(f"unknown command {arguments[0]!r}.{hint} Commands: {', '.join(parsers)}")
    options, unknown = parser.parse_known_args(arguments)
    if unknown:
        parsers.get(options.command, parser).unknown(unknown)
    return options


def _one_line(error: Exception) -> str:
    if isinstance(error, ModuleNotFoundError) and not (error.name or "keraszoo").startswith(("keraszoo", "export")):
        return f'this needs {str(error.name).partition(".")[0]}, which is not installed: pip install "keraszoo[train]"'
    text = " ".join(str(error).split()) or "no further word"
    if isinstance(error, OSError) and error.errno in DISK_HINTS:
        text += f"; {DISK_HINTS[error.errno]}"
    known = isinstance(error, ValueError | OSError | ImportError)
    return text if known else f"{type(error).__name__}: {text} (--debug shows where)"


if __name__ == "__main__":
    sys.exit(main())
