"""Layers that damage images while a model trains and pass them on untouched when it is used.

Each may take the place of ``keras.layers.GaussianNoise`` in front of an autoencoder: images in 0-1, shape
``(batch, height, width, channels)``, go in and come out. What is random is drawn anew at every call.
"""

import math
from numbers import Real
from typing import Any

import keras
from keras import layers, ops

from keraszoo.names import nearest_name_hint

IMAGES = layers.InputSpec(ndim=4)


@keras.saving.register_keras_serializable(package="keraszoo")
class PixelMasking(layers.Layer):
    """Sets a share of the pixels to 0, all channels of a pixel together (Vincent et al. 2008, denoising autoencoders).

    Args:
        share: the probability of each pixel, 0-1.
        seed: an integer to draw the same pixels again; from Keras's own seed if not given.

    Raises:
        ValueError: ``share`` is no number within 0-1.
    """

    def __init__(self, share: float, seed: int | None = None, **options: Any) -> None:
        super().__init__(**options)
        self.share = _checked_share(share)
        self.seed = seed
        self.seed_generator = keras.random.SeedGenerator(seed)
        self.input_spec = IMAGES

    def call(self, inputs: Any, training: bool = False) -> Any:
        if not training:
            return inputs
        hit = _chances(inputs, self.seed_generator) < self.share
        return ops.where(hit, ops.zeros_like(inputs), inputs)

    def compute_output_shape(self, input_shape: Any) -> Any:
        return input_shape

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "share": self.share, "seed": self.seed}


@keras.saving.register_keras_serializable(package="keraszoo")
class SaltAndPepper(layers.Layer):
    """Turns a share of the pixels black or white, with equal chance, all channels of a pixel together.

    Args and errors are those of `PixelMasking`.
    """

    def __init__(self, share: float, seed: int | None = None, **options: Any) -> None:
        super().__init__(**options)
        self.share = _checked_share(share)
        self.seed = seed
        self.seed_generator = keras.random.SeedGenerator(seed)
        self.input_spec = IMAGES

    def call(self, inputs: Any, training: bool = False) -> Any:
        if not training:
            return inputs
        chances = _chances(inputs, self.seed_generator)
        peppered = ops.where(chances < self.share / 2, ops.zeros_like(inputs), inputs)
        return ops.where(chances >= 1 - self.share / 2, ops.ones_like(inputs), peppered)

    def compute_output_shape(self, input_shape: Any) -> Any:
        return input_shape

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "share": self.share, "seed": self.seed}


@keras.saving.register_keras_serializable(package="keraszoo")
class LowerResolution(layers.Layer):
    """Averages blocks of pixels and enlarges the result again, as a picture from a lesser camera was.

    Blocks of ``factor`` by ``factor`` pixels become one, which bilinear interpolation brings back to the size
    they had. At the lower and right border incomplete blocks are filled up with the image's reflection. Nothing
    here is random, so there is no seed.

    Args:
        factor: the side of a block in pixels, 1 (which changes nothing) to the image's shorter side.

    Raises:
        ValueError: ``factor`` is no whole number above 0 or, at the first call, larger than the image; or the
            image's height or width is not known.
    """

    def __init__(self, factor: int, **options: Any) -> None:
        super().__init__(**options)
        if not _is_number(factor) or not math.isfinite(factor) or factor < 1 or factor != int(factor):
            raise ValueError(f"expected factor as a whole number of 1 or more, received {factor!r}; choose another")
        self.factor = int(factor)
        self.input_spec = IMAGES

    def build(self, input_shape: Any) -> None:
        sides = input_shape[1:3]
        if None in sides:
            raise ValueError(f"expected images of a known height and width, received {input_shape}; fix both")
        if self.factor > min(sides):
            raise ValueError(
                f"expected factor 1 to {min(sides)}, the shorter side of images of {sides[0]}x{sides[1]} pixels, "
                f"received {self.factor}; choose a smaller one"
            )
        super().build(input_shape)

    def call(self, inputs: Any, training: bool = False) -> Any:
        if not training:
            return inputs
        height, width = inputs.shape[1:3]
        below, right = -height % self.factor, -width % self.factor
        whole = ops.pad(inputs, ((0, 0), (0, below), (0, right), (0, 0)), mode="symmetric")
        # The strides are named although they are the default: on JAX, Keras derives them wrongly.
        small = ops.average_pool(whole, self.factor, strides=self.factor, data_format="channels_last")
        sides = (height + below, width + right)
        enlarged = ops.image.resize(small, sides, interpolation="bilinear", data_format="channels_last")
        return ops.cast(enlarged[:, :height, :width], inputs.dtype)

    def compute_output_shape(self, input_shape: Any) -> Any:
        return input_shape

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "factor": self.factor}


