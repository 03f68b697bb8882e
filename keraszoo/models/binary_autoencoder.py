"""Family 3: the binary-code autoencoder, which turns an image into a short bit string to find similar images by."""

import math
from collections.abc import Sequence

import keras
from keras import layers, ops

from keraszoo.models.checks import check_image_shape, check_number
from keraszoo.models.parts import check_parts, encoder_and_decoder

LARGEST_NOISE = 16.0
"""Keras's `GaussianNoise` takes a standard deviation of at most 1: the logits are divided by this before it."""


def binary_autoencoder(
    image_shape: Sequence[int],
    bits: int = 32,
    *,
    noise_stddev: float = 4.0,
    architecture: str = "dense",
    hidden_units: Sequence[int] | None = None,
    filters: Sequence[int] | None = None,
    activation: str = "relu",
    encoder: keras.Model | None = None,
    decoder: keras.Model | None = None,
) -> keras.Model:
    """An uncompiled autoencoder whose code is a row of sigmoids close to 0 and 1 (Salakhutdinov & Hinton, 2009).

    The input ``image`` holds pixels 0-255, ``(batch, height, width, channels)``; the outputs are a dictionary:
    ``reconstruction``, an image in 0-1, and ``soft_code``, ``(batch, bits)`` in 0-1. While it trains, noise is added
    to the logits of the code, which only those far from 0 withstand; at inference there is none. The sub-model
    ``encoder`` gives logits, ``decoder`` takes soft codes or bits.

    Args:
        image_shape: ``(height, width, channels)``, of any size.
        bits: length of the code, at most as many as an image has values; any number, not only multiples of 8.
        noise_stddev: standard deviation of the Gaussian noise on the logits, from 0 to 16.
        architecture: ``"dense"`` or ``"convolutional"``, as for `autoencoder`, like all that follow.
        hidden_units: units of the dense layers, from the image to the code; the decoder mirrors them.
        filters: channels of the stride-2 convolutions, from the image on; the decoder mirrors them.
        activation: the activation of the hidden layers, by its Keras name.
        encoder: a model of your own from images in 0-1 to logits ``(batch, bits)``.
        decoder: a model of your own from codes ``(batch, bits)`` in 0-1 to images in 0-1.

    Raises:
        ValueError: for a number of bits or a noise that cannot be, or what `autoencoder` refuses.

    Example:
        >>> model = binary_autoencoder((28, 28, 1), bits=32)
        >>> model.compile("adam", {"reconstruction": "mse", "soft_code": None})
        >>> model.fit(images, {"reconstruction": images / 255.0})  # images: uint8 (n, 28, 28, 1)
    """
    image_shape = check_image_shape(image_shape)
    values = math.prod(image_shape)
    if isinstance(bits, bool) or not isinstance(bits, int) or not 1 <= bits <= values:
        raise ValueError(
            f"bits must be an integer from 1 to {values}, the values in an image of shape {image_shape}; "
            f"received {bits!r}"
        )
    noise_stddev = check_number("noise_stddev", noise_stddev, 0, LARGEST_NOISE)
    encoder, decoder = encoder_and_decoder(
        image_shape,
        bits,
        architecture=architecture,
        hidden_units=hidden_units,
        filters=filters,
        activation=activation,
        encoder=encoder,
        decoder=decoder,
    )
    image = keras.Input(image_shape, name="image")
    logits = encoder(layers.Rescaling(1 / 255, name="scaling")(image))
    x = layers.Rescaling(1 / LARGEST_NOISE, name="noise_scaling")(logits)
    x = layers.GaussianNoise(noise_stddev / LARGEST_NOISE, name="noise")(x)
    x = layers.Rescaling(LARGEST_NOISE, name="noisy_logits")(x)
    soft_code = layers.Activation("sigmoid", name="soft_code")(x)
    outputs = {"reconstruction": decoder(soft_code), "soft_code": soft_code}
    return keras.Model(image, outputs, name="binary_autoencoder")


def binary_autoencoder_signatures(model: keras.Model) -> dict[str, keras.Model]:
    """The inference graphs of a trained binary-code autoencoder, on its own weights, without the noise.

    Returns:
        ``hash``: image -> soft_code ``(batch, bits)`` in 0-1 and bits, the same rounded to 0 and 1;
        ``decode``: bits (or a soft code) -> reconstruction.

    Raises:
        ValueError: if the model has no layers named ``scaling``, ``encoder`` and ``decoder``.
    """
    check_parts(model, "a binary-code autoencoder")
    encoder, decoder = model.get_layer("encoder"), model.get_layer("decoder")
    image = keras.Input(model.input_shape[1:], name="image")
    bits = keras.Input(decoder.input_shape[1:], name="bits")
    soft_code = layers.Activation("sigmoid", name="soft_code")(encoder(model.get_layer("scaling")(image)))
    # ROUND would be one operator less, but LiteRT's reference kernels lack it.
    rounded = ops.cast(ops.greater(soft_code, 0.5), soft_code.dtype)
    return {
        "hash": keras.Model(image, {"soft_code": soft_code, "bits": rounded}, name="hash"),
        "decode": keras.Model(bits, {"reconstruction": decoder(bits)}, name="decode"),
    }
