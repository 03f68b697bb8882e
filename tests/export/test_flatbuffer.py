"""Packing: aligned, nothing written twice, and the same outputs bit for bit."""

from pathlib import Path
from typing import Any

import flatbuffers
import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema
from ai_edge_litert.interpreter import Interpreter

from export.flatbuffer import IDENTIFIER, pack, unpack


def repeated(content: bytes) -> bytes:
    """The file as the converter writes it: arrays once for each use, at any address."""
    builder = flatbuffers.Builder()
    builder.Finish(unpack(content).Pack(builder), IDENTIFIER)
    return bytes(builder.Output())


def addresses(content: bytes) -> list[int]:
    """Where the weights lie in a file."""
    start = np.frombuffer(content, np.uint8).ctypes.data
    buffers = [buffer.data for buffer in unpack(content).buffers]
    return [buffer.ctypes.data - start for buffer in buffers if buffer is not None]


def run(content: bytes, signature: str, **inputs: np.ndarray) -> dict[str, np.ndarray]:
    return Interpreter(model_content=content).get_signature_runner(signature)(**inputs)


@pytest.mark.parametrize("name", ["float32", "float16", "dynamic", "int8", "full_int8"])
def test_a_packed_file_gives_the_same_bit_for_bit(
    name: str, tiny_export: tuple[Path, dict], tiny_samples: dict[str, Any]
) -> None:
    plain = repeated((tiny_export[0] / "tflite" / f"{name}.tflite").read_bytes())
    packed = pack(unpack(plain))
    assert len(packed) < len(plain)
    for signature, inputs in tiny_samples.items():
        details = Interpreter(model_content=plain).get_signature_runner(signature).get_input_details()
        one = {key: values[:1].astype(details[key]["dtype"]) for key, values in inputs.items()}
        before, after = run(plain, signature, **one), run(packed, signature, **one)
        assert all(np.array_equal(before[key], after[key]) for key in before)


def test_weights_are_aligned(tiny_export: tuple[Path, dict]) -> None:
    packed = (tiny_export[0] / "tflite" / "int8.tflite").read_bytes()
    assert any(place % 16 for place in addresses(repeated(packed)))
    assert not any(place % 16 for place in addresses(packed))


def test_equal_arrays_stand_once() -> None:
    model = schema.ModelT()
    model.version, model.buffers = 3, [schema.BufferT() for _ in range(3)]
    model.buffers[1].data = np.arange(200, dtype=np.uint8)
    model.buffers[2].data = np.arange(200, dtype=np.uint8)
    packed = pack(model)
    assert packed.count(bytes(range(200))) == 1
    assert [len(buffer.data) for buffer in unpack(packed).buffers[1:]] == [200, 200]


def test_weights_outside_of_the_file_are_refused() -> None:
    model = schema.ModelT()
    model.buffers = [schema.BufferT(offset=64, size=8)]
    with pytest.raises(ValueError, match="expected a TFLite file that holds its weights itself"):
        pack(model)
