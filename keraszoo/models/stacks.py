"""The dense and convolutional stacks that the families share.

Encoders take images in 0-1 and give a code; decoders take a code and give images in 0-1. Only layers that every
shipped runtime can run are used: upsampling is a transposed convolution of kernel 4 and stride 2. Its activation is a
layer of its own, with which a converter fuses it all the same; `export` takes them apart again, as GPUs want it.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import keras
from keras import layers

ImageShape = tuple[int, int, int]

RESIDUAL_BLOCKS = 2


def dense_encoder(
    image_shape: ImageShape,
    code_size: int,
    hidden_units: Sequence[int] = (128,),
    activation: str = "relu",
) -> keras.Model:
    """Flatten, then a dense layer for each of ``hidden_units``, then a linear code.

    Returns a model named ``encoder`` from ``(batch, height, width, channels)`` in 0-1 to ``(batch, code_size)``.
    """
    image = keras.Input(image_shape, name="scaled_image")
    x = layers.Flatten(name="flatten")(image)
    for index, units in enumerate(hidden_units, start=1):
        x = layers.Dense(units, activation=activation, name=f"dense_{index}")(x)
    code = layers.Dense(code_size, name="code")(x)
    return keras.Model(image, code, name="encoder")


def dense_decoder(
    image_shape: ImageShape,
    code_size: int,
    hidden_units: Sequence[int] = (128,),
    activation: str = "relu",
) -> keras.Model:
    """The mirror of `dense_encoder`; ``hidden_units`` are given in the encoder's order.

    Returns a model named ``decoder`` from ``(batch, code_size)`` to ``(batch, height, width, channels)`` in 0-1.
    """
    code = keras.Input((code_size,), name="code")
    x = code
    for index, units in enumerate(reversed(hidden_units), start=1):
        x = layers.Dense(units, activation=activation, name=f"dense_{index}")(x)
    x = layers.Dense(math.prod(image_shape), activation="sigmoid", name="pixels")(x)
    reconstruction = layers.Reshape(image_shape, name="reconstruction")(x)
    return keras.Model(code, reconstruction, name="decoder")


def convolutional_encoder(
    image_shape: ImageShape,
    code_size: int,
    filters: Sequence[int] = (32, 64),
    hidden_units: Sequence[int] = (256,),
    activation: str = "relu",
) -> keras.Model:
    """A 4x4 convolution of stride 2 for each of ``filters``, then dense layers, then a linear code.

    The convolutions have ReLU, the dense layers ``activation``: converters fuse a ReLU into the convolution. Any other
    reads a convolution's output in int8, where values far below 0 leave few levels to those that matter.

    Returns a model named ``encoder`` from ``(batch, height, width, channels)`` in 0-1 to ``(batch, code_size)``.
    """
    image = keras.Input(image_shape, name="scaled_image")
    x = image
    for index, width in enumerate(filters, start=1):
        x = _downsampling(width, index)(x)
    x = layers.Flatten(name="flatten")(x)
    for index, units in enumerate(hidden_units, start=1):
        x = layers.Dense(units, activation=activation, name=f"dense_{index}")(x)
    code = layers.Dense(code_size, name="code")(x)
    return keras.Model(image, code, name="encoder")


def convolutional_decoder(
    image_shape: ImageShape,
    code_size: int,
    filters: Sequence[int] = (32, 64),
    hidden_units: Sequence[int] = (256,),
    activation: str = "relu",
) -> keras.Model:
    """The mirror of `convolutional_encoder`; ``filters`` and ``hidden_units`` are given in the encoder's order.

    Returns a model named ``decoder`` from ``(batch, code_size)`` to ``(batch, height, width, channels)`` in 0-1.
    """
    sides = _sides(image_shape, len(filters))
    start = (*sides[-1], filters[-1])
    code = keras.Input((code_size,), name="code")
    x = code
    for index, units in enumerate(reversed(hidden_units), start=1):
        x = layers.Dense(units, activation=activation, name=f"dense_{index}")(x)
    x = layers.Dense(math.prod(start), activation=activation, name="features")(x)
    x = layers.Reshape(start, name="feature_map")(x)
    return keras.Model(code, _upsampled(x, image_shape, filters, sides, activation), name="decoder")


def fully_convolutional_encoder(image_shape: ImageShape, filters: Sequence[int] = (32, 64)) -> keras.Model:
    """A 4x4 convolution of stride 2 with ReLU for each of ``filters``; the code is the last feature map, flattened.

    Returns a model named ``encoder`` from ``(batch, height, width, channels)`` in 0-1 to ``(batch, code_size)``, where
    ``code_size`` is the number of values of that map.
    """
    image = keras.Input(image_shape, name="scaled_image")
    x = image
    for index, width in enumerate(filters, start=1):
        x = _downsampling(width, index)(x)
    return keras.Model(image, layers.Flatten(name="code")(x), name="encoder")


def fully_convolutional_decoder(
    image_shape: ImageShape,
    filters: Sequence[int] = (32, 64),
    activation: str = "relu",
) -> keras.Model:
    """The mirror of `fully_convolutional_encoder`; ``filters`` are given in the encoder's order."""
    sides = _sides(image_shape, len(filters))
    start = (*sides[-1], filters[-1])
    code = keras.Input((math.prod(start),), name="code")
    x = layers.Reshape(start, name="feature_map")(code)
    return keras.Model(code, _upsampled(x, image_shape, filters, sides, activation), name="decoder")


