"""The denoising autoencoder: damage while it trains, anew for each batch, and none of it in what is shipped."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers

from export.operators import operators
from export.saved_model import write_saved_model
from export.signatures import named_signatures
from keraszoo.model_files import load_model, save_model
from keraszoo.models import (
    autoencoder,
    autoencoder_signatures,
    denoising_autoencoder,
    denoising_autoencoder_signatures,
)

IMAGE_SHAPE = (8, 8, 1)
SIZES = {"code_size": 3, "hidden_units": (6,), "activation": "tanh"}
CORRUPTIONS = {
    "gaussian noise": {"noise_stddev": 0.4},
    "masking": {"corruption": "masking:0.5"},
    "salt and pepper": {"corruption": "salt_and_pepper"},
    "lower resolution": {"corruption": "lower_resolution"},
    "a layer of one's own": {"corruption": layers.Dropout(0.5, name="mine")},
    "any strength": {"noise_stddev": 0.4, "random_strength": True},
}
RANDOM = [name for name in CORRUPTIONS if name != "lower resolution"]
CLIPPING = {"MINIMUM", "MAXIMUM", "RELU", "RELU6", "RELU_0_TO_1", "RELU_N1_TO_1"}


def build(**arguments):
    keras.utils.set_random_seed(0)
    return denoising_autoencoder(IMAGE_SHAPE, **{**SIZES, **arguments})


@pytest.fixture(params=CORRUPTIONS)
def model(request):
    return build(**CORRUPTIONS[request.param])


@pytest.fixture(scope="module")
def images():
    return np.random.default_rng(0).integers(0, 256, (6, *IMAGE_SHAPE), dtype=np.uint8)


def seen_by_encoder(model, images):
    return np.asarray(keras.Model(model.input, model.get_layer("clipping").output)(images, training=True))


def tflite_operators(signature, folder):
    """The operators of one signature's TFLite file, converted as an export converts it to float32."""
    write_saved_model(named_signatures({"graph": signature}), folder, batch_size=1)
    return operators(tf.lite.TFLiteConverter.from_saved_model(str(folder), signature_keys=["graph"]).convert())


def test_names_and_shapes():
    model = build()
    assert [tensor.name for tensor in model.inputs] == ["image"]
    assert model.input_shape == model.output_shape == (None, *IMAGE_SHAPE)
    assert [layer.name for layer in model.layers] == [
        "image",
        "scaling",
        "corruption",
        "clipping",
        "encoder",
        "decoder",
    ]
    assert model.get_layer("encoder").output_shape == model.get_layer("decoder").input_shape == (None, 3)
    assert not model.compiled
    # So that a saved model opens in plain Keras.
    assert all(hasattr(layers, type(layer).__name__) for layer in model.layers[:4])


def test_nothing_is_damaged_at_inference(model, images):
    cleaned = model.get_layer("decoder")(model.get_layer("encoder")(images / np.float32(255)))
    np.testing.assert_allclose(model(images), cleaned, atol=1e-6)
    np.testing.assert_array_equal(model(images, training=False), model(images))
    assert not np.allclose(model(images, training=True), cleaned, atol=1e-3)


def test_the_signature_agrees_with_the_model_after_a_reload_too(model, images, tmp_path):
    save_model(model, tmp_path / "model.keras")
    for one in (model, load_model(tmp_path / "model.keras")):
        graphs = denoising_autoencoder_signatures(one)
        assert list(graphs) == ["denoise"]
        outputs = graphs["denoise"]({"image": images})
        assert list(outputs) == ["reconstruction"]
        np.testing.assert_allclose(outputs["reconstruction"], model(images), atol=1e-6)
        assert [layer.name for layer in graphs["denoise"].layers] == ["image", "scaling", "encoder", "decoder"]


