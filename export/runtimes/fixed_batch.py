"""Run a graph of a fixed batch size, as ``.tflite`` files have, on any number of samples, in the model's own units.

What LiteRT's and TFLite Micro's interpreters tell of an input or output, its *details*, is a dictionary of ``shape``,
``dtype`` and ``quantization_parameters``.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from os import PathLike
from typing import Any

import numpy as np

from export.runtimes.signature import Arrays, RunSignature, Tensor, check_inputs

Details = dict[str, Any]
ToArray = Callable[[np.ndarray], np.ndarray]

MOST_AXES = 4
"""Of a file's input, its batch counted; GPUs take no more."""


def tensor(details: Details) -> Tensor:
    """The shape and dtype of an input or output."""
    return Tensor(tuple(int(size) for size in details["shape"]), np.dtype(details["dtype"]).name)


def four_axes_shape(shape: Sequence[int]) -> tuple[int, ...]:
    """The shape in which files take samples of this one, batch first: of more than four axes, those in front are one.

    ``(n, 4, 28, 28, 1)`` becomes ``(n, 112, 28, 1)``, four images one below the other: the same values in their order.
    """
    surplus = len(shape) - MOST_AXES
    if surplus <= 0:
        return tuple(shape)
    batch, *sizes = shape
    return (batch, math.prod(sizes[: surplus + 1]), *sizes[surplus + 1 :])


def four_axes_samples(values: Arrays, tensors: Mapping[str, Tensor]) -> Arrays:
    """The samples as they are, but for those of more than four axes that a file takes with four."""
    shapes = {name: four_axes_shape(array.shape) for name, array in values.items()}
    fitting = {name for name in shapes.keys() & tensors.keys() if shapes[name][1:] == tensors[name].shape[1:]}
    return {name: array.reshape(shapes[name]) if name in fitting else array for name, array in values.items()}


def fixed_batch_run(
    path: str | PathLike[str],
    signature: str,
    inputs: Mapping[str, Details],
    outputs: Mapping[str, Details],
    run_batch: Callable[[Arrays], Arrays],
) -> RunSignature:
    """A function that runs a signature on n samples, batch after batch.

    Values are given in the units that the model was trained on and are cast to the dtype of the input; quantized
    integer inputs and outputs are quantized and dequantized with the file's own scale. Samples of more than four axes
    may be given as the model takes them or as the file does, see `four_axes_shape`.

    Args:
        path: the file, for messages.
        signature: its signature, for messages.
        inputs: the details of each input by name.
        outputs: the details of each output by name.
        run_batch: runs one batch of arrays of just the inputs' shapes and dtypes. What it returns stays as it is
            when it runs the next batch.

    The function raises ValueError for wrong names, shapes or numbers of samples.
    """
    tensors = {name: tensor(details) for name, details in inputs.items()}
    batch_size = min(known.shape[0] for known in tensors.values())
    to_tensor = {name: _to_tensor(details) for name, details in inputs.items()}
    from_tensor = {name: _from_tensor(details) for name, details in outputs.items()}

    def run(values: Arrays) -> Arrays:
        values = four_axes_samples(values, tensors)
        count = check_inputs(signature, values, tensors)
        if count % batch_size:
            raise ValueError(f"{path} takes a multiple of its batch size {batch_size}, received {count} samples")
        converted = {name: convert(values[name]) for name, convert in to_tensor.items()}
        batches = [
            run_batch({name: array[start : start + batch_size] for name, array in converted.items()})
            for start in range(0, count, batch_size)
        ]
        received = batches[0] if len(batches) == 1 else _concatenate(batches)
        return {name: convert(received[name]) for name, convert in from_tensor.items()}

    return run


def _concatenate(batches: list[Arrays]) -> Arrays:
    return {name: np.concatenate([batch[name] for batch in batches]) for name in batches[0]}


def _quantization(details: Details) -> tuple[float, int] | None:
    """The scale and zero point of a quantized integer tensor, None of any other."""
    scales, zero_points = (details["quantization_parameters"][key] for key in ("scales", "zero_points"))
    return (float(scales[0]), int(zero_points[0])) if len(scales) else None


def _to_tensor(details: Details) -> ToArray:
    dtype, quantization = details["dtype"], _quantization(details)
    if quantization is None:
        return lambda values: np.asarray(values, dtype)
    scale, zero_point = quantization
    limits = np.iinfo(dtype)
    return lambda values: np.clip(np.rint(values / scale) + zero_point, limits.min, limits.max).astype(dtype)


def _from_tensor(details: Details) -> ToArray:
    quantization = _quantization(details)
    if quantization is None:
        return lambda values: values
    scale, zero_point = quantization
    return lambda values: (values.astype(np.float32) - np.float32(zero_point)) * np.float32(scale)
