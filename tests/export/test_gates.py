"""The gates: what a file lacks for a runtime, told from the file, and whether TFLite Micro says the same."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tensorflow as tf

from export.errors import RuntimeMissingError
from export.flatbuffer import pack, unpack
from export.gates import verdicts
from export.runtimes import micro
from export.single_signature import single_signature


def converted(function: Callable[[Any], Any], *shape: int | None) -> bytes:
    """A TFLite file of one function of one float32 tensor."""
    graph = tf.function(function).get_concrete_function(tf.TensorSpec(shape, tf.float32, name="values"))
    converter = tf.lite.TFLiteConverter.from_concrete_functions([graph])
    converter.allow_custom_ops = True
    return converter.convert()


def first(values: Any) -> Any:
    return values[:, 0]


def top_two(values: Any) -> Any:
    return tf.math.top_k(values, 2)[0]


def loop(values: Any) -> Any:
    """Its body holds an operator that the rest does not."""
    return tf.while_loop(lambda x: tf.reduce_sum(x) < 9.0, lambda x: [x + tf.reduce_sum(top_two(x))], [values])[0]


def enlarge(values: Any) -> Any:
    return tf.nn.relu(tf.nn.conv2d_transpose(values, np.ones((2, 2, 3, 1), np.float32), (1, 4, 4, 3), 2) + 1.0)


@pytest.mark.parametrize(
    ("function", "shape", "reasons"),
    [
        (tf.square, (1, 4), []),
        (tf.square, (1, 2, 2, 2, 2), ["SQUARE: the GPU delegate takes at most 4 axes, this has 5"]),
        (lambda x: tf.argmin(x, 1), (1, 4), ["ARG_MIN: the GPU delegate has no such operator"]),
        (loop, (1, 4), ["WHILE: the GPU delegate runs no loops and branches; unroll them"]),
        (first, (1, 4), ["STRIDED_SLICE: the GPU delegate drops no axes; slice with a size of 1 and reshape"]),
        (top_two, (1, 4), []),
        (top_two, (1, 6), ["TOPK_V2: the GPU delegate takes a multiple of 4 values, this has 6"]),
        (enlarge, (1, 2, 2, 1), ["TRANSPOSE_CONV: the GPU delegate takes versions up to 3, this is 4"]),
    ],
    ids=["nothing", "rank", "operator", "loop", "dropped axis", "top of 4", "top of 6", "version"],
)
def test_what_the_gpu_delegate_lacks(
    function: Callable[[Any], Any], shape: tuple[int, ...], reasons: list[str]
) -> None:
    assert verdicts(converted(function, *shape))["gpu"] == reasons


def test_the_body_of_a_loop_is_looked_at() -> None:
    assert verdicts(converted(loop, 1, 4))["micro"] == ["TOPK_V2: TFLite Micro has no such operator"]


def test_a_custom_operator_is_missing_everywhere() -> None:
    assert verdicts(converted(tf.math.asinh, 1, 4)) == {
        "gpu": ["CUSTOM Asinh: the GPU delegate has no such operator"],
        "micro": ["CUSTOM Asinh: TFLite Micro has no such operator"],
        "browser": ["CUSTOM Asinh: LiteRT.js has builtin operators only"],
    }


def test_a_free_batch_is_missing_everywhere() -> None:
    for reasons in verdicts(converted(tf.square, None, 4)).values():
        assert reasons[0] == "values: a shape that is not fixed; export a batch of 1"


def test_the_browser_takes_no_int8_inputs(tiny_export: tuple[Path, dict]) -> None:
    files = tiny_export[0] / "tflite"
    assert verdicts(files / "int8.tflite")["browser"] == []
    assert (
        "encode.inputs.image: LiteRT.js takes float32, int32, uint8, this is int8"
        in (verdicts(files / "full_int8.tflite")["browser"])
    )


@pytest.mark.parametrize("signature", ["encode", "decode"])
@pytest.mark.parametrize("name", ["float32", "float16", "int8", "full_int8"])
def test_tflite_micro_agrees(name: str, signature: str, tiny_export: tuple[Path, dict], tmp_path: Path) -> None:
    path = tmp_path / "one.tflite"
    path.write_bytes(single_signature((tiny_export[0] / "tflite" / f"{name}.tflite").read_bytes(), signature))
    assert (verdicts(path)["micro"] == []) == micro_opens(path, signature)


@pytest.mark.parametrize("function", [tf.square, tf.sign, top_two, first], ids=["square", "sign", "top", "first"])
def test_tflite_micro_has_the_operators_of_the_list(function: Callable[[Any], Any], tmp_path: Path) -> None:
    graph = tf.Module()
    graph.run = tf.function(lambda values: {"result": function(values)})
    graph_function = graph.run.get_concrete_function(tf.TensorSpec((1, 4), tf.float32, name="values"))
    tf.saved_model.save(graph, str(tmp_path / "saved_model"), signatures={"run": graph_function})
    converter = tf.lite.TFLiteConverter.from_saved_model(str(tmp_path / "saved_model"), signature_keys=["run"])
    path = tmp_path / "one.tflite"
    path.write_bytes(converter.convert())
    assert (verdicts(path)["micro"] == []) == micro_opens(path, "run")


def test_dynamic_range_weights_are_missing_in_tflite_micro() -> None:
    def dense(values: Any) -> Any:
        return tf.matmul(values, np.ones((64, 64), np.float32) * np.arange(64, dtype=np.float32))

    graph = tf.function(dense).get_concrete_function(tf.TensorSpec((1, 64), tf.float32, name="values"))
    converter = tf.lite.TFLiteConverter.from_concrete_functions([graph])
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    assert verdicts(pack(unpack(converter.convert())))["micro"] == [
        "FULLY_CONNECTED: TFLite Micro takes no int8 weights with float32 activations; export float32 or full_int8"
    ]


def micro_opens(path: Path, signature: str) -> bool:
    """Whether the real TFLite Micro takes the file."""
    try:
        micro.open_signature(path, signature)
    except RuntimeMissingError as error:
        pytest.skip(str(error))
    except ValueError:
        return False
    return True
