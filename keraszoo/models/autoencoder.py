"""Family 1: the autoencoder, which compresses an image to a small code and rebuilds it."""

from collections.abc import Sequence

import keras
from keras import layers

from keraszoo.models.checks import check_image_shape
from keraszoo.models.parts import check_parts, encoder_and_decoder


def autoencoder(
    image_shape: Sequence[int],
    code_size: int | None = None,
    *,
    architecture: str = "dense",
    hidden_units: Sequence[int] | None = None,
    filters: Sequence[int] | None = None,
    activation: str = "relu",
    encoder: keras.Model | None = None,
    decoder: keras.Model | None = None,
) -> keras.Model:
    """An uncompiled autoencoder from pixels to a reconstruction (Hinton & Salakhutdinov, 2006).

    The input ``image`` holds pixels as they come, 0-255, of shape ``(batch, height, width, channels)``; the output
    ``reconstruction`` has the same shape in 0-1. Scaling is part of the graph. ``get_layer("encoder")`` and
    ``get_layer("decoder")`` are models of their own, between images in 0-1 and the code ``(batch, code_size)``.

    Args:
        image_shape: ``(height, width, channels)``, of any size.
        code_size: how many numbers an image is compressed to, at most as many as it has values; 32 by default. An
            encoder of your own and architectures without dense layers decide it themselves.
        architecture: ``"dense"``; ``"convolutional"``, which ends in dense layers; ``"fully_convolutional"``;
            ``"residual"``, the same with residual blocks, for denoising; ``"deep"``, convolutional with residual blocks
            and batch normalization in the encoder, for classifiers to build on.
        hidden_units: units of the dense layers, from the image to the code; the decoder mirrors them.
        filters: channels of the stride-2 convolutions, from the image on; the decoder mirrors them.
        activation: the activation of the hidden layers, by its Keras name; the encoder's convolutions have ReLU.
        encoder: a model of your own from images in 0-1 to ``(batch, code_size)``.
        decoder: a model of your own from ``(batch, code_size)`` to images in 0-1.

    Raises:
        ValueError: for a shape, size or architecture that cannot be, or an encoder and decoder that do not fit.

    Example:
        >>> model = autoencoder((28, 28, 1), code_size=30)
        >>> model.compile("adam", "mse")
        >>> model.fit(images, images / 255.0)  # images: uint8 (n, 28, 28, 1)
    """
    image_shape = check_image_shape(image_shape)
    encoder, decoder = encoder_and_decoder(
        image_shape,
        code_size,
        architecture=architecture,
        hidden_units=hidden_units,
        filters=filters,
        activation=activation,
        encoder=encoder,
        decoder=decoder,
    )
    image = keras.Input(image_shape, name="image")
    scaled_image = layers.Rescaling(1 / 255, name="scaling")(image)
    reconstruction = decoder(encoder(scaled_image))
    return keras.Model(image, reconstruction, name="autoencoder")


def autoencoder_signatures(model: keras.Model) -> dict[str, keras.Model]:
    """The inference graphs of a trained autoencoder, on its own weights.

    Returns:
        ``reconstruct``: image -> reconstruction; ``encode``: image -> code; ``decode``: code -> reconstruction.

    Raises:
        ValueError: if the model has no layers named ``scaling``, ``encoder`` and ``decoder``.
    """
    check_parts(model, "an autoencoder")
    encoder, decoder = model.get_layer("encoder"), model.get_layer("decoder")
    image = keras.Input(model.input_shape[1:], name="image")
    code = keras.Input(decoder.input_shape[1:], name="code")
    encoded = encoder(model.get_layer("scaling")(image))
    return {
        "reconstruct": keras.Model(image, {"reconstruction": decoder(encoded)}, name="reconstruct"),
        "encode": keras.Model(image, {"code": encoded}, name="encode"),
        "decode": keras.Model(code, {"reconstruction": decoder(code)}, name="decode"),
    }
