"""The encoder and decoder that all families are put together from: who decides the code's size, and what is refused."""

import keras
import numpy as np
import pytest
from keras import layers

from keraszoo.models.parts import check_parts, encoder_and_decoder
from keraszoo.models.stacks import ARCHITECTURES

IMAGE_SHAPE = (8, 8, 1)


def own_encoder(code_size, name="encoder"):
    return keras.Sequential([keras.Input(IMAGE_SHAPE), layers.Flatten(), layers.Dense(code_size)], name=name)


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_decoders_mirror_encoders_on_default_sizes(architecture):
    encoder, decoder = encoder_and_decoder(IMAGE_SHAPE, architecture=architecture)
    assert (encoder.name, decoder.name) == ("encoder", "decoder")
    assert encoder.input_shape == decoder.output_shape == (None, *IMAGE_SHAPE)
    assert encoder.output_shape == decoder.input_shape


@pytest.mark.parametrize(("image_shape", "code_size"), [((8, 8, 1), 32), ((3, 4, 1), 12)])
def test_the_usual_code_is_no_larger_than_the_image(image_shape, code_size):
    encoder, _ = encoder_and_decoder(image_shape, hidden_units=(4,))
    assert encoder.output_shape == (None, code_size)


def test_the_fully_convolutional_code_is_the_last_feature_map():
    encoder, decoder = encoder_and_decoder(IMAGE_SHAPE, 20, architecture="fully_convolutional", filters=(3, 5))
    assert not any(isinstance(layer, layers.Dense) for layer in (*encoder.layers, *decoder.layers))
    assert [layer.filters for layer in encoder.layers if isinstance(layer, layers.Conv2D)] == [3, 5]
    assert [layer.filters for layer in decoder.layers if isinstance(layer, layers.Conv2DTranspose)] == [3, 1]
    images = np.random.default_rng(0).random((2, *IMAGE_SHAPE), np.float32)
    feature_map = keras.Model(encoder.input, encoder.get_layer("convolution_2").output)(images)
    np.testing.assert_array_equal(encoder(images), np.reshape(feature_map, (2, 2 * 2 * 5)))


def test_residual_blocks_pass_on_what_they_are_given():
    encoder, _ = encoder_and_decoder(IMAGE_SHAPE, architecture="residual", filters=(3,))
    for block in (1, 2):
        convolution = encoder.get_layer(f"block_1_{block}_convolution")
        convolution.set_weights([np.zeros_like(weights) for weights in convolution.get_weights()])
    images = np.random.default_rng(0).random((2, *IMAGE_SHAPE), np.float32)
    feature_map = keras.Model(encoder.input, encoder.get_layer("convolution_1").output)(images)
    np.testing.assert_array_equal(encoder(images), np.reshape(feature_map, (2, -1)))


def test_own_models_are_used_themselves_and_are_only_renamed():
    mine = own_encoder(3, "mine")
    encoder, decoder = encoder_and_decoder(IMAGE_SHAPE, encoder=mine, hidden_units=(4,))
    assert encoder.name == "encoder"
    assert [id(weights) for weights in encoder.weights] == [id(weights) for weights in mine.weights]
    assert decoder.input_shape == (None, 3)
    named = own_encoder(3)
    assert encoder_and_decoder(IMAGE_SHAPE, 3, encoder=named)[0] is named


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            {"filters": (4,)},
            "the architecture 'dense' has no filters; leave filters out, or choose the architecture "
            "convolutional or fully_convolutional or residual or deep",
        ),
        (
            {"architecture": "fully_convolutional", "hidden_units": (4,)},
            "the architecture 'fully_convolutional' has no hidden_units; leave hidden_units out, or choose the "
            "architecture dense or convolutional or deep",
        ),
        (
            {"architecture": "fully_convolutional", "filters": (3, 5), "code_size": 21},
            "the encoder gives a code of 20 numbers; received 21, ask for 20",
        ),
        (
            {"encoder": own_encoder(3), "code_size": 4},
            "the encoder gives a code of 3 numbers; received 4, ask for 3",
        ),
        (
            {"architecture": "fuly", "code_size": 4},
            "architecture must be one of dense, convolutional, fully_convolutional, residual, deep; received 'fuly'.",
        ),
    ],
)
def test_sizes_that_nothing_would_use_are_refused(arguments, message):
    with pytest.raises(ValueError) as error:  # noqa: PT011 - the whole message is compared
        encoder_and_decoder(IMAGE_SHAPE, **arguments)
    assert str(error.value) == message


def test_parts_are_looked_for_by_name():
    image = keras.Input(IMAGE_SHAPE, name="image")
    scaled = layers.Rescaling(1 / 255, name="scaling")(image)
    encoder, decoder = encoder_and_decoder(IMAGE_SHAPE, 3)
    check_parts(keras.Model(image, decoder(encoder(scaled))), "a model")
    with pytest.raises(ValueError, match=r"a model has layers named .*'half' lacks decoder \(it has image, scaling, e"):
        check_parts(keras.Model(image, encoder(scaled), name="half"), "a model")
