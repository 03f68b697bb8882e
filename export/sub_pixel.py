"""Transposed convolutions as sub-pixel convolutions, which runtimes compute much faster.

Where one pixel was, a transposed convolution of stride s makes s x s, each of which sees every s-th row and column of
the kernel only. Sorted by pixel, the kernel is one of an ordinary convolution of stride 1, with s x s times the
channels, which are then laid out as pixels (Shi et al., 2016, https://arxiv.org/abs/1609.07009). It has the same
weights, and multiplies as often, but for a margin that is cut off.
"""

import copy
from typing import NamedTuple

import numpy as np
from ai_edge_litert import schema_py_generated as schema

from export.flatbuffer import pack, unpack
from export.graph import LEFT_OUT, add_constant, add_tensor, drop_unused, new_operator, operators_named
from export.stored_weights import Weights, add_rearranged, stored_weights

TRANSPOSED = "TRANSPOSE_CONV"
VERSIONS = {schema.TensorType.FLOAT32: 1, schema.TensorType.INT8: 2}
"""Of PAD and SLICE, by the type of number that they take."""
DEPTH_TO_SPACE_VERSION = 1
"""The converter writes 2 for int8, which LiteRT's reference kernels do not know, although they take int8."""
CONVOLUTION_VERSIONS = {schema.TensorType.FLOAT32: 1, schema.TensorType.INT8: 3}
HYBRID_VERSION = 5
"""Of a convolution with an int8 kernel for floats."""


class _Place(NamedTuple):
    """Where a transposed convolution stands."""

    model: schema.ModelT
    subgraph: schema.SubGraphT
    transposed: schema.OperatorT

    @property
    def stride(self) -> int:
        return int(self.transposed.builtinOptions.strideH)

    @property
    def image(self) -> schema.TensorT:
        return self.subgraph.tensors[self.transposed.inputs[2]]

    @property
    def output(self) -> schema.TensorT:
        return self.subgraph.tensors[self.transposed.outputs[0]]

    @property
    def kernel_sides(self) -> np.ndarray:
        return self.subgraph.tensors[self.transposed.inputs[1]].shape[1:3]

    @property
    def sides(self) -> np.ndarray:
        """Height and width of all that it makes, before a margin is cut off."""
        return self.stride * (self.image.shape[1:3] - 1) + self.kernel_sides

    @property
    def weights(self) -> list[Weights | None]:
        """Its kernel and, if it has one, its bias; None for what does not stand in the file."""
        indices = (self.transposed.inputs[1], *self.transposed.inputs[3:])
        return [stored_weights(self.model, self.subgraph, int(index)) for index in indices if index != LEFT_OUT]


def sub_pixel_convolutions(content: bytes) -> bytes:
    """The file with each transposed convolution of a stride above 1 as PAD, CONV_2D, DEPTH_TO_SPACE and SLICE.

    Weights are put in another order, with the scales that they have; a fused activation stays fused. Sums of int8 stay
    what they were, those of floats are added up in another order. A transposed convolution is left alone if its strides
    differ, or if its kernel is no multiple of them or is computed. All subgraphs are looked at.

    Args:
        content: A whole ``.tflite`` file.

    Raises:
        ValueError: the content is no whole TFLite file.
    """
    model = unpack(content)
    places = [_Place(model, subgraph, operator) for subgraph, operator in operators_named(model, TRANSPOSED)]
    found = [place for place in places if _is_sub_pixel(place)]
    if not found:
        return content
    for place in found:
        _replace(place)
    drop_unused(model)
    return pack(model)


def _is_sub_pixel(place: _Place) -> bool:
    return (
        place.stride == place.transposed.builtinOptions.strideW
        and place.stride > 1
        and not any(place.kernel_sides % place.stride)
        and all(place.sides >= place.output.shape[1:3])
        and place.image.type in VERSIONS
        and None not in place.weights
    )


