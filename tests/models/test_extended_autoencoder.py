"""The extended autoencoder: a head on the layers of another model, which stay that model's own, frozen or not."""

import keras
import numpy as np
import pytest
from keras import layers

from keraszoo.model_files import load_model, save_model
from keraszoo.models import (
    autoencoder,
    binary_autoencoder,
    denoising_autoencoder,
    extended_autoencoder,
    extended_autoencoder_signatures,
)

IMAGE_SHAPE = (6, 6, 1)
CODE_SIZE = 5
CLASSES = 3
IMAGES = np.random.default_rng(0).integers(0, 256, (16, *IMAGE_SHAPE), dtype=np.uint8)
LABELS = np.arange(16) % CLASSES
KNOWN_LAYERS = {"image", "scaling", "encoder", "soft_code", "decoder", "head"}


def own_parts():
    """An encoder with batch normalization, whose code is a feature map, and its decoder."""
    convolution = layers.Conv2D(2, 3, strides=2, padding="same", use_bias=False)
    encoder = keras.Sequential([keras.Input(IMAGE_SHAPE), convolution, layers.BatchNormalization()], name="encoder")
    pixels = [layers.Flatten(), layers.Dense(36, activation="sigmoid"), layers.Reshape(IMAGE_SHAPE)]
    return encoder, keras.Sequential([keras.Input(encoder.output_shape[1:]), *pixels], name="decoder")


def own_autoencoder():
    encoder, decoder = own_parts()
    image = keras.Input(IMAGE_SHAPE)
    return keras.Model(image, decoder(encoder(layers.Rescaling(1 / 255, name="scaling")(image))), name="mine")


def stacked_autoencoder():
    return keras.Sequential([keras.Input(IMAGE_SHAPE), layers.Rescaling(1 / 255, name="scaling"), *own_parts()])


def renamed_encoder():
    encoder, _ = own_parts()
    encoder = keras.Sequential([encoder, layers.Flatten(), layers.Dense(CODE_SIZE)], name="mine")
    return autoencoder(IMAGE_SHAPE, encoder=encoder)


def with_a_second_output():
    encoder, decoder = own_parts()
    image = keras.Input(IMAGE_SHAPE)
    code = encoder(layers.Rescaling(1 / 255, name="scaling")(image))
    return keras.Model(image, {"energy": layers.ReLU(name="energy")(code), "reconstruction": decoder(code)})


def noisy(**corruption):
    return lambda: denoising_autoencoder(IMAGE_SHAPE, CODE_SIZE, hidden_units=(6,), **corruption)


AUTOENCODERS = {
    "plain": lambda: autoencoder(IMAGE_SHAPE, CODE_SIZE, hidden_units=(6,)),
    "with an own encoder": renamed_encoder,
    "denoising": noisy(noise_stddev=0.9),
    "random strength": noisy(noise_stddev=0.9, random_strength=True),
    "masking": noisy(corruption="masking:0.5"),
    "binary": lambda: binary_autoencoder(IMAGE_SHAPE, CODE_SIZE, hidden_units=(6,)),
    "own": own_autoencoder,
    "own, sequential": stacked_autoencoder,
    "own, with a second output": with_a_second_output,
    "extended": lambda: extended_autoencoder(AUTOENCODERS["plain"](), CLASSES + 1),
}


@pytest.fixture(scope="module", params=AUTOENCODERS)
def base(request):
    keras.utils.set_random_seed(0)
    return AUTOENCODERS[request.param]()


@pytest.fixture(scope="module")
def model(base):
    return extended_autoencoder(base, CLASSES)


def reconstruction(model):
    outputs = model(IMAGES)
    return np.asarray(outputs["reconstruction"] if isinstance(outputs, dict) else outputs)


def weights_of(model):
    return {name: model.get_layer(name).get_weights() for name in ("encoder", "decoder", "head")}


def moved(before, after):
    return [not np.array_equal(*pair) for pair in zip(before, after, strict=True)]


def test_names_and_shapes(model):
    assert [tensor.name for tensor in model.inputs] == ["image"]
    assert {name: tensor.shape for name, tensor in model.output.items()} == {
        "reconstruction": (None, *IMAGE_SHAPE),
        "probabilities": (None, CLASSES),
    }
    assert not model.compiled
    probabilities = np.asarray(model(IMAGES)["probabilities"])
    assert probabilities.min() >= 0
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, atol=1e-6)


def test_images_are_rebuilt_as_the_autoencoder_does(base, model):
    np.testing.assert_allclose(reconstruction(model), reconstruction(base), atol=1e-6)


