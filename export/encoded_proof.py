"""The proof of the signatures that take files: given PNG files, they give what Keras gives for the pixels in them."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from export.encoded_images import SUFFIX, to_files, to_pixels
from export.formats import SAVED_MODEL
from export.proof import prove
from export.signatures import Arrays, predict
from export.texts import Texts, join_texts
from export.verify import Rounded


def prove_files(
    root: Path,
    saved_model: str,
    encoded: Sequence[str],
    signatures: Mapping[str, Any],
    samples: Mapping[str, Arrays],
    rounded: Rounded,
    texts: Texts,
) -> list[dict[str, Any]]:
    """The agreement rows of each ``<name>_from_bytes``, run by TensorFlow Serving's C++ loader.

    The samples are rounded to whole pixel values first, and Keras's outputs are of those.

    Args:
        root: The folder that ``saved_model`` is relative to.
        saved_model: The version folder's path.
        encoded: The names that `write_saved_model` was given as ``encoded``.
        signatures: As `named_signatures` gives them.
        samples: Signature name to input name to array ``(n, ...)``.
        rounded: As `export_model` takes them.
        texts: Likewise.

    Raises:
        ExportError: an output does not agree.
    """
    if not encoded:
        return []
    pixels = {name + SUFFIX: to_pixels(samples[name]) for name in encoded}
    expected = predict({name + SUFFIX: signatures[name] for name in encoded}, pixels)
    return prove(
        root,
        {saved_model: SAVED_MODEL},
        expected,
        {name: to_files(arrays) for name, arrays in pixels.items()},
        None,
        {name + SUFFIX: rounded[name] for name in encoded if name in rounded},
        join_texts({name + SUFFIX: texts[name] for name in encoded if name in texts}, expected),
    )
