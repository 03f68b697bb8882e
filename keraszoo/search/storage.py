"""The file of an index: one line that names the format, one with a checksum, one of JSON, then the arrays' bytes.

No pickle is read or written. Everything after the checksum, the JSON included, is covered by it.
"""

import hashlib
import json
import os
from pathlib import Path
from typing import Any

import numpy as np

from keraszoo.files import write_whole

FORMAT = b"keraszoo code index"
VERSION = b"1"


def write_arrays(path: str | os.PathLike[str], header: dict[str, Any], arrays: dict[str, np.ndarray]) -> None:
    """Write a JSON-serializable header and arrays of uint8, int64 or float32, whole or not at all.

    Raises:
        OSError: the file cannot be written.
    """
    arrays = {name: np.ascontiguousarray(array, array.dtype.newbyteorder("<")) for name, array in arrays.items()}
    described = {name: {"type": array.dtype.str, "shape": array.shape} for name, array in arrays.items()}
    text = json.dumps({**header, "arrays": described}).encode() + b"\n"
    parts: list[Any] = [text, *(array.reshape(-1).view(np.uint8).data for array in arrays.values())]
    checksum = hashlib.sha256()
    for part in parts:
        checksum.update(part)
    with write_whole(path) as temporary, temporary.open("wb") as file:
        file.writelines([b" ".join([FORMAT, VERSION]), b"\n", checksum.hexdigest().encode(), b"\n", *parts])


def read_arrays(path: str | os.PathLike[str]) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """Read what `write_arrays` wrote.

    Returns:
        The header and the arrays by name.

    Raises:
        OSError: the file cannot be read.
        ValueError: it is no index, of another version, truncated or edited.
    """
    path = Path(path)
    content = memoryview(path.read_bytes())
    first_line, rest = _split_line(content)
    name, _, version = first_line.rpartition(b" ")
    if name != FORMAT:
        raise ValueError(f"{path}: expected an index that CodeIndex.save wrote, received another file; check the path")
    if version != VERSION:
        raise ValueError(
            f"{path}: expected an index of version {VERSION.decode()}, received {version.decode(errors='replace')}; "
            "index the images again, or use the keraszoo that wrote it"
        )
    checksum, body = _split_line(rest)
    if hashlib.sha256(body).hexdigest().encode() != checksum:
        raise ValueError(
            f"{path}: expected the checksum that stands in the file, received other content: "
            "it was truncated or edited; restore it or index the images again"
        )
    text, data = _split_line(body)
    header = json.loads(text)
    return header, _arrays(data, header.pop("arrays"))


def _split_line(content: memoryview) -> tuple[bytes, memoryview]:
    """The first line, without its end, and what follows; headers are short beside the arrays."""
    for length in (1 << 10, 1 << 20, len(content)):
        line, newline, _ = bytes(content[:length]).partition(b"\n")
        if newline:
            break
    return line, content[len(line) + 1 :]


def _arrays(data: memoryview, described: dict[str, dict[str, Any]]) -> dict[str, np.ndarray]:
    arrays = {}
    begin = 0
    for name, description in described.items():
        dtype = np.dtype(description["type"])
        count = int(np.prod(description["shape"]))
        array = np.frombuffer(data, dtype, count, offset=begin).reshape(description["shape"])
        arrays[name] = array.astype(dtype.newbyteorder("="), copy=False)
        begin += count * dtype.itemsize
    return arrays
