"""Family 1: the autoencoder, which compresses an image to a small code and rebuilds it."""

import math
from collections.abc import Sequence
from typing import Any

import keras
from keras import layers

from keraszoo.models import stacks
from keraszoo.models.checks import check_image_shape, check_positive


def autoencoder(
    image_shape: Sequence[int],
    code_size: int = 32,
    *,
    architecture: str = "dense",
    hidden_units: Sequence[int] = (128,),
    filters: Sequence[int] = (32, 64),
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
        code_size: how many numbers an image is compressed to, at most as many as it has values.
        architecture: ``"dense"``, or ``"convolutional"`` (which also uses ``filters``).
        hidden_units: units of the dense layers, from the image to the code; the decoder mirrors them.
        filters: channels of the stride-2 convolutions, from the image on; the decoder mirrors them.
        activation: the activation of every hidden layer, by its Keras name.
        encoder: a model of your own from images in 0-1 to ``(batch, code_size)``; ``code_size`` is read off it.
        decoder: a model of your own from ``(batch, code_size)`` to images in 0-1.

    Raises:
        ValueError: for a shape, size or architecture that cannot be, or an encoder and decoder that do not fit.

    Example:
        >>> model = autoencoder((28, 28, 1), code_size=30)
        >>> model.compile("adam", "mse")
        >>> model.fit(images, images / 255.0)  # images: uint8 (n, 28, 28, 1)
    """
    image_shape = check_image_shape(image_shape)
    _check_built({"encoder": encoder, "decoder": decoder})
    if encoder is not None:
        code_size = _code_size_of(encoder, image_shape)
    _check_code_size(code_size, image_shape)
    if architecture not in stacks.ARCHITECTURES:
        names = ", ".join(stacks.ARCHITECTURES)
        raise ValueError(f"architecture must be one of {names}; received {architecture!r}")
    sizes: dict[str, Any] = {"hidden_units": hidden_units}
    if architecture == "convolutional":
        sizes["filters"] = filters
    check_positive(sizes)

    build_encoder, build_decoder = stacks.ARCHITECTURES[architecture]
    if encoder is None:
        encoder = build_encoder(image_shape, code_size, activation=activation, **sizes)
    if decoder is None:
        decoder = build_decoder(image_shape, code_size, activation=activation, **sizes)
    if decoder.input_shape[1:] != (code_size,) or decoder.output_shape[1:] != image_shape:
        raise ValueError(
            f"the decoder must turn (batch, {code_size}) into (batch, {', '.join(map(str, image_shape))}); "
            f"received one from {decoder.input_shape} to {decoder.output_shape}"
        )
    encoder, decoder = _named(encoder, "encoder"), _named(decoder, "decoder")

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
    names = [layer.name for layer in model.layers]
    missing = [name for name in ("scaling", "encoder", "decoder") if name not in names]
    if missing:
        raise ValueError(
            f"an autoencoder has layers named scaling, encoder and decoder; {model.name!r} lacks {', '.join(missing)} "
            f"(it has {', '.join(names)}); name them when you build the model"
        )
    encoder, decoder = model.get_layer("encoder"), model.get_layer("decoder")
    image = keras.Input(model.input_shape[1:], name="image")
    code = keras.Input(decoder.input_shape[1:], name="code")
    encoded = encoder(model.get_layer("scaling")(image))
    return {
        "reconstruct": keras.Model(image, {"reconstruction": decoder(encoded)}, name="reconstruct"),
        "encode": keras.Model(image, {"code": encoded}, name="encode"),
        "decode": keras.Model(code, {"reconstruction": decoder(code)}, name="decode"),
    }


def _check_code_size(code_size: int, image_shape: tuple[int, int, int]) -> None:
    values = math.prod(image_shape)
    if not isinstance(code_size, int) or not 1 <= code_size <= values:
        raise ValueError(
            f"code_size must be an integer from 1 to {values}, the values in an image of shape {image_shape}; "
            f"received {code_size!r}"
        )


def _check_built(models: dict[str, keras.Model | None]) -> None:
    for name, model in models.items():
        if model is not None and not model.built:
            raise ValueError(
                f"the {name} must know its input shape, which {model.name!r} does not: begin with keras.Input"
            )


def _code_size_of(encoder: keras.Model, image_shape: tuple[int, int, int]) -> int:
    if encoder.input_shape[1:] != image_shape or len(encoder.output_shape) != 2:
        raise ValueError(
            f"the encoder must turn (batch, {', '.join(map(str, image_shape))}) into (batch, code_size); "
            f"received one from {encoder.input_shape} to {encoder.output_shape}"
        )
    return encoder.output_shape[-1]


def _named(model: keras.Model, name: str) -> keras.Model:
    """The model itself if it has that name, else the same layers under it."""
    return model if model.name == name else keras.Model(model.inputs, model.outputs[0], name=name)
