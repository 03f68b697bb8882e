"""Run a signature of a ``.tflite`` file with the LiteRT interpreter: what runs on a phone or a Raspberry Pi.

Needs numpy and ai_edge_litert only, and opens a file in a few hundredths of a second.
"""

from collections.abc import Callable
from os import PathLike
from typing import Any

import numpy as np
from ai_edge_litert.interpreter import Interpreter

from export.runtimes.signature import (
    Arrays,
    RunSignature,
    Signature,
    Tensor,
    check_inputs,
    check_signature,
    check_threads,
)


def signatures(path: str | PathLike[str]) -> dict[str, Signature]:
    """The signatures of a ``.tflite`` file by name, with the shapes and dtypes of their inputs and outputs.

    Raises:
        ValueError: there is no such file, or it is truncated or no ``.tflite`` file.
    """
    interpreter = _open(path, threads=1)
    names = interpreter.get_signature_list()
    return {name: _describe(interpreter.get_signature_runner(name)) for name in names}


def open_signature(path: str | PathLike[str], signature: str, *, threads: int = 1) -> RunSignature:
    """A function that runs one signature of a ``.tflite`` file.

    The function takes the inputs by name, each ``(n, ...)``, and returns the outputs by name, likewise.
    The file's batch size is fixed, mostly at 1, so the samples go through in turns. Values are given in the
    units that the model was trained on and are cast to the dtype of the input; quantized integer inputs and
    outputs are quantized and dequantized with the file's own scale. Call it from one thread at a time.

    Args:
        path: the ``.tflite`` file; it may hold several signatures.
        signature: the name of one of them.
        threads: how many CPU threads the interpreter uses.

    Raises:
        ValueError: there is no such file, it is truncated or no ``.tflite`` file, or has no such signature.
            The function raises it for wrong input names or shapes, and for operators that LiteRT lacks.
    """
    check_threads(threads)
    interpreter = _open(path, threads)
    check_signature(path, signature, interpreter.get_signature_list())
    runner = interpreter.get_signature_runner(signature)
    tensors = _describe(runner).inputs
    batch_size = min(tensor.shape[0] for tensor in tensors.values())
    to_tensor = {name: _to_tensor(details) for name, details in runner.get_input_details().items()}
    from_tensor = {name: _from_tensor(details) for name, details in runner.get_output_details().items()}

    def run(inputs: Arrays) -> Arrays:
        count = check_inputs(signature, inputs, tensors)
        if count % batch_size:
            raise ValueError(f"{path} takes a multiple of its batch size {batch_size}, received {count} samples")
        values = {name: to_tensor[name](inputs[name]) for name in tensors}
        try:
            batches = [
                runner(**{name: array[start : start + batch_size] for name, array in values.items()})
                for start in range(0, count, batch_size)
            ]
        except RuntimeError as error:
            raise ValueError(f"LiteRT cannot run {signature!r} of {path}: {_one_line(error)}") from error
        outputs = batches[0] if len(batches) == 1 else _concatenate(batches)
        return {name: convert(outputs[name]) for name, convert in from_tensor.items()}

    return run


def _open(path: str | PathLike[str], threads: int) -> Any:
    try:
        return Interpreter(str(path), num_threads=threads)
    except (ValueError, RuntimeError) as error:
        raise ValueError(f"expected a whole .tflite file at {path}: {_one_line(error)}") from error


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())


def _describe(runner: Any) -> Signature:
    return Signature(
        {name: _tensor(details) for name, details in runner.get_input_details().items()},
        {name: _tensor(details) for name, details in runner.get_output_details().items()},
    )


def _tensor(details: dict[str, Any]) -> Tensor:
    return Tensor(tuple(int(size) for size in details["shape"]), np.dtype(details["dtype"]).name)


def _concatenate(batches: list[Arrays]) -> Arrays:
    return {name: np.concatenate([batch[name] for batch in batches]) for name in batches[0]}


def _quantization(details: dict[str, Any]) -> tuple[float, int] | None:
    """The scale and zero point of a quantized integer tensor, None of any other."""
    scales, zero_points = (details["quantization_parameters"][key] for key in ("scales", "zero_points"))
    return (float(scales[0]), int(zero_points[0])) if len(scales) else None


def _to_tensor(details: dict[str, Any]) -> Callable[[np.ndarray], np.ndarray]:
    dtype, quantization = details["dtype"], _quantization(details)
    if quantization is None:
        return lambda values: np.asarray(values, dtype)
    scale, zero_point = quantization
    limits = np.iinfo(dtype)
    return lambda values: np.clip(np.rint(values / scale) + zero_point, limits.min, limits.max).astype(dtype)


def _from_tensor(details: dict[str, Any]) -> Callable[[np.ndarray], np.ndarray]:
    quantization = _quantization(details)
    if quantization is None:
        return lambda values: values
    scale, zero_point = quantization
    return lambda values: (values.astype(np.float32) - np.float32(zero_point)) * np.float32(scale)
