"""One signature of a file as a file of its own, run in the real interpreter beside the file it came from."""

from pathlib import Path
from typing import Any

import flatbuffers
import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema
from artifacts import make_tflite

from export.flatbuffer import IDENTIFIER, pack, unpack
from export.metadata import read_metadata, with_metadata
from export.operators import operators
from export.runtimes import litert
from export.single_signature import single_signature

Samples = dict[str, dict[str, np.ndarray]]


@pytest.fixture(scope="module")
def looping(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A file of two signatures, `first` without a loop and `power`, whose loop doubles a number until it is 100."""
    import tensorflow as tf

    class Module(tf.Module):
        @tf.function(input_signature=[tf.TensorSpec((1, 1), tf.float32, name="x")])
        def first(self, x: Any) -> dict[str, Any]:
            return {"y": tf.exp(x)}

        @tf.function(input_signature=[tf.TensorSpec((1, 1), tf.float32, name="x")])
        def power(self, x: Any) -> dict[str, Any]:
            return {"y": tf.while_loop(lambda y: y[0, 0] < 100.0, lambda y: (y * 2.0,), (x,))[0]}

    module, folder = Module(), str(tmp_path_factory.mktemp("looping"))
    tf.saved_model.save(module, folder, signatures={"first": module.first, "power": module.power})
    return bytes(tf.lite.TFLiteConverter.from_saved_model(folder, signature_keys=["first", "power"]).convert())


def write(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


@pytest.mark.parametrize("signature", ["reconstruct", "encode", "decode"])
def test_it_gives_the_same_bits(tiny_tflite: Path, tiny_samples: Samples, tmp_path: Path, signature: str) -> None:
    single = write(tmp_path / "single.tflite", single_signature(tiny_tflite.read_bytes(), signature))
    assert litert.signatures(single) == {signature: litert.signatures(tiny_tflite)[signature]}
    expected, received = (
        litert.open_signature(file, signature)(tiny_samples[signature]) for file in (tiny_tflite, single)
    )
    for name, values in expected.items():
        np.testing.assert_array_equal(received[name], values)


def test_quantization_stays(tiny_static_model: Path, tiny_samples: Samples, tmp_path: Path) -> None:
    int8 = make_tflite(tiny_static_model, tmp_path / "int8.tflite", ["reconstruct"], tiny_samples["reconstruct"])
    single = write(tmp_path / "single.tflite", single_signature(int8.read_bytes(), "reconstruct"))
    expected, received = (litert.open_signature(file, "reconstruct") for file in (int8, single))
    inputs = tiny_samples["reconstruct"]
    np.testing.assert_array_equal(received(inputs)["reconstruction"], expected(inputs)["reconstruction"])


def test_what_others_need_is_left_out(tiny_tflite: Path) -> None:
    whole = tiny_tflite.read_bytes()
    encode, decode = (single_signature(whole, name) for name in ("encode", "decode"))
    assert "TRANSPOSE_CONV" in operators(decode)
    assert "TRANSPOSE_CONV" not in operators(encode)
    assert len(unpack(encode).subgraphs) == 1
    assert max(len(encode), len(decode)) < 0.75 * len(pack(unpack(whole)))


def test_a_loop_takes_its_bodies_along(looping: bytes, tmp_path: Path) -> None:
    single = single_signature(looping, "power")
    assert "EXP" in operators(looping)
    assert "EXP" not in operators(single)
    assert len(unpack(single).subgraphs) == len(["power", "condition", "body"])
    run = litert.open_signature(write(tmp_path / "single.tflite", single), "power")
    np.testing.assert_array_equal(run({"x": np.array([[3.0], [7.0]])})["y"], [[192.0], [112.0]])


def test_a_list_of_subgraphs_is_renumbered() -> None:
    """Subgraph 3 chooses between 1 and 4, and 4 calls 2."""
    choice, call = schema.OperatorT(), schema.OperatorT()
    choice.builtinOptions2Type = schema.BuiltinOptions2.StablehloCaseOptions
    choice.builtinOptions2 = schema.StablehloCaseOptionsT([1, 4])
    call.builtinOptionsType = schema.BuiltinOptions.CallOnceOptions
    call.builtinOptions = schema.CallOnceOptionsT(2)
    model = schema.ModelT(
        operatorCodes=[schema.OperatorCodeT()],
        subgraphs=[schema.SubGraphT(name=f"subgraph {index}", operators=[]) for index in range(5)],
        buffers=[schema.BufferT()],
        signatureDefs=[schema.SignatureDefT(signatureKey="mine", subgraphIndex=3)],
    )
    model.subgraphs[3].operators, model.subgraphs[4].operators = [choice], [call]
    single = unpack(single_signature(pack(model), "mine"))
    assert [subgraph.name.decode()[-1] for subgraph in single.subgraphs] == ["3", "1", "4", "2"]
    assert list(single.subgraphs[0].operators[0].builtinOptions2.branchSubgraphIndices) == [1, 2]
    assert single.subgraphs[2].operators[0].builtinOptions.initSubgraphIndex == 3


def test_metadata_stays(looping: bytes) -> None:
    described = with_metadata(looping, {"labels": ["일", "이"]})
    assert read_metadata(single_signature(described, "first"))["labels"] == ["일", "이"]


def test_an_unknown_signature_names_the_nearest(looping: bytes) -> None:
    with pytest.raises(ValueError, match=r"no signature 'powers'\. Did you mean 'power'\? It has: first, power"):
        single_signature(looping, "powers")


@pytest.mark.parametrize("kept", [0, 100, -1000], ids=["empty", "start only", "end missing"])
def test_a_broken_file_is_refused(looping: bytes, kept: int) -> None:
    with pytest.raises(ValueError, match="TFLite file"):
        single_signature(looping[:kept], "power")


def test_weights_outside_of_the_flatbuffer_are_refused(looping: bytes) -> None:
    model = unpack(looping)
    model.buffers[-1].offset = 4096
    builder = flatbuffers.Builder()
    builder.Finish(model.Pack(builder), IDENTIFIER)
    with pytest.raises(ValueError, match="external buffers"):
        single_signature(bytes(builder.Output()), "power")
