"""Converts one file: ``python -m export.convert_child [--per-layer] SAVED_MODEL FORMAT CALIBRATION OUTPUT``.

A process of its own, since the converter may crash or hang, and leaks memory. A conversion that is refused
leaves its cause, one line, in ``OUTPUT.error`` and exits with 1; a full disk is exit code 74.
"""

import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf

from export.flatbuffer import pack, unpack
from export.formats import FORMATS, PER_LAYER

# TensorFlow loads it when it is first named: here, before a process is forked.
TFLiteConverter = tf.lite.TFLiteConverter


def convert(saved_model: Path, format_name: str, calibration: Path, *, per_channel: bool = True) -> bytes:
    """The TFLite file, builtin operators only, with every named signature of a SavedModel of batch 1.

    Args:
        saved_model: The folder.
        format_name: A row of `FORMATS`.
        calibration: An ``.npz`` file of arrays named ``signature/input``, each ``(n, ...)``.
        per_channel: Give int8 weights one scale a channel, rather than one a layer.
    """
    row = FORMATS[format_name]
    samples = _samples(calibration)
    converter = TFLiteConverter.from_saved_model(str(saved_model), signature_keys=list(samples))
    converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS]
    if row.optimize:
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
    if row.half_weights:
        converter.target_spec.supported_types = [tf.float16]
    if row.calibrated:
        # An operator without an int8 kernel, such as ROUND, stays float rather than failing the whole file.
        converter.target_spec.supported_ops.insert(0, tf.lite.OpsSet.TFLITE_BUILTINS_INT8)
        converter.representative_dataset = lambda: _rows(samples)
    if row.int8_interface:
        # Of float tensors only: the converter leaves inputs and outputs of integers alone.
        converter.inference_input_type = converter.inference_output_type = tf.int8
    # There is no other way to say it. Of the two, the first is for convolutions.
    converter._experimental_disable_per_channel = not per_channel
    converter._experimental_disable_per_channel_quantization_for_dense_layers = not per_channel
    return pack(unpack(converter.convert()))


def _samples(calibration: Path) -> dict[str, dict[str, np.ndarray]]:
    samples: dict[str, dict[str, np.ndarray]] = {}
    with np.load(calibration) as arrays:
        for key in arrays.files:
            signature, input_name = key.split("/")
            samples.setdefault(signature, {})[input_name] = arrays[key]
    return samples


def _rows(samples: dict[str, dict[str, np.ndarray]]) -> Iterator[tuple[str, dict[str, np.ndarray]]]:
    for signature, inputs in samples.items():
        for row in range(len(next(iter(inputs.values())))):
            yield signature, {name: array[row : row + 1] for name, array in inputs.items()}


def cause(error: Exception) -> str:
    """One line: the operators that plain LiteRT lacks, with their place in the model, or else the message."""
    refused = [_operator(entry) for entry in getattr(error, "errors", []) if entry.operator.name]
    if refused:
        return f"operators that plain LiteRT does not have: {', '.join(sorted(set(refused)))}"
    return str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__


def _operator(entry: Any) -> str:
    name = entry.operator.name.removeprefix("tf.")
    calls = [call.name.split("@")[0] for call in entry.location.call]
    places = [call.rpartition("/")[0] for call in calls if "/" in call]
    return f"{name} in {places[0]}" if places else name


def main(arguments: Sequence[str]) -> int:
    """Convert as the command line says; returns the exit code."""
    *options, saved_model, format_name, calibration, output = arguments
    tf.config.set_visible_devices([], "GPU")
    try:
        content = convert(Path(saved_model), format_name, Path(calibration), per_channel=PER_LAYER not in options)
    except Exception as error:
        return _write(f"{output}.error", cause(error).encode()) or 1
    return _write(output, content)


def _write(path: str, content: bytes) -> int:
    try:
        Path(path).write_bytes(content)
    except OSError as error:
        print(error, file=sys.stderr)
        return os.EX_IOERR
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
