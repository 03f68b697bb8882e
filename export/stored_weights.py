"""A kernel or a bias as a TFLite file stores it: float32, int8, or float16 that an operator makes float32 of."""

import copy
from typing import NamedTuple

import numpy as np
from ai_edge_litert import schema_py_generated as schema

from export.graph import add_constant, add_tensor, constant


class Weights(NamedTuple):
    """What a file stores.

    Args:
        values: The array, channels first.
        quantization: Its scales and zero points, or None.
        dequantize: The operator that makes float32 of float16, or None.
    """

    values: np.ndarray
    quantization: schema.QuantizationParametersT | None
    dequantize: schema.OperatorT | None


def stored_weights(model: schema.ModelT, subgraph: schema.SubGraphT, index: int) -> Weights | None:
    """What the file stores for a tensor; None if that is computed, other than from float16."""
    tensor = subgraph.tensors[index]
    values = constant(model, tensor)
    if values is not None:
        return Weights(values, tensor.quantization, None)
    for operator in subgraph.operators:
        if index in operator.outputs:
            values = constant(model, subgraph.tensors[operator.inputs[0]])
            return None if values is None or values.dtype != np.float16 else Weights(values, None, operator)
    return None


def add_rearranged(
    model: schema.ModelT, subgraph: schema.SubGraphT, name: bytes, weights: Weights, values: np.ndarray
) -> int:
    """The place of a new tensor for an operator to read the weights from, rearranged.

    Args:
        model: Gets another buffer.
        subgraph: Gets another tensor and, for float16, in front of all others, another operator.
        name: Of the tensor.
        weights: As they were.
        values: As they shall be: all channels, the first axis, in their order, any number of times.
    """
    quantization = weights.quantization
    if quantization is not None and quantization.scale is not None and len(quantization.scale) > 1:
        repeats = len(values) // len(weights.values)
        quantization = copy.copy(quantization)
        quantization.scale = np.tile(quantization.scale, repeats)
        quantization.zeroPoint = np.tile(quantization.zeroPoint, repeats)
    stored = add_constant(model, subgraph, name, values, quantization)
    if weights.dequantize is None:
        return stored
    read = add_tensor(subgraph, name + b"/float32", values.shape, schema.TensorType.FLOAT32)
    dequantize = copy.copy(weights.dequantize)
    dequantize.inputs, dequantize.outputs = np.array([stored], np.int32), np.array([read], np.int32)
    subgraph.operators.insert(0, dequantize)
    return read
