"""A SavedModel with named signatures, as TensorFlow Serving wants it."""

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import tensorflow as tf
from keras.export import ExportArchive


def write_saved_model(
    signatures: Mapping[str, Any], folder: Path, *, batch_size: int | None = None, assets: Sequence[Path] = ()
) -> None:
    """Write the signatures, and the first one again as ``serving_default``, into ``folder``.

    Args:
        signatures: As `named_signatures` gives them.
        folder: Is made; for TensorFlow Serving its name is the version number.
        batch_size: Of every input and output. None lets Serving batch requests; TFLite conversion takes 1.
        assets: Files with names of their own, to be copied into ``assets/`` and listed as the SavedModel's assets.

    Raises:
        OSError: the folder cannot be written, for example on a full disk.
    """
    # Without `track`: the archive finds what the endpoints use, and would store tracked weights a second time.
    archive = ExportArchive()
    if assets:
        # Of what it is given to `track`, the archive keeps lookup tables only.
        archive._tf_trackable.assets = [tf.saved_model.Asset(str(path)) for path in assets]
    for name, model in signatures.items():
        inputs = {
            input_name: tf.TensorSpec((batch_size, *tensor.shape[1:]), tensor.dtype, name=input_name)
            for input_name, tensor in model.input.items()
        }
        archive.add_endpoint(name, partial(model, training=False), input_signature=[inputs])
    try:
        archive.write_out(str(folder), verbose=False)
    except tf.errors.OpError as error:
        raise OSError(f"cannot write the SavedModel into {folder}: {error.message.splitlines()[0]}") from error


def next_version(folder: Path) -> int:
    """One more than the highest numeric name in ``folder``; 1 where there is none."""
    versions = [int(child.name) for child in folder.glob("*") if child.name.isdecimal()]
    return max(versions, default=0) + 1
