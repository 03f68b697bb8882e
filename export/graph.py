"""Changes to a TFLite model as the schema's objects: operators and tensors to add, and the unused to leave out."""

from collections.abc import Iterable
from typing import Any

import numpy as np
from ai_edge_litert import schema_py_generated as schema

from export.operators import operator_names

TENSOR_TYPES: dict[np.dtype[Any], int] = {
    np.dtype(np.float32): schema.TensorType.FLOAT32,
    np.dtype(np.float16): schema.TensorType.FLOAT16,
    np.dtype(np.int32): schema.TensorType.INT32,
    np.dtype(np.int8): schema.TensorType.INT8,
}
DTYPES = {code: dtype for dtype, code in TENSOR_TYPES.items()}
IN_NEWER_FIELD_ONLY = schema.BuiltinOperator.PLACEHOLDER_FOR_GREATER_OP_CODES
"""What the older of the two fields of an operator code says of those that do not fit one byte."""
LEFT_OUT = -1
"""The place of an input that an operator does without."""


def operator_code(model: schema.ModelT, operator: int, version: int) -> int:
    """The place of an operator code of the model, which is added where there is none."""
    known = [(code.builtinCode, code.version) for code in model.operatorCodes]
    if (operator, version) in known:
        return known.index((operator, version))
    added = schema.OperatorCodeT()
    added.builtinCode, added.deprecatedBuiltinCode = operator, min(operator, IN_NEWER_FIELD_ONLY)
    added.version = version
    model.operatorCodes.append(added)
    return len(known)


def new_operator(
    model: schema.ModelT,
    operator: int,
    version: int,
    inputs: Iterable[int],
    outputs: Iterable[int],
    options: Any = None,
) -> schema.OperatorT:
    """An operator that stands in no subgraph yet; ``options`` is one of the schema's objects, or None."""
    added = schema.OperatorT()
    added.opcodeIndex = operator_code(model, operator, version)
    added.inputs, added.outputs = np.array([*inputs], np.int32), np.array([*outputs], np.int32)
    if options is not None:
        added.builtinOptions = options
        added.builtinOptionsType = getattr(schema.BuiltinOptions, type(options).__name__.removesuffix("T"))
    return added


def add_tensor(
    subgraph: schema.SubGraphT,
    name: bytes,
    shape: Iterable[int],
    tensor_type: int,
    quantization: schema.QuantizationParametersT | None = None,
    buffer: int = 0,
) -> int:
    """The place of a new tensor; buffer 0 is the empty one of all tensors that are computed."""
    tensor = schema.TensorT()
    tensor.name, tensor.shape, tensor.hasRank = name, np.array([*shape], np.int32), True
    tensor.type, tensor.quantization, tensor.buffer = tensor_type, quantization, buffer
    subgraph.tensors.append(tensor)
    return len(subgraph.tensors) - 1


def add_constant(
    model: schema.ModelT,
    subgraph: schema.SubGraphT,
    name: bytes,
    values: np.ndarray,
    quantization: schema.QuantizationParametersT | None = None,
) -> int:
    """The place of a new tensor that holds an array of one of the `TENSOR_TYPES`."""
    buffer = schema.BufferT()
    buffer.data = np.frombuffer(values.tobytes(), np.uint8)
    model.buffers.append(buffer)
    place = len(model.buffers) - 1
    return add_tensor(subgraph, name, values.shape, TENSOR_TYPES[values.dtype], quantization, place)


def constant(model: schema.ModelT, tensor: schema.TensorT) -> np.ndarray | None:
    """The array that a tensor holds; None where it is computed or of a type that `TENSOR_TYPES` lacks."""
    data = model.buffers[tensor.buffer].data
    if data is None or not len(data) or tensor.type not in DTYPES:
        return None
    return np.frombuffer(data.tobytes(), DTYPES[tensor.type]).reshape(tensor.shape)


def operators_named(model: schema.ModelT, name: str) -> list[tuple[schema.SubGraphT, schema.OperatorT]]:
    """The operators of a name, such as ``CONV_2D``, of all subgraphs, each with its own."""
    names = operator_names(model)
    return [
        (subgraph, operator)
        for subgraph in model.subgraphs or []
        for operator in subgraph.operators or []
        if names[operator.opcodeIndex] == name
    ]


def drop_unused(model: schema.ModelT) -> None:
    """Leave out operators whose results nobody reads, then tensors, operator codes and buffers that are of no use."""
    for number, subgraph in enumerate(model.subgraphs):
        _drop_operators(subgraph)
        _drop_tensors(subgraph, _callers_entries(model, number))
    drop_unnamed(model)


def drop_unnamed(model: schema.ModelT) -> None:
    """Leave out operator codes and buffers that no operator, tensor or metadata names."""
    operators = [operator for subgraph in model.subgraphs for operator in subgraph.operators or []]
    codes = _places({operator.opcodeIndex for operator in operators})
    model.operatorCodes = [model.operatorCodes[index] for index in codes]
    for operator in operators:
        operator.opcodeIndex = codes[operator.opcodeIndex]

    holders = [tensor for subgraph in model.subgraphs for tensor in subgraph.tensors or []] + (model.metadata or [])
    unnamed = [] if model.metadataBuffer is None else [int(index) for index in model.metadataBuffer]
    buffers = _places({0, *unnamed, *(holder.buffer for holder in holders)})
    model.buffers = [model.buffers[index] for index in buffers]
    for holder in holders:
        holder.buffer = buffers[holder.buffer]
    model.metadataBuffer = [buffers[index] for index in unnamed] or None


def _drop_operators(subgraph: schema.SubGraphT) -> None:
    read = {int(index) for index in subgraph.outputs}
    kept = []
    for operator in reversed(subgraph.operators or []):
        # One without outputs is there for what it does.
        if not len(operator.outputs) or read & {int(index) for index in operator.outputs}:
            kept.append(operator)
            read |= {int(index) for index in operator.inputs}
    subgraph.operators = kept[::-1]


def _callers_entries(model: schema.ModelT, number: int) -> list[schema.TensorMapT]:
    """Names for inputs and outputs of a subgraph, each with the place of its tensor."""
    signatures = [signature for signature in model.signatureDefs or [] if signature.subgraphIndex == number]
    return [entry for each in signatures for entry in (*(each.inputs or []), *(each.outputs or []))]


def _drop_tensors(subgraph: schema.SubGraphT, entries: list[schema.TensorMapT]) -> None:
    lists = [(subgraph, "inputs"), (subgraph, "outputs")]
    for operator in subgraph.operators:
        lists += [(operator, name) for name in ("inputs", "outputs", "intermediates")]
    lists = [(owner, name) for owner, name in lists if getattr(owner, name) is not None]
    used = {int(index) for owner, name in lists for index in getattr(owner, name)}
    places = _places((used | {entry.tensorIndex for entry in entries}) - {LEFT_OUT})
    subgraph.tensors = [subgraph.tensors[index] for index in places]
    places[LEFT_OUT] = LEFT_OUT
    for entry in entries:
        entry.tensorIndex = places[entry.tensorIndex]
    for owner, name in lists:
        setattr(owner, name, np.array([places[int(index)] for index in getattr(owner, name)], np.int32))


def _places(kept: set[int]) -> dict[int, int]:
    """Where each of the kept numbers goes, in their order."""
    return {number: place for place, number in enumerate(sorted(kept))}
