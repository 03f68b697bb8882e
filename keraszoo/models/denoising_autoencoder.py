"""Family 2: the denoising autoencoder, which sees a damaged image and rebuilds the one it was."""

from collections.abc import Sequence

import keras
from keras import layers

from keraszoo.models.checks import check_image_shape, check_number
from keraszoo.models.corruptions import RandomStrength, named_corruption
from keraszoo.models.parts import check_parts, encoder_and_decoder


def denoising_autoencoder(
    image_shape: Sequence[int],
    code_size: int | None = None,
    *,
    noise_stddev: float = 0.5,
    corruption: str | layers.Layer | None = None,
    random_strength: bool = False,
    architecture: str = "dense",
    hidden_units: Sequence[int] | None = None,
    filters: Sequence[int] | None = None,
    activation: str = "relu",
    encoder: keras.Model | None = None,
    decoder: keras.Model | None = None,
) -> keras.Model:
    """An uncompiled autoencoder that damages its input while it trains (Vincent et al., 2008).

    Compile it with a loss against the clean image: ``fit(images, images / 255)``. The input ``image`` holds pixels
    0-255, ``(batch, height, width, channels)``; the output ``reconstruction`` is in 0-1. Behind the scaling stands the
    layer ``corruption``, drawn anew for each batch and inactive at inference, and ``clipping`` to 0-1, as a picture
    file would clip.

    Args:
        image_shape: ``(height, width, channels)``, of any size.
        code_size: how many numbers an image is compressed to, as in `autoencoder`.
        noise_stddev: standard deviation of the Gaussian noise, of pixels in 0-1; from 0 to 1.
        corruption: what takes the place of ``keras.layers.GaussianNoise(noise_stddev)``: a layer from
            `keraszoo.models.corruptions` or of your own, or a text such as ``"masking:0.25"``.
        random_strength: corrupt each image at a strength of its own, from none to all of it (`RandomStrength`), so
            that the model cleans what is less noisy, or clean, as well.
        architecture: as for `autoencoder`, like all that follow.
        hidden_units: units of the dense layers, from the image to the code.
        filters: channels of the stride-2 convolutions, from the image on.
        activation: the activation of the hidden layers, by its Keras name.
        encoder: a model of your own from images in 0-1 to ``(batch, code_size)``.
        decoder: a model of your own from ``(batch, code_size)`` to images in 0-1.

    Raises:
        ValueError: for a noise that is negative, above 1 or not finite, a corruption that is none, or what
            `autoencoder` refuses.

    Example:
        >>> model = denoising_autoencoder((28, 28, 1), code_size=128, noise_stddev=0.5)
        >>> model.compile("adam", "mse")
        >>> model.fit(images, images / 255.0)  # images: uint8 (n, 28, 28, 1), clean
    """
    image_shape = check_image_shape(image_shape)
    corrupt = _corruption(corruption, noise_stddev)
    if random_strength:
        corrupt = RandomStrength(corrupt, name="random_strength")
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
    noisy_image = layers.ReLU(max_value=1.0, name="clipping")(corrupt(scaled_image))
    reconstruction = decoder(encoder(noisy_image))
    return keras.Model(image, reconstruction, name="denoising_autoencoder")


def denoising_autoencoder_signatures(model: keras.Model) -> dict[str, keras.Model]:
    """The inference graph of a trained denoising autoencoder, on its own weights, without corruption and clipping.

    Returns:
        ``denoise``: image -> reconstruction.

    Raises:
        ValueError: if the model has no layers named ``scaling``, ``encoder`` and ``decoder``.
    """
    check_parts(model, "a denoising autoencoder")
    image = keras.Input(model.input_shape[1:], name="image")
    code = model.get_layer("encoder")(model.get_layer("scaling")(image))
    return {"denoise": keras.Model(image, {"reconstruction": model.get_layer("decoder")(code)}, name="denoise")}


def _corruption(corruption: str | layers.Layer | None, noise_stddev: float) -> layers.Layer:
    if corruption is None:
        stddev = check_number("noise_stddev", noise_stddev, 0, 1, unit="of pixels in 0-1")
        return layers.GaussianNoise(stddev, name="corruption")
    if isinstance(corruption, str):
        return named_corruption(corruption)
    if not isinstance(corruption, layers.Layer):
        raise ValueError(f"corruption must be a Keras layer or a text such as masking:0.25; received {corruption!r}")
    return corruption
