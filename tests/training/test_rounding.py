"""Weights that int8 and float16 files hold as they are."""

import keras
import numpy as np
import pytest

from export.runtimes import litert
from export.saved_model import write_saved_model
from export.signatures import named_signatures
from keraszoo.models import autoencoder, autoencoder_signatures
from keraszoo.training import round_weights, rounding


@pytest.fixture(scope="module", params=["dense", "convolutional"])
def rounded(request):
    """The model before and after, and the images that the rounding saw."""
    keras.utils.set_random_seed(0)
    images = np.random.default_rng(0).integers(0, 256, (64, 8, 8, 1)).astype("float32")
    filters = (4,) if request.param == "convolutional" else None
    model = autoencoder((8, 8, 1), code_size=4, architecture=request.param, hidden_units=(16,), filters=filters)
    before = keras.models.clone_model(model)
    before.set_weights(model.get_weights())
    round_weights(model, images)
    return before, model, images


def rounded_layers(model):
    layers = [*model.get_layer("encoder").layers, *model.get_layer("decoder").layers]
    return [layer for layer in layers if type(layer) in (keras.layers.Dense, keras.layers.Conv2D)]


def test_every_weight_is_a_float16(rounded):
    _, model, _ = rounded
    first = next((layer for layer in model.get_layer("encoder").layers if isinstance(layer, keras.layers.Conv2D)), None)
    for variable in model.variables:
        # A convolution of pixels times 1 / 255 becomes one of pixels.
        weights = np.asarray(variable) / (255 if first and variable is first.kernel else 1)
        assert np.allclose(weights, weights.astype(np.float16), rtol=2e-7, atol=0)


def test_a_float16_file_computes_what_the_model_computes(tmp_path):
    import tensorflow as tf

    keras.utils.set_random_seed(1)
    random = np.random.default_rng(1)
    model = autoencoder((8, 8, 1), code_size=4, architecture="deep", filters=(6, 8), hidden_units=(16,))
    for layer in model.get_layer("encoder").layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.set_weights([weights + random.uniform(-0.4, 0.4, weights.shape) for weights in layer.get_weights()])
    images = random.uniform(0, 255, (16, 8, 8, 1)).astype("float32")
    round_weights(model, images)
    signatures = named_signatures(autoencoder_signatures(model))
    write_saved_model(signatures, tmp_path / "static", batch_size=1)
    converter = tf.lite.TFLiteConverter.from_saved_model(str(tmp_path / "static"), signature_keys=["encode"])
    converter.optimizations, converter.target_spec.supported_types = [tf.lite.Optimize.DEFAULT], [tf.float16]
    (tmp_path / "float16.tflite").write_bytes(converter.convert())
    received = litert.open_signature(tmp_path / "float16.tflite", "encode")({"image": images})["code"]
    expected = signatures["encode"].predict(images, verbose=0)["code"]
    np.testing.assert_allclose(received, expected, atol=2e-6 * np.abs(expected).max())


def test_every_kernel_lies_on_the_levels_that_a_converter_finds(rounded):
    _, model, _ = rounded
    for layer in rounded_layers(model):
        kernel = np.asarray(layer.kernel)
        matrix = kernel.reshape(-1, kernel.shape[-1])
        levels = matrix / (np.abs(matrix).max(axis=0) / 127)
        # Not 0, as they are rounded to float16 too.
        assert np.abs(levels - np.round(levels)).max() < 0.25


def test_outputs_move_less_than_by_rounding_each_weight_to_the_nearest(rounded):
    before, model, images = rounded
    nearest = keras.models.clone_model(before)
    nearest.set_weights(before.get_weights())
    for ours, plain in zip(rounded_layers(nearest), rounded_layers(before), strict=True):
        kernel = np.asarray(plain.kernel)
        scale = np.abs(kernel).max(axis=tuple(range(kernel.ndim - 1))) / 127
        ours.kernel.assign(np.round(kernel / scale) * scale)
    expected = before.predict(images, verbose=0)
    error = np.abs(model.predict(images, verbose=0) - expected).mean()
    assert 0 < error < np.abs(nearest.predict(images, verbose=0) - expected).mean()


def test_layers_are_left_as_they_were_found(rounded):
    _, model, _ = rounded
    assert all("call" not in vars(layer) for layer in model.get_layer("encoder").layers)


def test_frozen_layers_keep_their_levels(rounded):
    _, model, images = rounded
    again = keras.models.clone_model(model)
    again.set_weights(model.get_weights())
    again.get_layer("encoder").trainable = False
    for layer in rounded_layers(again):
        # Levels that no rounding of these inputs would choose.
        layer.kernel.assign(np.float16(np.asarray(layer.kernel) * 0.9))
    before = {id(layer): np.asarray(layer.kernel) for layer in rounded_layers(again)}
    round_weights(again, images)
    for part, kept in (("encoder", True), ("decoder", False)):
        found = [layer for layer in rounded_layers(again) if layer in again.get_layer(part).layers]
        assert found
        assert all(np.array_equal(layer.kernel, before[id(layer)]) == kept for layer in found)


def test_a_weight_beyond_float16_is_refused():
    model = autoencoder((8, 8, 1), code_size=4)
    model.get_layer("encoder").get_layer("code").bias.assign(np.full(4, 1e6))
    with pytest.raises(ValueError, match="65,504"):
        round_weights(model, np.zeros((2, 8, 8, 1), "float32"))


def test_a_kernel_with_too_many_inputs_is_rounded_to_the_nearest(monkeypatch):
    monkeypatch.setattr(rounding, "MOST_INPUTS", 8)
    model = keras.Sequential([keras.Input((16,)), keras.layers.Dense(4)])
    kernel = np.asarray(model.layers[0].kernel)
    round_weights(model, np.ones((3, 16), "float32"))
    scale = np.abs(kernel).max(axis=0) / 127
    assert np.allclose(model.layers[0].kernel, np.round(kernel / scale) * scale, rtol=1e-3)