def residual_encoder(image_shape: ImageShape, filters: Sequence[int] = (32,)) -> keras.Model:
    """A 4x4 convolution of stride 2 for each of ``filters``, with two residual blocks behind it (He et al., 2016).

    A block adds to its input what a 3x3 convolution makes of it after a ReLU. The code is the last feature map,
    flattened: with few halvings it holds more numbers than the image, which suits denoising, where noise keeps the
    model from copying (Vincent et al., 2010).

    Returns a model named ``encoder`` from ``(batch, height, width, channels)`` in 0-1 to ``(batch, code_size)``, where
    ``code_size`` is the number of values of that map.
    """
    image = keras.Input(image_shape, name="scaled_image")
    x = image
    for index, width in enumerate(filters, start=1):
        x = layers.Conv2D(width, 4, strides=2, padding="same", name=f"convolution_{index}")(x)
        x = _residual_blocks(x, "relu", index)
    return keras.Model(image, layers.Flatten(name="code")(x), name="encoder")


def residual_decoder(image_shape: ImageShape, filters: Sequence[int] = (32,), activation: str = "relu") -> keras.Model:
    """The mirror of `residual_encoder`; ``filters`` are given in the encoder's order."""
    sides = _sides(image_shape, len(filters))
    start = (*sides[-1], filters[-1])
    code = keras.Input((math.prod(start),), name="code")
    x = layers.Reshape(start, name="feature_map")(code)
    widths = [*reversed(filters[:-1]), image_shape[-1]]
    for index, (width, side) in enumerate(zip(widths, reversed(sides[:-1]), strict=True), start=1):
        x = _residual_blocks(x, activation, index)
        x = layers.Activation(activation, name=f"activation_{index}")(x)
        x = _upsampling(x, width, side, index)
    return keras.Model(code, layers.Activation("sigmoid", name="reconstruction")(x), name="decoder")


def deep_encoder(
    image_shape: ImageShape,
    code_size: int,
    filters: Sequence[int] = (32, 64),
    hidden_units: Sequence[int] = (256,),
    activation: str = "relu",
) -> keras.Model:
    """As `convolutional_encoder`, with five times as many convolutions and batch normalization behind each of them.

    The first keeps the size of the image. Behind each of stride 2 stands a residual block of two 3x3 convolutions, with
    ReLU after the sum (He et al., 2016); converters fold the normalization (Ioffe & Szegedy, 2015) into the kernels.

    Returns a model named ``encoder`` from ``(batch, height, width, channels)`` in 0-1 to ``(batch, code_size)``.
    """
    image = keras.Input(image_shape, name="scaled_image")
    x = layers.ReLU(name="activation_0")(_normalized(image, filters[0], 3, "convolution_0"))
    for index, width in enumerate(filters, start=1):
        x = _normalized(x, width, 4, f"convolution_{index}", strides=2)
        x = layers.ReLU(name=f"activation_{index}")(x)
        change = _normalized(x, width, 3, f"block_{index}_1")
        change = layers.ReLU(name=f"block_{index}_1_activation")(change)
        change = _normalized(change, width, 3, f"block_{index}_2")
        x = layers.Add(name=f"block_{index}")([x, change])
        x = layers.ReLU(name=f"block_{index}_activation")(x)
    x = layers.Flatten(name="flatten")(x)
    for index, units in enumerate(hidden_units, start=1):
        x = layers.Dense(units, activation=activation, name=f"dense_{index}")(x)
    code = layers.Dense(code_size, name="code")(x)
    return keras.Model(image, code, name="encoder")