def _replace(place: _Place) -> None:
    model, subgraph, transposed = place
    kernel, *biases = (weights for weights in place.weights if weights is not None)
    (bias,) = biases or [_no_bias(place, kernel)]
    image, output, builtin = place.image, place.output, schema.BuiltinOperator
    name, version = output.name, VERSIONS[image.type]
    batch, *_, channels = output.shape
    steps = []

    x = transposed.inputs[2]
    neighbours = place.kernel_sides // place.stride - 1
    if any(neighbours):
        padding = np.array([[0, 0], *([count, count] for count in neighbours), [0, 0]], np.int32)
        inputs = [x, add_constant(model, subgraph, name + b"/padding", padding)]
        x = add_tensor(subgraph, name + b"/padded", image.shape + padding.sum(1), image.type, image.quantization)
        steps.append(new_operator(model, builtin.PAD, version, inputs, [x], schema.PadOptionsT()))

    pixels = place.stride**2
    sorted_kernel = _sorted_by_pixel(kernel.values, place.stride)
    inputs = [x, add_rearranged(model, subgraph, name + b"/kernel", kernel, sorted_kernel)]
    inputs.append(add_rearranged(model, subgraph, name + b"/bias", bias, np.tile(bias.values, pixels)))
    shape = (batch, *(place.sides // place.stride), pixels * channels)
    x = add_tensor(subgraph, name + b"/sorted", shape, output.type, output.quantization)
    is_hybrid = place.image.type == schema.TensorType.FLOAT32 and kernel.values.dtype == np.int8
    convolution = HYBRID_VERSION if is_hybrid else CONVOLUTION_VERSIONS[place.image.type]
    steps.append(new_operator(model, builtin.CONV_2D, convolution, inputs, [x], _convolution_options(transposed)))

    options = schema.DepthToSpaceOptionsT()
    options.blockSize = place.stride
    inputs, shape = [x], (batch, *place.sides, channels)
    x = add_tensor(subgraph, name + b"/uncut", shape, output.type, output.quantization)
    steps.append(new_operator(model, builtin.DEPTH_TO_SPACE, DEPTH_TO_SPACE_VERSION, inputs, [x], options))

    margin = place.sides - output.shape[1:3]
    if any(margin):
        begin = np.array([0, *(margin // 2), 0], np.int32)
        inputs = [x, add_constant(model, subgraph, name + b"/begin", begin)]
        inputs.append(add_constant(model, subgraph, name + b"/size", output.shape.astype(np.int32)))
        steps.append(new_operator(model, builtin.SLICE, version, inputs, []))

    steps[-1].outputs = transposed.outputs
    here = subgraph.operators.index(transposed)
    subgraph.operators[here : here + 1] = steps


def _no_bias(place: _Place, kernel: Weights) -> Weights:
    """Zeros, since a convolution must have one."""
    if kernel.quantization is None or place.image.quantization is None or place.image.type == schema.TensorType.FLOAT32:
        return Weights(np.zeros(len(kernel.values), np.float32), None, None)
    quantization = copy.copy(kernel.quantization)
    quantization.scale = kernel.quantization.scale * place.image.quantization.scale
    return Weights(np.zeros(len(kernel.values), np.int32), quantization, None)


def _sorted_by_pixel(kernel: np.ndarray, stride: int) -> np.ndarray:
    """From (channels, height, width, depth) to (stride x stride x channels, height / stride, width / stride, depth)."""
    channels, height, width, depth = kernel.shape
    split = kernel.reshape(channels, height // stride, stride, width // stride, stride, depth)
    # Here each pixel spreads over its neighbours; the convolution gathers from them, the other way round.
    gathered = split[:, ::-1, :, ::-1].transpose(2, 4, 0, 1, 3, 5)
    return gathered.reshape(stride**2 * channels, height // stride, width // stride, depth)


def _convolution_options(transposed: schema.OperatorT) -> schema.Conv2DOptionsT:
    options = schema.Conv2DOptionsT()
    options.padding = schema.Padding.VALID
    options.strideH = options.strideW = options.dilationHFactor = options.dilationWFactor = 1
    options.fusedActivationFunction = transposed.builtinOptions.fusedActivationFunction
    return options
