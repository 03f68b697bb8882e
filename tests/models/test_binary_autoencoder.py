"""The binary-code autoencoder: codes of any length, noise only while it trains, bits that are the code rounded."""

import keras
import numpy as np
import pytest
from keras import layers, ops

from keraszoo.model_files import load_model, save_model
from keraszoo.models import binary_autoencoder, binary_autoencoder_signatures

IMAGE_SHAPE = (8, 8, 1)
BITS = 11  # no multiple of 8


def build(bits=BITS, **arguments):
    keras.utils.set_random_seed(0)
    return binary_autoencoder(IMAGE_SHAPE, bits, **{"hidden_units": (6,), **arguments})


@pytest.fixture(scope="module")
def images():
    return np.random.default_rng(0).integers(0, 256, (300, *IMAGE_SHAPE), dtype=np.uint8)


@pytest.fixture
def model():
    return build()


def logits(model, images):
    return np.asarray(model.get_layer("encoder")(images / np.float32(255)))


def noisy_logits(model, images):
    return np.asarray(keras.Model(model.input, model.get_layer("noisy_logits").output)(images, training=True))


def test_names_and_shapes(model):
    assert [tensor.name for tensor in model.inputs] == ["image"]
    assert {name: tensor.shape for name, tensor in model.output.items()} == {
        "reconstruction": (None, *IMAGE_SHAPE),
        "soft_code": (None, BITS),
    }
    assert not model.compiled
    # So that a saved model opens in plain Keras.
    assert all(type(layer).__name__ == "Functional" or hasattr(layers, type(layer).__name__) for layer in model.layers)


def test_there_is_no_noise_at_inference(model, images):
    outputs = model(images)
    np.testing.assert_allclose(outputs["soft_code"], ops.sigmoid(logits(model, images)), atol=1e-6)
    np.testing.assert_allclose(outputs["reconstruction"], model.get_layer("decoder")(outputs["soft_code"]), atol=1e-6)


@pytest.mark.parametrize("noise_stddev", [0.5, 16])
def test_the_noise_on_the_logits_is_as_strong_as_asked_for_and_drawn_anew(images, noise_stddev):
    model = build(noise_stddev=noise_stddev)
    noise = noisy_logits(model, images) - logits(model, images)
    assert noise.std() == pytest.approx(noise_stddev, rel=0.05)
    assert noise.mean() == pytest.approx(0, abs=0.05 * noise_stddev)
    assert not np.array_equal(noisy_logits(model, images), noisy_logits(model, images))


def test_without_noise_training_sees_what_inference_sees(images):
    model = build(noise_stddev=0)
    np.testing.assert_allclose(noisy_logits(model, images), logits(model, images), atol=1e-6)


@pytest.mark.parametrize("bits", [1, BITS, 16])
def test_bits_are_the_rounded_soft_code(images, bits):
    model = build(bits)
    hashed = binary_autoencoder_signatures(model)["hash"]({"image": images})
    soft_code, found = np.asarray(hashed["soft_code"]), np.asarray(hashed["bits"])
    assert list(hashed) == ["soft_code", "bits"]
    assert soft_code.shape == found.shape == (len(images), bits)
    np.testing.assert_array_equal(found, (soft_code > 0.5).astype(np.float32))
    np.testing.assert_allclose(soft_code, model(images)["soft_code"], atol=1e-6)


def test_decode_takes_bits_and_soft_codes(model, images):
    graphs = binary_autoencoder_signatures(model)
    hashed = graphs["hash"]({"image": images})
    for code in ("bits", "soft_code"):
        outputs = graphs["decode"]({"bits": hashed[code]})
        assert list(outputs) == ["reconstruction"]
        np.testing.assert_allclose(outputs["reconstruction"], model.get_layer("decoder")(hashed[code]), atol=1e-6)


def test_signatures_hold_no_noise_and_are_the_same_after_a_reload(model, images, tmp_path):
    save_model(model, tmp_path / "model.keras")
    expected = binary_autoencoder_signatures(model)["hash"]({"image": images})
    graphs = binary_autoencoder_signatures(load_model(tmp_path / "model.keras"))
    assert list(graphs) == ["hash", "decode"]
    for name, values in graphs["hash"]({"image": images}).items():
        np.testing.assert_array_equal(values, expected[name])
    for graph in graphs.values():
        assert not [layer for layer in graph.layers if isinstance(layer, layers.GaussianNoise)]


def test_noise_drives_the_logits_away_from_0(images):
    """What the noise is for: a code that it cannot flip tells more about the image."""
    sizes = {}
    for noise_stddev in (0, 4):
        model = build(noise_stddev=noise_stddev)
        model.compile(keras.optimizers.Adam(0.02), {"reconstruction": "mse", "soft_code": None}, jit_compile=False)
        targets = {"reconstruction": images / np.float32(255)}
        model.fit(images, targets, batch_size=50, epochs=8, verbose=0)
        sizes[noise_stddev] = np.abs(logits(model, images)).mean()
    assert sizes[4] > 1.5 * sizes[0]


@pytest.mark.parametrize("bits", [0, -8, True, 8.0, "8", None])
def test_numbers_of_bits_that_cannot_be_are_refused(bits):
    with pytest.raises(ValueError, match=f"bits must be an integer .*; received {bits!r}"):
        build(bits)


def test_more_bits_than_the_image_has_values_are_refused():
    with pytest.raises(
        ValueError, match=r"bits must be an integer from 1 to 64, the values in an image .* received 65"
    ):
        build(65)


@pytest.mark.parametrize("noise_stddev", [-0.1, 16.1, float("nan"), float("inf"), "4", None, True])
def test_noise_that_cannot_be_is_refused(noise_stddev):
    with pytest.raises(ValueError, match=f"noise_stddev must be a number from 0 to 16; received {noise_stddev!r}"):
        build(noise_stddev=noise_stddev)


def test_signatures_of_another_model_are_refused():
    other = keras.Sequential([keras.Input(IMAGE_SHAPE), layers.Flatten(name="encoder")], name="mine")
    with pytest.raises(ValueError, match=r"a binary-code autoencoder has layers .*'mine' lacks scaling, decoder"):
        binary_autoencoder_signatures(other)
