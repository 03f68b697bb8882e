"""A TFLite file as an object to read and change, and back into a file that is aligned and says nothing twice."""

import struct
from os import PathLike
from pathlib import Path
from typing import Any

import flatbuffers
import numpy as np
from ai_edge_litert import schema_py_generated as schema

IDENTIFIER = b"TFL3"
BUFFER_ALIGNMENT = 16
"""Bytes, which the schema asks of weights. The converter's own files do not keep it."""

_BROKEN = (AttributeError, IndexError, struct.error, TypeError, UnicodeDecodeError, ValueError)


def unpack(file: str | PathLike[str] | bytes) -> schema.ModelT:
    """The model as the schema's objects; its arrays are views of the content.

    Args:
        file: A path, or the file's content.

    Raises:
        ValueError: the content is no whole TFLite file.
        OSError: the path cannot be read.
    """
    content = file if isinstance(file, bytes) else Path(file).read_bytes()
    source = "the content" if isinstance(file, bytes) else str(file)
    found = content[4:8]
    if found != IDENTIFIER:
        raise ValueError(f"{source} is no TFLite file: expected TFL3 at byte 4, received {found!r}")
    try:
        return schema.ModelT.InitFromObj(schema.Model.GetRootAs(content, 0))
    except _BROKEN as error:
        raise ValueError(f"{source} is a broken TFLite file ({error}); export it again") from error


def pack(model: schema.ModelT) -> bytes:
    """The content of a TFLite file: weights aligned to 16 bytes, equal arrays and names written once.

    A converted file repeats the scales and zero points of each weight in each signature that uses it, which here
    takes up to a fifth of an int8 file, and leaves weights at any address: a microcontroller reads them where they lie.

    Args:
        model: As `unpack` gives it.

    Raises:
        ValueError: the weights are not within the model, as in files of more than 2 GB.
    """
    # An offset of 0 or 1 is none: 1 is what a writer reserves.
    if any(buffer.offset > 1 for buffer in model.buffers or []) or model.externalBuffers:
        raise ValueError("expected a TFLite file that holds its weights itself, received one with external buffers")
    builder = _SharingBuilder()
    builder.Finish(model.Pack(builder), IDENTIFIER)
    return bytes(builder.Output())


class _SharingBuilder(flatbuffers.Builder):
    """Refers to an array or a string that it has already written, which the format allows."""

    def __init__(self) -> None:
        super().__init__(1 << 20)
        self._written: dict[Any, int] = {}

    def CreateNumpyVector(self, x: np.ndarray) -> int:  # noqa: N802 - the name that the schema's objects call
        key = (x.dtype.str, x.tobytes())
        if key not in self._written:
            if x.dtype == np.uint8:
                self.Prep(BUFFER_ALIGNMENT, x.nbytes)
            self._written[key] = super().CreateNumpyVector(x)
        return self._written[key]

    def CreateString(self, s: Any, encoding: str = "utf-8", errors: str = "strict") -> int:  # noqa: N802
        key = s.encode(encoding, errors) if isinstance(s, str) else bytes(s)
        if key not in self._written:
            self._written[key] = super().CreateString(key)
        return self._written[key]
