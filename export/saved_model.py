"""A SavedModel with named signatures, as TensorFlow Serving wants it."""

import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import tensorflow as tf
from keras.export import ExportArchive

from export.encoded_images import SUFFIX, decode, files_input
from export.texts import Text, Texts


def write_saved_model(
    signatures: Mapping[str, Any],
    folder: Path,
    *,
    batch_size: int | None = None,
    assets: Sequence[Path] = (),
    texts: Texts | None = None,
    encoded: Sequence[str] = (),
) -> None:
    """Write the signatures, and the first one again as ``serving_default``, into ``folder``.

    Args:
        signatures: As `named_signatures` gives them.
        folder: Is made; for TensorFlow Serving its name is the version number.
        batch_size: Of every input and output. None lets Serving batch requests; TFLite conversion takes 1.
        assets: Files with names of their own, to be copied into ``assets/`` and listed as the SavedModel's assets.
        texts: Further outputs of signatures, of strings, as `check_texts` accepts them.
        encoded: Signatures, as `picture_signatures` finds them, to write a second time as ``<name>_from_bytes``, which
            takes PNG or JPEG files instead of pixels.

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
        archive.add_endpoint(name, _endpoint(model, (texts or {}).get(name, {})), input_signature=[inputs])
    for name in encoded:
        run = _from_files(signatures[name], (texts or {}).get(name, {}))
        archive.add_endpoint(name + SUFFIX, run, input_signature=[files_input(signatures[name], batch_size)])
    try:
        archive.write_out(str(folder), verbose=False)
    except tf.errors.OpError as error:
        reason = re.sub(r"\{\{.*?\}\} *", "", error.message.splitlines()[0])  # where in TensorFlow it was
        raise OSError(f"cannot write the SavedModel into {folder}; is the disk full? {reason}") from error


def _endpoint(model: Any, texts: Mapping[str, Text]) -> Callable[[Mapping[str, Any]], dict[str, Any]]:
    def run(inputs: Mapping[str, Any]) -> dict[str, Any]:
        outputs = model(inputs, training=False)
        return {**outputs, **{name: _join(text, outputs[text.source]) for name, text in texts.items()}}

    return run


def _from_files(model: Any, texts: Mapping[str, Text]) -> Callable[[Mapping[str, Any]], dict[str, Any]]:
    run = _endpoint(model, texts)
    return lambda inputs: run(decode(model, inputs))


def _join(text: Text, ids: Any) -> Any:
    ids = tf.cast(ids, tf.int64)
    ended = tf.cumsum(tf.cast(ids == text.end, tf.int32), axis=1) > 0
    pieces = tf.gather(tf.constant(text.pieces), ids)
    return tf.strings.reduce_join(tf.where(ended, "", pieces), axis=1)


def next_version(folder: Path) -> int:
    """One more than the highest numeric name in ``folder``; 1 where there is none."""
    versions = [int(child.name) for child in folder.glob("*") if child.name.isdecimal()]
    return max(versions, default=0) + 1
