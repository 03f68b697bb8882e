"""What every variant of the autoencoder keeps to, and what its builder refuses."""

import keras
import numpy as np
import pytest
from keras import layers

from keraszoo.model_files import load_model, save_model
from keraszoo.models import autoencoder, autoencoder_signatures

CODE_SIZE = 5
VARIANTS = {
    "dense": {"code_size": CODE_SIZE, "hidden_units": (16,)},
    "convolutional": {
        "code_size": CODE_SIZE,
        "architecture": "convolutional",
        "filters": (4, 8),
        "hidden_units": (16,),
    },
    "fully_convolutional": {"architecture": "fully_convolutional", "filters": (4, 8)},
    "residual": {"architecture": "residual", "filters": (4, 8)},
    "deep": {"code_size": CODE_SIZE, "architecture": "deep", "filters": (4, 8), "hidden_units": (16,)},
}


@pytest.fixture(params=[(8, 8, 1), (7, 9, 3)], ids=["grey", "odd colour"])
def image_shape(request):
    return request.param


@pytest.fixture(params=VARIANTS)
def variant(request):
    return request.param


@pytest.fixture
def model(variant, image_shape):
    keras.utils.set_random_seed(0)
    return autoencoder(image_shape, **VARIANTS[variant])


@pytest.fixture
def code_size(variant, image_shape):
    """As asked for, or the values of the last feature map: 8 channels, both sides halved twice and rounded up."""
    height, width, _ = image_shape
    return 8 * -(-height // 4) * -(-width // 4) if variant in ("fully_convolutional", "residual") else CODE_SIZE


@pytest.fixture
def images(image_shape):
    return np.random.default_rng(0).integers(0, 256, (6, *image_shape), dtype=np.uint8)


def all_layers(model):
    for layer in model.layers:
        yield layer
        if isinstance(layer, keras.Model):
            yield from all_layers(layer)


def as_arrays(outputs):
    return {name: np.asarray(values) for name, values in outputs.items()}


def test_names_and_shapes(model, image_shape, code_size):
    assert [tensor.name for tensor in model.inputs] == ["image"]
    assert model.inputs[0].dtype == "float32"
    assert model.input_shape == model.output_shape == (None, *image_shape)
    encoder, decoder = model.get_layer("encoder"), model.get_layer("decoder")
    assert (encoder.input_shape, encoder.output_shape) == ((None, *image_shape), (None, code_size))
    assert (decoder.input_shape, decoder.output_shape) == ((None, code_size), (None, *image_shape))
    assert not model.compiled


def test_pixels_are_scaled_inside_the_graph(model, images):
    from_bytes, from_floats = np.asarray(model(images)), np.asarray(model(images.astype(np.float32)))
    np.testing.assert_array_equal(from_bytes, from_floats)
    by_hand = model.get_layer("decoder")(model.get_layer("encoder")(images / np.float32(255)))
    np.testing.assert_allclose(from_bytes, by_hand, atol=1e-6)
    assert from_bytes.min() >= 0
    assert from_bytes.max() <= 1


def test_learns(model, images):
    targets = images / np.float32(255)
    model.compile(keras.optimizers.Adam(0.01), "mse", run_eagerly=True)
    losses = model.fit(images, targets, epochs=6, verbose=0).history["loss"]
    assert np.isfinite(losses).all()
    assert losses[-1] < losses[0]


def test_signatures_agree_with_the_model_after_a_reload_too(model, images, code_size, tmp_path):
    expected = np.asarray(model(images))
    save_model(model, tmp_path / "model.keras")
    reloaded = load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(reloaded(images), expected)

    for graphs in (autoencoder_signatures(model), autoencoder_signatures(reloaded)):
        assert list(graphs) == ["reconstruct", "encode", "decode"]
        encoded = as_arrays(graphs["encode"]({"image": images}))
        assert {name: values.shape for name, values in encoded.items()} == {"code": (len(images), code_size)}
        for outputs in (graphs["reconstruct"]({"image": images}), graphs["decode"](encoded)):
            assert list(outputs) == ["reconstruction"]
            np.testing.assert_allclose(outputs["reconstruction"], expected, atol=1e-6)


def test_opens_in_plain_keras(model):
    for layer in all_layers(model):
        is_model = type(layer).__name__ == "Functional"
        assert is_model or getattr(layers, type(layer).__name__) is type(layer)
        assert not isinstance(layer, layers.Lambda)


def test_signatures_follow_the_models_weights():
    model = autoencoder((8, 8, 1), CODE_SIZE)
    graph = autoencoder_signatures(model)["encode"]
    model.set_weights([np.zeros_like(weights) for weights in model.get_weights()])
    assert not np.asarray(graph(np.ones((1, 8, 8, 1)))["code"]).any()


def test_hidden_units_and_filters_are_mirrored():
    model = autoencoder((8, 8, 1), 2, architecture="convolutional", filters=(3, 5), hidden_units=(11, 7))
    encoder, decoder = model.get_layer("encoder"), model.get_layer("decoder")
    assert [layer.units for layer in encoder.layers if isinstance(layer, layers.Dense)] == [11, 7, 2]
    assert [layer.filters for layer in encoder.layers if isinstance(layer, layers.Conv2D)] == [3, 5]
    assert [layer.units for layer in decoder.layers if isinstance(layer, layers.Dense)] == [7, 11, 2 * 2 * 5]
    upsampling = [layer for layer in decoder.layers if isinstance(layer, layers.Conv2DTranspose)]
    assert [layer.filters for layer in upsampling] == [3, 1]
    # The LiteRT GPU delegate refuses a transposed convolution with a fused ReLU.
    assert all(layer.activation is keras.activations.linear for layer in upsampling)


def test_an_encoder_and_decoder_of_ones_own():
    encoder = keras.Sequential([keras.Input((8, 8, 1)), layers.Flatten(), layers.Dense(3)], name="my_encoder")
    decoder = keras.Sequential([keras.Input((3,)), layers.Dense(64), layers.Reshape((8, 8, 1))], name="my_decoder")
    model = autoencoder((8, 8, 1), encoder=encoder, decoder=decoder)
    images = np.full((2, 8, 8, 1), 255.0, np.float32)
    np.testing.assert_allclose(model(images), decoder(encoder(images / 255)), atol=1e-6)
    assert autoencoder_signatures(model)["encode"].output_shape == (None, 3)


def test_code_size_is_read_off_an_encoder_of_ones_own():
    encoder = keras.Sequential([keras.Input((8, 8, 1)), layers.Flatten(), layers.Dense(3)])
    assert autoencoder((8, 8, 1), encoder=encoder).get_layer("decoder").input_shape == (None, 3)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"code_size": 0}, ["code_size", "1 to 64", "received 0"]),
        ({"code_size": -3}, ["code_size", "1 to 64", "received -3"]),
        ({"code_size": 65}, ["code_size", "1 to 64", "received 65"]),
        ({"code_size": 4.0}, ["code_size", "integer", "received 4.0"]),
        ({"image_shape": (8, 8)}, ["image_shape", "(height, width, channels)", "received (8, 8)"]),
        ({"image_shape": (8, 0, 1)}, ["image_shape", "positive", "received (8, 0, 1)"]),
        ({"image_shape": (None, 8, 1)}, ["image_shape", "positive", "received (None, 8, 1)"]),
        ({"image_shape": 64}, ["image_shape", "(height, width, channels)", "received (64,)"]),
        ({"architecture": "convolutionl"}, ["dense, convolutional", "received 'convolutionl'"]),
        ({"activation": "rellu"}, ["activation must be one of celu, ", "Did you mean 'relu'?"]),
        ({"hidden_units": (16, 0)}, ["hidden_units", "positive", "received (16, 0)"]),
        ({"hidden_units": 16}, ["hidden_units", "list", "received 16"]),
        ({"hidden_units": ()}, ["hidden_units", "one or more", "received ()"]),
        ({"architecture": "convolutional", "filters": (4, -1)}, ["filters", "positive", "received (4, -1)"]),
    ],
)
def test_refuses_what_cannot_be(arguments, words):
    with pytest.raises(ValueError) as error:  # noqa: PT011 - the words are what is matched
        autoencoder(**{"image_shape": (8, 8, 1), **arguments})
    assert all(word in str(error.value) for word in words), str(error.value)


