"""Save and load ``.keras`` files: whole or not at all, without the optimizer, and never running code from a file."""

import zipfile
from os import PathLike
from pathlib import Path

import keras

from keraszoo.files import write_whole


def save_model(model: keras.Model, path: str | PathLike[str]) -> None:
    """Write a functional model without its optimizer, which nobody who uses it needs.

    Keras writes the optimizer of every compiled model into a ``.keras`` file, whatever ``include_optimizer`` says.
    """
    uncompiled = type(model).from_config(model.get_config())
    uncompiled.set_weights(model.get_weights())
    with write_whole(path) as temporary:
        keras.saving.save_model(uncompiled, temporary)


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
