"""Changes to a TFLite model as objects: what is added counts, what is of no use goes."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema

from export.flatbuffer import pack, unpack
from export.graph import LEFT_OUT, add_constant, add_tensor, constant, drop_unused, new_operator, operator_code
from export.runtimes import litert

FLOAT = schema.TensorType.FLOAT32


def test_an_operator_code_is_added_once(tiny_tflite: Path) -> None:
    model = unpack(tiny_tflite)
    count = len(model.operatorCodes)
    places = [operator_code(model, schema.BuiltinOperator.BROADCAST_TO, version) for version in (2, 3, 2)]
    assert places == [count, count + 1, count]
    assert model.operatorCodes[count].deprecatedBuiltinCode == 127
    assert operator_code(model, schema.BuiltinOperator.CONV_2D, 1) < count


def test_a_new_operator_runs(tiny_tflite: Path, tiny_samples: dict[str, Any], tmp_path: Path) -> None:
    """Behind the code, which is then twice what it was."""
    model = unpack(tiny_tflite)
    (encode,) = [each for each in model.signatureDefs if each.signatureKey == b"encode"]
    subgraph, (entry,) = model.subgraphs[encode.subgraphIndex], encode.outputs
    (code,) = subgraph.outputs
    doubled = add_tensor(subgraph, b"doubled", (1, 4), FLOAT)
    options = schema.AddOptionsT()
    subgraph.operators.append(new_operator(model, schema.BuiltinOperator.ADD, 1, [code, code], [doubled], options))
    subgraph.outputs, entry.tensorIndex = np.array([doubled], np.int32), doubled
    path = tmp_path / "doubled.tflite"
    path.write_bytes(pack(model))
    expected, received = (
        litert.open_signature(file, "encode")(tiny_samples["encode"])["code"] for file in (tiny_tflite, path)
    )
    np.testing.assert_array_equal(received, 2 * expected)


@pytest.mark.parametrize("dtype", ["float32", "float16", "int32", "int8"])
def test_a_constant_comes_back(tiny_tflite: Path, dtype: str) -> None:
    model = unpack(tiny_tflite)
    values = np.arange(6).reshape(2, 3).astype(dtype)
    place = add_constant(model, model.subgraphs[0], b"numbers", values)
    found = constant(model, model.subgraphs[0].tensors[place])
    np.testing.assert_array_equal(found, values)
    assert found is not None
    assert found.dtype == dtype
    assert constant(model, model.subgraphs[0].tensors[model.subgraphs[0].inputs[0]]) is None


def test_the_unused_goes_and_all_else_stays(tiny_tflite: Path, tiny_samples: dict[str, Any], tmp_path: Path) -> None:
    model = unpack(tiny_tflite)
    drop_unused(model)
    smallest = pack(model)
    subgraph = model.subgraphs[0]
    unread = add_constant(model, subgraph, b"unread", np.zeros(50_000, np.float32))
    negated = add_tensor(subgraph, b"negated", (50_000,), FLOAT)
    subgraph.operators.insert(0, new_operator(model, schema.BuiltinOperator.NEG, 1, [unread], [negated]))
    assert len(pack(model)) > len(smallest) + 200_000
    drop_unused(model)
    assert pack(model) == smallest

    path = tmp_path / "smallest.tflite"
    path.write_bytes(smallest)
    for signature, samples in tiny_samples.items():
        expected, received = (litert.open_signature(file, signature)(samples) for file in (tiny_tflite, path))
        for name, values in expected.items():
            np.testing.assert_array_equal(received[name], values)


def test_what_stands_behind_the_unused_moves_up(tiny_tflite: Path) -> None:
    model = unpack(tiny_tflite)
    drop_unused(model)
    before = pack(model)
    subgraph = model.subgraphs[0]
    subgraph.tensors.insert(0, subgraph.tensors[0])
    subgraph.inputs, subgraph.outputs = subgraph.inputs + 1, subgraph.outputs + 1
    for operator in subgraph.operators:
        operator.inputs, operator.outputs = (
            np.where(indices == LEFT_OUT, LEFT_OUT, indices + 1) for indices in (operator.inputs, operator.outputs)
        )
    for signature in model.signatureDefs:
        for entry in (*signature.inputs, *signature.outputs):
            entry.tensorIndex += signature.subgraphIndex == 0
    drop_unused(model)
    assert pack(model) == before


def test_an_input_that_is_left_out_stays_so(tiny_tflite: Path) -> None:
    model = unpack(tiny_tflite)
    drop_unused(model)
    subgraph, convolution = next(
        (subgraph, operator)
        for subgraph in model.subgraphs
        for operator in subgraph.operators
        if operator.builtinOptionsType == schema.BuiltinOptions.Conv2DOptions
    )
    convolution.inputs = np.array([*convolution.inputs[:2], LEFT_OUT], np.int32)
    count = len(subgraph.tensors)
    drop_unused(model)
    assert convolution.inputs[2] == LEFT_OUT
    assert len(subgraph.tensors) == count - 1
