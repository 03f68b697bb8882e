"""The encoder and the decoder that every family of autoencoders is put together from."""

import math
from collections.abc import Sequence
from typing import Any

import keras

from keraszoo.models.checks import check_positive
from keraszoo.models.stacks import ARCHITECTURES
from keraszoo.names import check_choice

CODE_SIZE = 32


def encoder_and_decoder(
    image_shape: tuple[int, int, int],
    code_size: int | None = None,
    *,
    architecture: str = "dense",
    hidden_units: Sequence[int] | None = None,
    filters: Sequence[int] | None = None,
    activation: str = "relu",
    encoder: keras.Model | None = None,
    decoder: keras.Model | None = None,
) -> tuple[keras.Model, keras.Model]:
    """Models named ``encoder`` and ``decoder``, between images in 0-1 and the code ``(batch, code_size)``.

    Args:
        image_shape: ``(height, width, channels)``.
        code_size: numbers in the code, at most as many as an image has values; 32 if neither a custom encoder nor the
            architecture decides it.
        architecture: a row of `ARCHITECTURES`.
        hidden_units: units of the dense layers, from the image to the code.
        filters: channels of the stride-2 convolutions, from the image on.
        activation: the activation of the hidden layers, by its Keras name.
        encoder: a model to use in place of a new encoder.
        decoder: a model to use in place of a new decoder.

    Raises:
        ValueError: for sizes that cannot be or that the architecture does not take, or models that do not fit.
    """
    _check_built({"encoder": encoder, "decoder": decoder})
    check_choice("architecture", architecture, ARCHITECTURES)
    _check_activation(activation)
    row = ARCHITECTURES[architecture]
    sizes = _checked_sizes(architecture, {"hidden_units": hidden_units, "filters": filters})

    if encoder is None and row.fixes_code_size:
        encoder = row.encoder(image_shape, **sizes)
    if encoder is not None:
        found = _code_size_of(encoder, image_shape)
        if code_size not in (None, found):
            raise ValueError(f"the encoder gives a code of {found} numbers; received {code_size}, ask for {found}")
        code_size = found
    else:
        code_size = min(CODE_SIZE, math.prod(image_shape)) if code_size is None else code_size
        _check_code_size(code_size, image_shape)
        encoder = row.encoder(image_shape, code_size, activation=activation, **sizes)
    if decoder is None:
        given = () if row.fixes_code_size else (code_size,)
        decoder = row.decoder(image_shape, *given, activation=activation, **sizes)
    if decoder.input_shape[1:] != (code_size,) or decoder.output_shape[1:] != image_shape:
        raise ValueError(
            f"the decoder must turn (batch, {code_size}) into (batch, {', '.join(map(str, image_shape))}); "
            f"received one from {decoder.input_shape} to {decoder.output_shape}"
        )
    return named(encoder, "encoder"), named(decoder, "decoder")


def check_parts(model: keras.Model, kind: str, parts: Sequence[str] = ("scaling", "encoder", "decoder")) -> None:
    """Raise a ``ValueError`` unless the model has the layers that the inference graphs are made of."""
    names = [layer.name for layer in model.layers]
    missing = [name for name in parts if name not in names]
    if missing:
        raise ValueError(
            f"{kind} has layers named {', '.join(parts)}; {model.name!r} lacks {', '.join(missing)} (it has "
            f"{', '.join(names)}); name them when you build the model, as in keras.Model(..., name={missing[0]!r})"
        )


def _checked_sizes(architecture: str, sizes: dict[str, Any]) -> dict[str, Any]:
    """Those sizes that are given, each one that the architecture takes."""
    given = {name: values for name, values in sizes.items() if values is not None}
    for name in given:
        if name not in ARCHITECTURES[architecture].sizes:
            takers = [other for other, row in ARCHITECTURES.items() if name in row.sizes]
            raise ValueError(
                f"the architecture {architecture!r} has no {name}; leave {name} out, or choose the architecture "
                f"{' or '.join(takers)}"
            )
    check_positive(given)
    return given


def _check_activation(activation: Any) -> None:
    try:
        keras.activations.get(activation)
    except ValueError:
        helpers = {"deserialize", "get", "serialize"}
        known = [name for name in dir(keras.activations) if not name.startswith("_") and name not in helpers]
        check_choice("activation", activation, known)


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


def named(model: keras.Model, name: str) -> keras.Model:
    """The model itself if it has that name, else the same layers under it."""
    return model if model.name == name else keras.Model(model.inputs, model.outputs[0], name=name)
