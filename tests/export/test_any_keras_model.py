"""Models that are not of this zoo, as their users have them: three lines each."""

import os
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from keras import layers

from export import ExportError, export_model
from export.runtimes import litert
from export.signatures import describe, named_signatures

INT8_REFERENCE_BYTES = 276_976
"""Of MLPerf Tiny's anomaly detector, ``ad01_int8.tflite``: https://github.com/mlcommons/tiny."""


def randomly_normalized(model: Any) -> Any:
    """Statistics of a trained batch normalization, which a converter must not leave out."""
    generator = np.random.default_rng(7)
    for layer in model.layers:
        if isinstance(layer, layers.BatchNormalization):
            layer.set_weights([generator.uniform(0.5, 1.5, weight.shape) for weight in layer.get_weights()])
    return model


def classifier() -> Any:
    keras.utils.set_random_seed(7)
    image = x = keras.Input((12, 12, 3), name="image")
    for filters in (8, 16):
        x = layers.Conv2D(filters, 3, padding="same")(x)
        x = layers.BatchNormalization()(x)
        x = layers.ReLU()(x)
        x = layers.MaxPooling2D()(x)
    x = layers.GlobalAveragePooling2D()(x)
    return randomly_normalized(keras.Model(image, layers.Dense(5, activation="softmax", name="probabilities")(x)))


def anomaly_detector() -> Any:
    """MLPerf Tiny's: 640 numbers, dense layers of 128, 128, 128, 128, 8, 128, 128, 128, 128, and 640."""
    keras.utils.set_random_seed(7)
    features = x = keras.Input((640,), name="features")
    for units in (*[128] * 4, 8, *[128] * 4):
        x = layers.Dense(units)(x)
        x = layers.BatchNormalization()(x)
        x = layers.ReLU()(x)
    return randomly_normalized(keras.Model(features, layers.Dense(640, name="reconstruction")(x)))


def operators(report: dict[str, Any]) -> dict[str, dict[str, int]]:
    return {entry["format"]: entry["operators"] for entry in report["files"]}


def test_a_plain_classifier(tmp_path: Path) -> None:
    model = classifier()
    images = np.random.default_rng(7).uniform(0, 1, (32, 12, 12, 3))
    report = export_model(model, tmp_path / "mine", calibration=images, samples=images)
    assert report["name"] == "mine"

    float32 = operators(report)["float32"]
    assert set(float32) == {"CONV_2D", "MAX_POOL_2D", "MEAN", "FULLY_CONNECTED", "SOFTMAX"}
    assert {row["runtime"] for row in report["agreement"] if row["agrees"]} == {"litert", "serving"}
    expected = model.predict(images, verbose=0)
    received = litert.open_signature(tmp_path / "mine" / "tflite" / "int8.tflite", "predict")({"image": images})
    np.testing.assert_allclose(received["probabilities"], expected, rtol=0, atol=0.05)


def test_the_anomaly_detector_of_mlperf_tiny(tmp_path: Path) -> None:
    model = anomaly_detector()
    samples = {"reconstruct": {"features": np.random.default_rng(7).normal(-30, 10, (32, 640))}}
    formats = ("float32", "full_int8")
    report = export_model(
        {"reconstruct": model},
        tmp_path,
        name="detector",
        calibration=samples,
        samples=samples,
        formats=formats,
        per_channel=False,
    )
    assert operators(report)["float32"] == {"FULLY_CONNECTED": 10}
    assert operators(report)["full_int8"] == {"FULLY_CONNECTED": 10}
    sizes = {entry["format"]: entry["bytes"] for entry in report["files"]}
    assert sizes["full_int8"] <= INT8_REFERENCE_BYTES
    assert report["per_channel"] is False
    assert "one scale a layer" in (tmp_path / "README.md").read_text()


def without_names() -> Any:
    """Two inputs and an output that Keras names, by what it has counted in this process."""
    keras.utils.set_random_seed(7)
    left, right = keras.Input((3,)), keras.Input((3,))
    return keras.Model([left, right], layers.Dense(2)(left - 2 * right))


def test_names_of_a_model_without_names_are_those_of_every_process(tmp_path: Path) -> None:
    without_names()
    model = without_names()
    left, right = np.random.default_rng(7).normal(size=(2, 8, 3))
    samples = {"predict": {"input_1": left, "input_2": right}}
    report = export_model(model, tmp_path / "mine", calibration=samples, samples=samples, formats=("float32",))
    signature = report["signatures"]["predict"]
    assert [list(signature["inputs"]), list(signature["outputs"])] == [["input_1", "input_2"], ["output"]]
    run = litert.open_signature(tmp_path / "mine" / "tflite" / "float32.tflite", "predict")
    expected = model.predict([left, right], verbose=0)
    np.testing.assert_allclose(run(samples["predict"])["output"], expected, rtol=0, atol=1e-5)


def test_one_input_without_a_name_is_input_also_of_a_saved_model(tmp_path: Path) -> None:
    mine, other = keras.Input((3,), name="mine"), keras.Input((3,))
    models = [
        keras.Sequential([keras.Input((3,)), layers.Dense(2)]),
        keras.Model([mine, other], {"sum": mine + other}),
        keras.Model(mine, layers.Dense(2, name="code")(mine)),
        keras.Model(taken := [keras.Input((3,), name="input"), keras.Input((3,))], {"sum": taken[0] + taken[1]}),
    ]
    for model in models:
        model.save(tmp_path / "saved.keras")
        of_both = [named_signatures(each) for each in (model, keras.saving.load_model(tmp_path / "saved.keras"))]
        assert describe(of_both[0]) == describe(of_both[1])
    named = [named_signatures(model)["predict"] for model in models]
    assert [list(model.input) for model in named] == [["input"], ["mine", "input"], ["mine"], ["input", "input_1"]]
    assert [list(model.output) for model in named] == [["output"], ["sum"], ["code"], ["sum"]]


def test_the_architecture_is_the_reference_s() -> None:
    folder = os.environ.get("MLPERF_TINY_DIR")
    if not folder:
        pytest.skip("MLPERF_TINY_DIR names no folder with ad01_fp32.tflite of https://github.com/mlcommons/tiny")
    from ai_edge_litert.interpreter import Interpreter

    tensors = Interpreter(f"{folder}/ad01_fp32.tflite").get_tensor_details()
    kernels = [tuple(tensor["shape"][::-1]) for tensor in tensors if tensor["name"].endswith("MatMul")]
    ours = [tuple(layer.kernel.shape) for layer in anomaly_detector().layers if isinstance(layer, layers.Dense)]
    assert kernels == ours
    assert Path(folder, "ad01_int8.tflite").stat().st_size == INT8_REFERENCE_BYTES


@keras.saving.register_keras_serializable("tests")
class GaussianIntegral(layers.Layer):
    """Needs an operator that plain LiteRT does not have."""

    def call(self, values: Any) -> Any:
        return keras.ops.erf(values)


def test_an_unsupported_layer_is_named_with_its_operator(tmp_path: Path) -> None:
    hidden = keras.Input((4,), name="hidden")
    part = keras.Model(hidden, GaussianIntegral(name="gaussian_integral")(hidden), name="middle_part")
    code = keras.Input((4,), name="code")
    model = keras.Model(code, layers.Dense(2, name="last")(part(code)))
    samples = {"decode": {"code": np.ones((4, 4))}}
    with pytest.raises(ExportError, match=r"does not have: Erf in .*middle_part.*/gaussian_integral"):
        export_model({"decode": model}, tmp_path / "run", name="mine", calibration=samples, samples=samples)
    assert not (tmp_path / "run").exists()