@keras.saving.register_keras_serializable(package="keraszoo")
class RandomStrength(layers.Layer):
    """Applies another corruption at a strength of its own to each image, from none to all of it.

    ``image + u * (corruption(image) - image)`` with one ``u`` an image, uniform in 0-1. A model that learns from
    every strength cleans without being told which (blind denoising, Zhang et al. 2017, "Beyond a Gaussian
    denoiser", DnCNN-B).

    Args:
        corruption: a layer that damages images while training, such as ``keras.layers.GaussianNoise(0.7)``.
        seed: an integer to draw the same strengths again; from Keras's own seed if not given.

    Raises:
        ValueError: ``corruption`` is no Keras layer.
    """

    def __init__(self, corruption: layers.Layer, seed: int | None = None, **options: Any) -> None:
        super().__init__(**options)
        if not isinstance(corruption, layers.Layer):
            raise ValueError(f"expected corruption as a Keras layer, received {corruption!r}; build one")
        self.corruption = corruption
        self.seed = seed
        self.seed_generator = keras.random.SeedGenerator(seed)
        self.input_spec = IMAGES

    def build(self, input_shape: Any) -> None:
        if not self.corruption.built:
            self.corruption.build(input_shape)
        super().build(input_shape)

    def call(self, inputs: Any, training: bool = False) -> Any:
        if not training:
            return inputs
        strength = keras.random.uniform((ops.shape(inputs)[0], 1, 1, 1), seed=self.seed_generator)
        damage = ops.cast(self.corruption(inputs, training=True), inputs.dtype) - inputs
        return inputs + ops.cast(strength, inputs.dtype) * damage

    def compute_output_shape(self, input_shape: Any) -> Any:
        return input_shape

    def get_config(self) -> dict[str, Any]:
        corruption = keras.saving.serialize_keras_object(self.corruption)
        return {**super().get_config(), "corruption": corruption, "seed": self.seed}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> "RandomStrength":
        corruption = keras.saving.deserialize_keras_object(config["corruption"])
        return cls(**{**config, "corruption": corruption})


CORRUPTIONS: dict[str, tuple[type[layers.Layer], float]] = {
    "gaussian_noise": (layers.GaussianNoise, 0.5),
    "masking": (PixelMasking, 0.25),
    "salt_and_pepper": (SaltAndPepper, 0.1),
    "lower_resolution": (LowerResolution, 2),
}
"""By name, the corruptions to choose from, and the strength of each, its first argument, where none is given."""


def named_corruption(text: str) -> layers.Layer:
    """The corruption of a text such as ``"masking"`` or ``"masking:0.4"``, a row of `CORRUPTIONS` and its strength.

    Raises:
        ValueError: for an unknown name, with the nearest suggested, or a strength that is no number or out of range.
    """
    name, _, strength = text.partition(":")
    if name not in CORRUPTIONS:
        hint = nearest_name_hint(name, CORRUPTIONS)
        raise ValueError(f"expected a corruption ({', '.join(CORRUPTIONS)}), received {name!r}.{hint}")
    layer, usual = CORRUPTIONS[name]
    try:
        number = float(strength or usual)
    except ValueError:
        raise ValueError(f"expected a number after {name}: as its strength, received {text!r}") from None
    try:
        return layer(number, name="corruption")
    except ValueError as error:
        raise ValueError(f"corruption {text!r}: {error}") from None


def _chances(images: Any, seed: keras.random.SeedGenerator) -> Any:
    """One number in 0-1 for each pixel, the same for all its channels."""
    batch, height, width, _ = ops.shape(images)
    # In float32 also where layers compute in float16, whose coarse steps would shift the share.
    return keras.random.uniform((batch, height, width, 1), dtype="float32", seed=seed)


def _checked_share(share: float) -> float:
    if not _is_number(share) or not 0 <= share <= 1:
        raise ValueError(f"expected share as a number within 0-1, received {share!r}; choose another")
    return float(share)


def _is_number(value: object) -> bool:
    return isinstance(value, Real) and not isinstance(value, bool)