def test_layers_are_the_autoencoders_own(base, model):
    assert all(model.get_layer(name) is base.get_layer(name) for name in ("scaling", "encoder", "decoder"))
    bias = base.get_layer("decoder").weights[-1]
    before, value = reconstruction(model), np.asarray(bias)
    bias.assign(value + 1)
    assert np.abs(reconstruction(model) - before).max() > 0.01
    np.testing.assert_allclose(reconstruction(model), reconstruction(base), atol=1e-6)
    bias.assign(value)


def test_signatures_agree_with_the_model(base, model):
    graphs = extended_autoencoder_signatures(model)
    assert list(graphs) == ["classify", "encode", "reconstruct"]
    outputs, code = model(IMAGES), base.get_layer("encoder")(IMAGES / np.float32(255))
    expected = {
        "classify": {"probabilities": outputs["probabilities"]},
        "encode": {"code": code},
        "reconstruct": {"reconstruction": outputs["reconstruction"]},
    }
    for name, graph in graphs.items():
        found = graph({"image": IMAGES})
        assert set(found) == set(expected[name])
        for output, values in found.items():
            np.testing.assert_allclose(values, expected[name][output], atol=1e-6, err_msg=name)


def test_there_is_noise_in_training_only_and_none_in_the_signatures(base, model):
    unknown = {layer.name for layer in model.layers} - KNOWN_LAYERS
    graphs = extended_autoencoder_signatures(model).values()
    assert {layer.name for graph in graphs for layer in graph.layers} <= KNOWN_LAYERS
    drawn = [np.asarray(model(IMAGES, training=True)["reconstruction"]) for _ in range(2)]
    assert np.array_equal(*drawn) == (not unknown)


@pytest.fixture(scope="module", params=[True, False], ids=["frozen", "fine-tuned"])
def fitted(request):
    """Whether it was frozen, the weights before and the model, after a fit with both losses."""
    keras.utils.set_random_seed(0)
    model = extended_autoencoder(own_autoencoder(), CLASSES, freeze_encoder=request.param)
    before = weights_of(model)
    losses = {"reconstruction": "mse", "probabilities": "sparse_categorical_crossentropy"}
    model.compile(keras.optimizers.Adam(0.01), losses, jit_compile=False)
    model.fit(IMAGES, {"reconstruction": IMAGES / np.float32(255), "probabilities": LABELS}, batch_size=8, verbose=0)
    return request.param, before, model


def test_only_frozen_weights_are_bit_identical_after_a_fit(fitted):
    frozen, before, model = fitted
    after = weights_of(model)
    assert len(after["encoder"]) == 5, "the moving mean and variance of batch normalization among them"
    assert all(moved(before["head"], after["head"]))
    for name in ("encoder", "decoder"):
        changed = moved(before[name], after[name])
        assert not any(changed) if frozen else all(changed)


def test_a_frozen_model_learns_with_its_head_alone(fitted):
    frozen, _, model = fitted
    trainable = {name: len(model.get_layer(name).trainable_weights) for name in ("encoder", "decoder", "head")}
    assert trainable == ({"encoder": 0, "decoder": 0, "head": 4} if frozen else {"encoder": 3, "decoder": 2, "head": 4})
    assert len(model.trainable_weights) == sum(trainable.values())


def test_a_saved_model_is_the_same_and_as_frozen(fitted, tmp_path):
    _, _, model = fitted
    save_model(model, tmp_path / "model.keras")
    again = load_model(tmp_path / "model.keras")
    assert len(again.trainable_weights) == len(model.trainable_weights)
    expected, code = model(IMAGES), extended_autoencoder_signatures(model)["encode"]({"image": IMAGES})["code"]
    for name, graph in extended_autoencoder_signatures(again).items():
        for output, values in graph({"image": IMAGES}).items():
            np.testing.assert_array_equal(values, expected.get(output, code), err_msg=name)


def test_units_and_dropout_of_the_head():
    model = extended_autoencoder(AUTOENCODERS["plain"](), CLASSES, head_units=[7, 4], dropout=0.25)
    found = model.get_layer("head").layers
    assert [layer.units for layer in found if isinstance(layer, layers.Dense)] == [7, 4, CLASSES]
    assert [layer.rate for layer in found if isinstance(layer, layers.Dropout)] == [0.25] * 3
    assert not np.array_equal(*(np.asarray(model(IMAGES, training=True)["probabilities"]) for _ in range(2)))
    assert np.array_equal(*(np.asarray(model(IMAGES)["probabilities"]) for _ in range(2)))