@pytest.mark.parametrize(
    ("part", "model", "words"),
    [
        (
            "decoder",
            [keras.Input((4,)), layers.Dense(64), layers.Reshape((8, 8, 1))],
            "(batch, 5) into (batch, 8, 8, 1)",
        ),
        (
            "decoder",
            [keras.Input((5,)), layers.Dense(32), layers.Reshape((4, 8, 1))],
            "(batch, 5) into (batch, 8, 8, 1)",
        ),
        ("encoder", [keras.Input((4, 4, 1)), layers.Flatten()], "(batch, 8, 8, 1) into (batch, code_size)"),
        ("encoder", [keras.Input((8, 8, 1)), layers.Dense(2)], "(batch, 8, 8, 1) into (batch, code_size)"),
        ("encoder", [layers.Flatten(), layers.Dense(5)], "keras.Input"),
    ],
    ids=["code", "image", "other image", "no code", "no input shape"],
)
def test_refuses_a_part_that_does_not_fit(part, model, words):
    with pytest.raises(ValueError, match=f"the {part} must") as error:
        autoencoder((8, 8, 1), 5, **{part: keras.Sequential(model)})
    assert words in str(error.value)


def test_signatures_of_another_model_are_refused():
    model = keras.Sequential([keras.Input((8, 8, 1)), layers.Flatten(name="encoder")], name="mine")
    with pytest.raises(ValueError, match=r"'mine' lacks scaling, decoder \(it has encoder\); name them"):
        autoencoder_signatures(model)