@pytest.mark.parametrize("name", RANDOM)
def test_what_the_encoder_sees_is_drawn_anew_and_is_within_0_and_1(name, images):
    model = build(**CORRUPTIONS[name])
    first, second = seen_by_encoder(model, images), seen_by_encoder(model, images)
    assert not np.array_equal(first, second)
    for seen in (first, second):
        assert (seen.min(), seen.max()) == (0, 1)


@pytest.mark.parametrize("compiled", [True, False], ids=["XLA", "no XLA"])
def test_each_batch_of_a_training_has_noise_of_its_own(images, compiled):
    losses = []
    record = keras.callbacks.LambdaCallback(on_train_batch_end=lambda _, logs: losses.append(logs["loss"]))
    same = np.repeat(images[:1], 6, axis=0)
    model = build()
    # Nothing is learned, so that two batches differ in their noise alone.
    model.compile(keras.optimizers.SGD(0.0), "mse", jit_compile=compiled)
    model.fit(same, same / np.float32(255), batch_size=1, epochs=2, verbose=0, callbacks=[record])
    assert len(set(losses)) == 12

    quiet = build(noise_stddev=0.0)
    losses.clear()
    quiet.compile(keras.optimizers.SGD(0.0), "mse", jit_compile=compiled)
    quiet.fit(same, same / np.float32(255), batch_size=1, epochs=2, verbose=0, callbacks=[record])
    np.testing.assert_allclose(losses, losses[0], rtol=1e-5)


def test_the_noise_has_the_stddev_that_was_asked_for():
    grey = np.full((100, *IMAGE_SHAPE), 127.5, np.float32)
    assert seen_by_encoder(build(noise_stddev=0.1), grey).std() == pytest.approx(0.1, rel=0.03)


def test_no_operator_of_the_shipped_file_draws_or_clips(tmp_path):
    """They are those of an autoencoder that was never to clean anything; with the clipping there would be more."""
    model = build(noise_stddev=1.0)
    shipped = tflite_operators(denoising_autoencoder_signatures(model)["denoise"], tmp_path / "denoise")
    plain = tflite_operators(autoencoder_signatures(autoencoder(IMAGE_SHAPE, **SIZES))["reconstruct"], tmp_path / "ae")
    assert shipped == plain
    assert not [name for name in shipped if "RANDOM" in name or name.startswith(("Flex", "CUSTOM"))]
    assert not CLIPPING & set(shipped)

    noisy = keras.Model(model.input, {"reconstruction": model.output})
    assert CLIPPING & set(tflite_operators(noisy, tmp_path / "noisy"))


@pytest.mark.parametrize("noise_stddev", [-0.1, 1.1, float("nan"), float("inf"), "0.5", None, True])
def test_noise_that_cannot_be_is_refused(noise_stddev):
    with pytest.raises(ValueError) as error:  # noqa: PT011 - the whole message is compared
        build(noise_stddev=noise_stddev)
    expected = f"noise_stddev must be a number from 0 to 1, of pixels in 0-1; received {noise_stddev!r}"
    assert str(error.value) == expected


@pytest.mark.parametrize(
    ("corruption", "message"),
    [
        ("maskin:0.2", r"expected a corruption \(gaussian_noise, .*, received 'maskin'\. Did you mean 'masking'"),
        ("masking:2", "corruption 'masking:2': expected share as a number within 0-1, received 2"),
        (0.5, "corruption must be a Keras layer or a text such as masking:0.25; received 0.5"),
        (layers.GaussianNoise, "corruption must be a Keras layer or a text .*; received <class"),
    ],
)
def test_a_corruption_that_is_none_is_refused(corruption, message):
    with pytest.raises(ValueError, match=message):
        build(corruption=corruption)


def test_signatures_of_another_model_are_refused():
    other = keras.Sequential([keras.Input(IMAGE_SHAPE), layers.Flatten(name="encoder")], name="mine")
    with pytest.raises(ValueError, match=r"a denoising autoencoder has layers .*'mine' lacks scaling, decoder"):
        denoising_autoencoder_signatures(other)
