from pathlib import Path

import flatbuffers
import pytest
from ai_edge_litert import schema_py_generated as schema

from export.operators import operators


def model_file(codes: list[tuple[int, str | None]], subgraphs: list[list[int]]) -> bytes:
    """A TFLite file of nothing but operators: pairs (builtin, custom code), and their indices by subgraph."""
    model = schema.ModelT()
    model.version, model.operatorCodes, model.subgraphs, model.buffers = 3, [], [], [schema.BufferT()]
    for builtin, custom in codes:
        code = schema.OperatorCodeT()
        code.builtinCode, code.deprecatedBuiltinCode, code.customCode = builtin, min(builtin, 127), custom
        model.operatorCodes.append(code)
    for indices in subgraphs:
        subgraph = schema.SubGraphT()
        subgraph.operators = []
        for index in indices:
            operator = schema.OperatorT()
            operator.opcodeIndex = index
            subgraph.operators.append(operator)
        model.subgraphs.append(subgraph)
    builder = flatbuffers.Builder()
    builder.Finish(model.Pack(builder), b"TFL3")
    return bytes(builder.Output())


def test_counts_every_subgraph_and_names_what_is_not_builtin() -> None:
    builtin = schema.BuiltinOperator
    codes = [
        (builtin.CONV_2D, None),
        (builtin.BITWISE_XOR, None),
        (builtin.CUSTOM, "FlexBitwiseAnd"),
        (builtin.CUSTOM, "Mine"),
    ]
    content = model_file(codes, [[0, 0, 1], [0, 2], [3]])
    assert operators(content) == {"BITWISE_XOR": 1, "CONV_2D": 3, "CUSTOM Mine": 1, "FlexBitwiseAnd": 1}


def test_counts_a_converted_file(tiny_export: tuple[Path, dict]) -> None:
    counts = operators(tiny_export[0] / "tflite" / "float32.tflite")
    assert counts["CONV_2D"] == 4  # one each of encode and decode, two of reconstruct
    assert counts["DEPTH_TO_SPACE"] == 2  # of reconstruct and decode


@pytest.mark.parametrize("content", [b"", b"TFL3", b"PK\x03\x04" * 20], ids=["empty", "short", "foreign"])
def test_refuses_what_is_no_tflite_file(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "model.tflite"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=r"model\.tflite is no TFLite file"):
        operators(path)


@pytest.mark.parametrize("kept", [0.02, 0.5, 0.95])
def test_refuses_a_truncated_file(kept: float, tiny_export: tuple[Path, dict]) -> None:
    content = (tiny_export[0] / "tflite" / "float32.tflite").read_bytes()
    with pytest.raises(ValueError, match="broken TFLite file"):
        operators(content[: int(len(content) * kept)])
