"""Texts that travel with the files, such as the names of classes: a SavedModel's assets, and beside TFLite files."""

import json
import re
from collections.abc import Mapping
from pathlib import Path


def check_assets(assets: Mapping[str, str]) -> dict[str, str]:
    """File name to text.

    Raises:
        ValueError: a name that is not a plain file name on every system, or that of a TFLite file, or a value that is
            no text.
    """
    for name, text in assets.items():
        if not isinstance(name, str) or not re.fullmatch(r"\w[\w.-]*", name, flags=re.ASCII):
            raise ValueError(
                f"assets: expected a file name such as class_names.txt (letters, digits, _ . -), received {name!r}"
            )
        if name.lower().endswith(".tflite"):
            raise ValueError(f"assets: {name} would pass for one of the TFLite files beside it; choose another ending")
        if not isinstance(text, str):
            raise ValueError(f"assets: expected text for {name}, received {type(text).__name__}; write it as one text")
        try:
            text.encode()
        except UnicodeEncodeError as error:
            raise ValueError(f"assets: the text of {name} cannot be written as UTF-8 ({error}); change it") from error
    return dict(assets)


def write_assets(assets: Mapping[str, str], folder: Path) -> list[Path]:
    """Write each text into a file of its name in ``folder``, which may be new: UTF-8, line ends as they are."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in assets.items():
        (folder / name).write_bytes(text.encode())
    return [folder / name for name in assets]


def listed_assets(report: Path) -> list[str]:
    """The names of the assets that an earlier export listed in its report.json; none where it cannot be read."""
    try:
        return list(check_assets(json.loads(report.read_text(encoding="utf-8"))["assets"]))
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return []