def _normalized(x: Any, width: int, size: int, name: str, strides: int = 1) -> Any:
    x = layers.Conv2D(width, size, strides=strides, padding="same", use_bias=False, name=name)(x)
    return layers.BatchNormalization(name=f"{name}_normalization")(x)


def _residual_blocks(x: Any, activation: str, index: int) -> Any:
    for block in range(1, RESIDUAL_BLOCKS + 1):
        name = f"block_{index}_{block}"
        change = layers.Activation(activation, name=f"{name}_activation")(x)
        change = layers.Conv2D(x.shape[-1], 3, padding="same", name=f"{name}_convolution")(change)
        x = layers.Add(name=name)([x, change])
    return x


def _downsampling(width: int, index: int) -> layers.Layer:
    return layers.Conv2D(width, 4, strides=2, padding="same", activation="relu", name=f"convolution_{index}")


def _sides(image_shape: ImageShape, halvings: int) -> list[tuple[int, int]]:
    """Height and width of the image, and after each convolution of stride 2."""
    sides = [image_shape[:2]]
    for _ in range(halvings):
        sides.append((math.ceil(sides[-1][0] / 2), math.ceil(sides[-1][1] / 2)))
    return sides


def _upsampled(
    x: Any, image_shape: ImageShape, filters: Sequence[int], sides: Sequence[tuple[int, int]], activation: str
) -> Any:
    """From the smallest feature map to an image in 0-1."""
    widths = [*reversed(filters[:-1]), image_shape[-1]]
    for index, (width, side) in enumerate(zip(widths, reversed(sides[:-1]), strict=True), start=1):
        last = index == len(widths)
        x = _upsampling(x, width, side, index)
        name = "reconstruction" if last else f"activation_{index}"
        x = layers.Activation("sigmoid" if last else activation, name=name)(x)
    return x


def _upsampling(x: Any, width: int, side: tuple[int, int], index: int) -> Any:
    """Twice as high and wide, cropped to ``side``.

    A side that is odd on the way down is rebuilt one pixel larger on the way up and cropped, so every image shape
    comes back as it was.
    """
    x = layers.Conv2DTranspose(width, 4, strides=2, padding="same", name=f"upsampling_{index}")(x)
    excess = [2 * math.ceil(s / 2) - s for s in side]
    if any(excess):
        x = layers.Cropping2D(((0, excess[0]), (0, excess[1])), name=f"cropping_{index}")(x)
    return x


@dataclass(frozen=True)
class Architecture:
    """What builds an encoder and its decoder, which sizes both take, and whether these alone fix the code's size."""

    encoder: Callable[..., keras.Model]
    decoder: Callable[..., keras.Model]
    sizes: tuple[str, ...]
    fixes_code_size: bool = False


ARCHITECTURES = {
    "dense": Architecture(dense_encoder, dense_decoder, ("hidden_units",)),
    "convolutional": Architecture(convolutional_encoder, convolutional_decoder, ("hidden_units", "filters")),
    "fully_convolutional": Architecture(
        fully_convolutional_encoder, fully_convolutional_decoder, ("filters",), fixes_code_size=True
    ),
    "residual": Architecture(residual_encoder, residual_decoder, ("filters",), fixes_code_size=True),
    "deep": Architecture(deep_encoder, convolutional_decoder, ("hidden_units", "filters")),
}
