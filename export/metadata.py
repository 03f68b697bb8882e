"""What an app must know of a TFLite file, inside the file: its signatures, input ranges, and texts such as labels.

A named entry of the file's own metadata holds one JSON text. No kept library writes TensorFlow Lite's metadata schema
without TensorFlow Lite's own retired package or all of MediaPipe, and a reader of it needs a library on the phone;
this needs none. The text begins with ``{"EXPORT_JSON":`` and stands once in the file, after its length as four bytes,
lowest first, as flatbuffers keep every array: to find it is to search for its beginning.
"""

import json
from collections.abc import Mapping
from typing import Any

import numpy as np
from ai_edge_litert import schema_py_generated as schema

from export.flatbuffer import pack, unpack

NAME = "EXPORT_JSON"
"""Of the metadata entry, and the text's first key; its value is the version of the text's form."""
VERSION = 1


def describe_file(
    name: str,
    signatures: Mapping[str, Any],
    calibration: Mapping[str, Mapping[str, np.ndarray]],
    assets: Mapping[str, str],
) -> dict[str, Any]:
    """What `with_metadata` is to write of a model whose TFLite files take one sample at a time.

    Args:
        name: The model's name.
        signatures: As `export.signatures.describe` gives them: name to ``inputs`` and ``outputs``.
        calibration: Signature name to input name to array ``(n, ...)`` of training data.
        assets: File name to text, such as the names of classes.

    Returns:
        ``name``, ``signatures`` (with a batch of 1, and the ``range`` of each input: the least and largest number in
        the training data; outputs of strings, which TFLite files lack, are left out) and ``assets``.
    """

    def tensors(named: Mapping[str, Any]) -> dict[str, Any]:
        return {
            key: {**tensor, "shape": [1, *tensor["shape"][1:]]}
            for key, tensor in named.items()
            if tensor["dtype"] != "string"
        }

    described = {key: {side: tensors(named) for side, named in entry.items()} for key, entry in signatures.items()}
    for key, inputs in calibration.items():
        for input_name, values in inputs.items():
            described[key]["inputs"][input_name]["range"] = [values.min().item(), values.max().item()]
    return {"name": name, "signatures": described, "assets": dict(assets)}


def with_metadata(content: bytes, metadata: Mapping[str, Any]) -> bytes:
    """The file with ``metadata`` inside, in place of what an earlier call put there; it runs as before, bit for bit.

    Args:
        content: A whole ``.tflite`` file.
        metadata: As `describe_file` gives it, or anything else JSON can hold, with texts as keys.

    Raises:
        ValueError: the content is no whole TFLite file, or the metadata is nothing that JSON can hold.
    """
    try:
        text = json.dumps({NAME: VERSION, **metadata}, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    except (TypeError, ValueError) as error:
        raise ValueError(f"metadata must hold finite numbers, texts, lists and dictionaries only: {error}") from error
    model = unpack(content)
    buffer = schema.BufferT()
    buffer.data = np.frombuffer(text.encode(), np.uint8)
    entry = _entry(model)
    if entry is None:
        entry = schema.MetadataT()
        entry.name, entry.buffer = NAME, len(model.buffers)
        model.metadata = [*(model.metadata or []), entry]
        model.buffers.append(buffer)
    else:
        model.buffers[entry.buffer] = buffer
    return pack(model)


def read_metadata(content: bytes) -> dict[str, Any]:
    """What `with_metadata` wrote into a file, and ``EXPORT_JSON``, the version of its form.

    Raises:
        ValueError: the content is no whole TFLite file, or has no such metadata.
    """
    model = unpack(content)
    entry = _entry(model)
    if entry is None:
        raise ValueError(f"expected metadata named {NAME} in the TFLite file, received none; export the model again")
    return dict(json.loads(bytes(model.buffers[entry.buffer].data).decode()))


def _entry(model: schema.ModelT) -> schema.MetadataT | None:
    return next((entry for entry in model.metadata or [] if entry.name in (NAME, NAME.encode())), None)
