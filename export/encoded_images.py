"""Signatures that take pictures as PNG or JPEG files, as clients of TensorFlow Serving send them.

Beside ``encode``, which takes the input ``image``, a SavedModel has ``encode_from_bytes``, which takes ``image_bytes``:
REST wants names that end in ``_bytes`` and base64 values, ``{"image_bytes": {"b64": "iVBORw0..."}}``. The files are
decoded in the graph, to the pixels that Pillow reads: 16 bits are brought to 8, transparent parts laid on white, CMYK
made RGB, colour made grey by ITU-R 601 for a model of one channel. What is of another size is stretched or shrunk,
bicubic and antialiased, to whole pixel values; what has the model's size keeps its pixels. EXIF orientation is ignored.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import tensorflow as tf

from export.signatures import Arrays

SUFFIX = "_from_bytes"
INPUT_RANKS = {"image": 4, "images": 5}
"""What inputs of pictures are called: ``(batch, height, width, channels)``, or ``(batch, count, height, ...)``."""
GREY_WEIGHTS = (19595, 38470, 7471)
"""0.299, 0.587 and 0.114, out of 65536: Pillow's whole numbers for ITU-R 601."""
DEPTH_PLACE = 24
"""Which byte of a PNG file says how many bits a channel has."""


def picture_signatures(signatures: Mapping[str, Any], samples: Mapping[str, Arrays]) -> list[str]:
    """The names of the signatures that can also take files.

    Their one input is called ``image``, of shape ``(batch, height, width, channels)``, or ``images``, of shape
    ``(batch, count, height, width, channels)``, with 1 or 3 channels, and its samples are pixels: within 0 to 255, and
    above 1 somewhere. A model of pixels 0-1 takes no files: scale within the graph.

    Args:
        signatures: As `named_signatures` gives them.
        samples: Signature name to input name to array ``(n, ...)``.

    Raises:
        ValueError: a signature already has the name that the one of files gets.
    """
    names = [name for name, model in signatures.items() if _takes_pictures(model) and _are_pixels(samples[name])]
    for name in names:
        if name + SUFFIX in signatures:
            raise ValueError(f"signature {name + SUFFIX!r}: {name!r} gets one of this name for files; rename it")
    return names


def _takes_pictures(model: Any) -> bool:
    name, tensor = next(iter(model.input.items()))
    return len(model.input) == 1 and len(tensor.shape) == INPUT_RANKS.get(name) and tensor.shape[-1] in (1, 3)


def _are_pixels(samples: Arrays) -> bool:
    return all(array.min() >= 0 and 1 < array.max() <= 255 for array in samples.values())


def files_input(model: Any, batch_size: int | None = None) -> dict[str, Any]:
    """The input of a picture signature that takes files: its name and ``tf.TensorSpec``, strings, one each picture."""
    name, tensor = next(iter(model.input.items()))
    return {f"{name}_bytes": tf.TensorSpec((batch_size, *tensor.shape[1:-3]), tf.string, name=f"{name}_bytes")}


def decode(model: Any, inputs: Mapping[str, Any]) -> dict[str, Any]:
    """In a graph: the input of a picture signature, made of that of `files_input`.

    Among several pictures of one sample an empty string is a blank one, all zeros. Any other string that is neither a
    PNG nor a JPEG file fails the run.
    """
    name, tensor = next(iter(model.input.items()))
    files, size = inputs[f"{name}_bytes"], tuple(tensor.shape[-3:])
    single = len(tensor.shape) == 4
    pictures = tf.map_fn(
        lambda file: _decoded(file, size) if single else _decoded_or_blank(file, size),
        tf.reshape(files, (-1,)),
        fn_output_signature=tf.TensorSpec(size, tf.float32),
    )
    return {name: tf.cast(tf.reshape(pictures, (-1, *tensor.shape[1:])), tensor.dtype)}


def _decoded_or_blank(file: Any, size: tuple[int, int, int]) -> Any:
    return tf.cond(tf.strings.length(file) == 0, lambda: tf.zeros(size), lambda: _decoded(file, size))


def _decoded(file: Any, size: tuple[int, int, int]) -> Any:
    is_png = tf.strings.substr(file, 0, 4) == b"\x89PNG"
    pixels = tf.cond(is_png, lambda: _decoded_png(file), lambda: _decoded_jpeg(file))
    if size[-1] == 1:
        weighted = tf.reduce_sum(tf.cast(pixels, tf.int32) * GREY_WEIGHTS, axis=-1, keepdims=True)
        pixels = tf.cast((weighted + 32768) // 65536, tf.float32)
    resized = tf.image.resize(pixels, size[:2], method="bicubic", antialias=True)
    return tf.ensure_shape(tf.clip_by_value(tf.round(resized), 0.0, 255.0), size)


def _decoded_png(file: Any) -> Any:
    # 16 bits hold the 8 of other files as multiples of 257.
    pixels = tf.round(tf.cast(tf.io.decode_png(file, channels=4, dtype=tf.uint16), tf.float32) / 257.0)
    # Of an opaque file with less than 8 bits the operator leaves the opacity at the most that its bits can hold.
    bits = tf.cast(tf.io.decode_raw(tf.strings.substr(file, DEPTH_PLACE, 1), tf.uint8)[0], tf.float32)
    is_opaque = tf.reduce_all(pixels[..., 3:] == 2.0 ** tf.minimum(bits, 8.0) - 1.0)
    opacity = tf.where(is_opaque, 1.0, pixels[..., 3:] / 255.0)
    return tf.round(pixels[..., :3] * opacity + 255.0 * (1.0 - opacity))


def _decoded_jpeg(file: Any) -> Any:
    # With one channel this operator refuses CMYK, and by default its transform is a fast, inexact one.
    return tf.cast(tf.io.decode_jpeg(file, channels=3, dct_method="INTEGER_ACCURATE"), tf.float32)


def to_pixels(samples: Arrays) -> Arrays:
    """The samples as a file can hold them: whole numbers 0-255, in the samples' dtype."""
    return {name: np.clip(np.rint(array), 0, 255).astype(array.dtype) for name, array in samples.items()}


def to_files(samples: Arrays) -> Arrays:
    """What a signature of files takes for samples of pixels, which are rounded as `to_pixels` does.

    Returns:
        ``image_bytes``, an array of ``bytes`` of shape ``(n,)``, each a PNG file; or ``images_bytes``, of shape
        ``(n, count)``, where an image of nothing but zeros is the empty string.
    """
    ((name, array),) = to_pixels(samples).items()
    pictures = array.reshape(-1, *array.shape[-3:]).astype(np.uint8)
    files = np.empty(len(pictures), object)
    for index, picture in enumerate(pictures):
        blank = array.ndim == 5 and not picture.any()
        files[index] = b"" if blank else tf.io.encode_png(picture).numpy()
    return {f"{name}_bytes": files.reshape(array.shape[:-3])}


def describe_files(described: Mapping[str, Any], names: Sequence[str]) -> dict[str, Any]:
    """What `export.signatures.describe` would say of the signatures of files, given what it says of the others."""
    return {
        name + SUFFIX: {
            "inputs": {
                f"{key}_bytes": {"shape": tensor["shape"][:-3], "dtype": "string"}
                for key, tensor in described[name]["inputs"].items()
            },
            "outputs": described[name]["outputs"],
        }
        for name in names
    }
