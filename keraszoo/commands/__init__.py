"""The commands of the command line: one row below and one file each.

A command's file, named as the command is, has

- ``DESCRIPTION``: what its help says first;
- ``add_arguments(parser)``: its arguments and options;
- ``run(options)``: do it and print what came of it; what goes wrong is an exception;
- ``STOPPED``, if there is something to say after Ctrl-C: what the same command, given again, will do.

All of them are imported for the help, so they import TensorFlow, Keras and NumPy only within ``run``.
"""

from importlib import import_module
from typing import Any

COMMANDS = {
    "list": "which models are there, and what can be trained",
    "train": "train a preset or a family",
    "evaluate": "score a trained model and draw pictures",
    "export": "write SavedModel and TFLite files, each proven equal to Keras",
    "benchmark": "time every exported file beside Keras",
    "denoise": "clean a picture, or a folder of them, with a trained model",
    "classify": "say what pictures show, and how probable that is",
    "read": "read digits in pictures as the words of a number",
    "index": "hash pictures into an index of binary codes",
    "search": "find the pictures of an index that are most like others",
    "demo": "train, evaluate, export and prove on the bundled digits",
}


def command(name: str) -> Any:
    """The module of a command."""
    return import_module(f"{__name__}.{name}")