def test_an_own_head_is_used_itself():
    head = keras.Sequential([keras.Input((CODE_SIZE,)), layers.Dense(CLASSES, activation="softmax")], name="mine")
    model = extended_autoencoder(AUTOENCODERS["plain"](), CLASSES, head=head)
    assert [id(weights) for weights in model.get_layer("head").weights] == [id(weights) for weights in head.weights]
    code = extended_autoencoder_signatures(model)["encode"](IMAGES)["code"]
    np.testing.assert_allclose(model(IMAGES)["probabilities"], head(code), atol=1e-6)


@pytest.mark.parametrize("num_classes", [0, 1, -3, True, 2.5, "3", None])
def test_numbers_of_classes_that_cannot_be_are_refused(num_classes):
    with pytest.raises(ValueError, match=f"num_classes must be an integer of 2 or more; received {num_classes!r}"):
        extended_autoencoder(AUTOENCODERS["plain"](), num_classes)


def head_between(code_size, outputs):
    return keras.Sequential([keras.Input((code_size,)), layers.Dense(outputs)])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"head_units": (8, 0)}, r"head_units must be a list of positive integers, or empty; received \(8, 0\)"),
        ({"head_units": [2.5]}, r"or empty; received \[2.5\]"),
        ({"head_units": 8}, "or empty; received 8"),
        ({"dropout": -0.1}, "dropout must be a number from 0 to 0.9; received -0.1"),
        ({"dropout": 1}, "from 0 to 0.9; received 1"),
        ({"dropout": float("nan")}, "from 0 to 0.9; received nan"),
        ({"dropout": "0.5"}, "from 0 to 0.9; received '0.5'"),
        (
            {"head": head_between(4, CLASSES)},
            r"must turn a code of shape \(None, 5\) into \(None, 3\); received one from \(None, 4\) to \(None, 3\)",
        ),
        ({"head": head_between(CODE_SIZE, 4)}, r"received one from \(None, 5\) to \(None, 4\)"),
        ({"head": keras.Sequential([layers.Dense(CLASSES)], name="mine")}, "the head must know its input shape"),
    ],
)
def test_heads_that_cannot_be_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        extended_autoencoder(AUTOENCODERS["plain"](), CLASSES, **arguments)


def test_it_is_said_how_to_name_an_encoder():
    encoder, decoder = own_parts()
    encoder.name = "my_encoder"
    image = keras.Input(IMAGE_SHAPE, name="image")
    model = keras.Model(image, decoder(encoder(layers.Rescaling(1 / 255, name="scaling")(image))), name="mine")
    with pytest.raises(
        ValueError,
        match=r"has layers named scaling, encoder, decoder; 'mine' lacks encoder \(it has image, scaling, my_encoder, "
        r"decoder\); name them when you build the model, as in keras.Model\(..., name='encoder'\)",
    ):
        extended_autoencoder(model, CLASSES)


def skipping(image, scaled, encoder, decoder):
    rebuilt = decoder(encoder(scaled))
    return keras.Model(image, layers.Average(name="average")([rebuilt, scaled]))


def with_a_layer_between(image, scaled, encoder, decoder):
    return keras.Model(image, decoder(layers.Activation("tanh", name="tanh")(encoder(scaled))))


def encoding_twice(image, scaled, encoder, decoder):
    return keras.Model(image, decoder(encoder(decoder(encoder(scaled)))))


@pytest.mark.parametrize("build", [skipping, with_a_layer_between, encoding_twice])
def test_autoencoders_that_compute_more_than_their_parts_are_refused(build):
    image = keras.Input(IMAGE_SHAPE, name="image")
    model = build(image, layers.Rescaling(1 / 255, name="scaling")(image), *own_parts())
    with pytest.raises(ValueError, match=r"and decoder, one after another, .*; '\w+' has image, scaling, encoder, "):
        extended_autoencoder(model, CLASSES)
    assert model.get_layer("encoder").trainable, "a model that is refused stays as it was"


def test_an_encoder_that_is_no_model_is_refused():
    encoder = layers.Dense(CODE_SIZE, name="encoder")
    decoder = keras.Sequential([keras.Input((6, 6, CODE_SIZE)), layers.Dense(1)], name="decoder")
    model = keras.Sequential([keras.Input(IMAGE_SHAPE), layers.Rescaling(1 / 255, name="scaling"), encoder, decoder])
    with pytest.raises(ValueError, match=r"the encoder must be a keras.Model; received a Dense: wrap it in one"):
        extended_autoencoder(model, CLASSES)


def test_signatures_of_another_model_are_refused():
    with pytest.raises(ValueError, match=r"an extended autoencoder has layers .*'autoencoder' lacks head"):
        extended_autoencoder_signatures(AUTOENCODERS["plain"]())
