"""Save and load ``.keras`` files: whole or not at all, without the optimizer, and never running code from a file."""

import json
import zipfile
from os import PathLike
from pathlib import Path
from typing import Any

import keras

from keraszoo.files import write_whole


def save_model(model: keras.Model, path: str | PathLike[str]) -> None:
    """Write a functional model without its optimizer, which nobody who uses it needs; one model, one sequence of bytes.

    Keras writes the optimizer of every compiled model into a ``.keras`` file, whatever ``include_optimizer`` says. It
    stores the weights as they are: rounded ones (`keraszoo.training.round_weights`) take half the space deflated.
    """
    uncompiled = type(model).from_config(model.get_config())
    uncompiled.set_weights(model.get_weights())
    with write_whole(path) as temporary:
        keras.saving.save_model(uncompiled, temporary)
        _deflate(temporary)


def load_model(path: str | PathLike[str]) -> keras.Model:
    """Open a ``.keras`` file in Keras's safe mode, uncompiled.

    Raises:
        ValueError: if it is missing, truncated, no ``.keras`` file, needs a layer that is not registered, or
            carries code (a ``Lambda`` layer), which is never run.
    """
    path = Path(path)
    if path.suffix != ".keras" or not path.is_file():
        raise ValueError(f"expected a .keras file, found none at {path}; train a model first")
    if not zipfile.is_zipfile(path):
        raise ValueError(f"expected a .keras file, but {path} is truncated or something else; train the model again")
    try:
        return keras.saving.load_model(path, compile=False, safe_mode=True)
    except Exception as error:
        reason = " ".join(str(error).split())
        if "safe_mode" in reason:
            raise ValueError(
                f"{path} carries code (such as a Lambda layer's), which is refused: a model file must not run code; "
                "rebuild the model with a registered layer in its place"
            ) from error
        raise ValueError(f"{path} cannot be opened as a Keras model: {reason[:300]}") from error


def _deflate(path: Path) -> None:
    """Pack a ``.keras`` file again, without what differs from one process to the next: times, and addresses as ids."""
    with zipfile.ZipFile(path) as archive:
        contents = {name: archive.read(name) for name in archive.namelist()}
    metadata = json.loads(contents["metadata.json"])
    metadata.pop("date_saved", None)
    contents["metadata.json"] = json.dumps(metadata).encode()
    contents["config.json"] = _with_small_ids(contents["config.json"])
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in contents.items():
            # A new ZipInfo is of 1980, whatever the time.
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED, compresslevel=9)


def _with_small_ids(config: bytes) -> bytes:
    """The objects that several layers share, counted."""
    ids: dict[int, int] = {}

    def count(entry: dict[str, Any]) -> dict[str, Any]:
        if "shared_object_id" in entry:
            entry["shared_object_id"] = ids.setdefault(entry["shared_object_id"], len(ids) + 1)
        return entry

    return json.dumps(json.loads(config, object_hook=count)).encode()
