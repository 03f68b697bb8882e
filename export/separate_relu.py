"""A ReLU behind a transposed convolution as an operator of its own, as LiteRT's GPU delegate wants it.

The converter fuses the two, even where the ReLU was a layer of its own, and the delegate takes no fused one. These are
the convolutions that `export.sub_pixel` leaves.
"""

import copy

import numpy as np
from ai_edge_litert import schema_py_generated as schema

from export.flatbuffer import pack, unpack
from export.graph import new_operator, operators_named
from export.operator_lists import GPU_VERSIONS

FUSED = "TRANSPOSE_CONV"
ACTIVATIONS = {
    schema.ActivationFunctionType.RELU: schema.BuiltinOperator.RELU,
    schema.ActivationFunctionType.RELU6: schema.BuiltinOperator.RELU6,
}
"""Those that the converter fuses into it, no others, and the operators that they become."""
VERSIONS = {schema.TensorType.FLOAT32: 1, schema.TensorType.INT8: 2}
"""Of these operators, by the type of number that they take."""


def separate_relu(content: bytes) -> bytes:
    """The file with each ReLU behind the transposed convolution that it was fused into; it runs as before, bit for bit.

    All subgraphs are looked at. A file without such a ReLU comes back as it is.

    Args:
        content: A whole ``.tflite`` file.

    Raises:
        ValueError: the content is no whole TFLite file.
    """
    model = unpack(content)
    fused = [
        (subgraph, operator)
        for subgraph, operator in operators_named(model, FUSED)
        if operator.builtinOptions.fusedActivationFunction in ACTIVATIONS
    ]
    for subgraph, convolution in fused:
        model.operatorCodes[convolution.opcodeIndex].version = GPU_VERSIONS[FUSED]
        _separate(model, subgraph, convolution)
    return pack(model) if fused else content


def _separate(model: schema.ModelT, subgraph: schema.SubGraphT, convolution: schema.OperatorT) -> None:
    output = subgraph.tensors[convolution.outputs[0]]
    between = copy.copy(output)
    # The first buffer is the empty one of all tensors without a value.
    between.name, between.buffer = output.name + b"/before_activation", 0
    place = len(subgraph.tensors)
    subgraph.tensors.append(between)
    options = convolution.builtinOptions
    activation = ACTIVATIONS[options.fusedActivationFunction]
    relu = new_operator(model, activation, VERSIONS[output.type], [place], convolution.outputs)
    convolution.outputs = np.array([place], np.int32)
    options.fusedActivationFunction = schema.ActivationFunctionType.NONE
    subgraph.operators.insert(subgraph.operators.index(convolution) + 1, relu)
