"""Family 4: the extended autoencoder, an autoencoder that also classifies, by its code."""

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
from keras import layers

from keraszoo.models.checks import check_number
from keraszoo.models.parts import check_parts, named

KIND = "an autoencoder to be extended"
LARGEST_DROPOUT = 0.9
LARGEST_DIFFERENCE = 1e-4


def extended_autoencoder(
    autoencoder: keras.Model,
    num_classes: int,
    *,
    freeze_encoder: bool = True,
    head_units: Sequence[int] = (),
    dropout: float = 0.0,
    head: keras.Model | None = None,
) -> keras.Model:
    """An uncompiled model with the layers of a trained autoencoder and a classifier on its code.

    The input ``image`` holds pixels 0-255, ``(batch, height, width, channels)``; the outputs are ``reconstruction``, in
    0-1, and ``probabilities``, ``(batch, num_classes)``. The layers are the autoencoder's own, not copies: what one
    model learns the other knows. Noise and corruption of a denoising or binary-code autoencoder stay, and stay inactive
    at inference.

    Args:
        autoencoder: one of the zoo's, or any that is a layer named ``scaling``, which takes pixels to 0-1, and models
            named ``encoder`` and ``decoder``, one after another; other layers only if they are inactive at inference.
        num_classes: 2 or more.
        freeze_encoder: set ``trainable=False`` on the encoder and the decoder, so that only the head learns and batch
            normalization among their layers stays in inference mode. Compile again after changing it.
        head_units: units of the dense layers between the code and the probabilities; none makes it a linear head.
        dropout: share of the head's inputs that are dropped while it trains, from 0 to 0.9.
        head: a model of your own from the code ``(batch, code_size)`` to ``(batch, num_classes)`` probabilities.

    Raises:
        ValueError: for a number of classes, a size or a dropout that cannot be, an autoencoder without those names or
            that computes more than they do, or a head that does not fit.

    Example:
        >>> model = extended_autoencoder(keras.saving.load_model("model.keras"), num_classes=10)
        >>> model.compile("adam", {"probabilities": "sparse_categorical_crossentropy"})
        >>> model.fit(images, {"probabilities": labels})  # images: uint8 (n, 28, 28, 1), labels: (n,)
    """
    if isinstance(num_classes, bool) or not isinstance(num_classes, int) or num_classes < 2:
        raise ValueError(f"num_classes must be an integer of 2 or more; received {num_classes!r}")
    check_parts(autoencoder, KIND)
    encoder, decoder = autoencoder.get_layer("encoder"), autoencoder.get_layer("decoder")
    _check_models(encoder=encoder, decoder=decoder)
    image = keras.Input(autoencoder.input_shape[1:], name="image")
    reconstruction, code = _applied(autoencoder, image)
    if head is None:
        head = _head(code.shape[1:], num_classes, head_units, check_number("dropout", dropout, 0, LARGEST_DROPOUT))
    _check_head(head, code.shape, num_classes)
    outputs = {"reconstruction": reconstruction, "probabilities": named(head, "head")(code)}
    model = keras.Model(image, outputs, name="extended_autoencoder")
    _check_same(autoencoder, model)
    set_trainable(model, encoder=not freeze_encoder, decoder=not freeze_encoder)
    return model


def extended_autoencoder_signatures(model: keras.Model) -> dict[str, keras.Model]:
    """The inference graphs of a trained extended autoencoder, on its own weights, without noise.

    Returns:
        ``classify``: image -> probabilities; ``encode``: image -> code; ``reconstruct``: image -> reconstruction.

    Raises:
        ValueError: if the model has no layers named ``scaling``, ``encoder``, ``decoder`` and ``head``.
    """
    check_parts(model, "an extended autoencoder", ("scaling", "encoder", "decoder", "head"))

    def graph(name: str, output: str, *rest: Any) -> keras.Model:
        image = keras.Input(model.input_shape[1:], name="image")
        x = model.get_layer("encoder")(model.get_layer("scaling")(image))
        for layer in rest:
            x = layer(x)
        return keras.Model(image, {output: x}, name=name)

    # A binary-code autoencoder decodes what a sigmoid makes of its code; what else stands there is noise.
    has_bits = "soft_code" in [layer.name for layer in model.layers]
    soft_code = [layers.Activation("sigmoid", name="soft_code")] if has_bits else []
    return {
        "classify": graph("classify", "probabilities", model.get_layer("head")),
        "encode": graph("encode", "code"),
        "reconstruct": graph("reconstruct", "reconstruction", *soft_code, model.get_layer("decoder")),
    }


def set_trainable(model: keras.Model, **parts: bool) -> None:
    """Freeze or thaw parts of the model by their names; compile it again afterwards."""
    for name, trainable in parts.items():
        model.get_layer(name).trainable = trainable


def forget_training(model: keras.Model) -> None:
    """Put new weights into the encoder and the decoder, in place."""
    for name in ("encoder", "decoder"):
        part = model.get_layer(name)
        part.set_weights(keras.models.clone_model(part).get_weights())


def _head(code_shape: tuple[int, ...], num_classes: int, units: Sequence[int], dropout: float) -> keras.Model:
    """Batch normalization, since codes come in all sizes, dense layers with ReLU, and a softmax."""
    if not isinstance(units, Sequence) or not all(isinstance(width, int) and width > 0 for width in units):
        raise ValueError(f"head_units must be a list of positive integers, or empty; received {units!r}")
    code = keras.Input(code_shape, name="code")
    x = layers.Flatten(name="flatten")(code) if len(code_shape) > 1 else code
    # Keras's momentum of 0.99 would need more steps than a head takes on a few labels.
    x = layers.BatchNormalization(momentum=0.9, name="normalization")(x)
    for index, width in enumerate(units, start=1):
        x = layers.Dropout(dropout, name=f"dropout_{index}")(x)
        x = layers.Dense(width, activation="relu", name=f"dense_{index}")(x)
    x = layers.Dropout(dropout, name="dropout")(x)
    return keras.Model(code, layers.Dense(num_classes, activation="softmax", name="probabilities")(x), name="head")


def _applied(autoencoder: keras.Model, image: Any) -> tuple[Any, Any]:
    """The reconstruction of a new input and its code, made by the autoencoder's own layers."""
    codes = []

    def call(layer: keras.layers.Layer, *inputs: Any, **options: Any) -> Any:
        output = layer(*inputs, **options)
        if layer.name == "encoder":
            codes.append(output)
        return output

    if isinstance(autoencoder, keras.Sequential):  # which takes no call_function
        autoencoder = keras.Model(autoencoder.inputs[0], autoencoder.outputs[0])
    again = keras.models.clone_model(autoencoder, image, clone_function=lambda layer: layer, call_function=call)
    return _reconstruction(again.output), codes[0]


def _reconstruction(output: Any) -> Any:
    return output["reconstruction"] if isinstance(output, dict) else output


def _check_models(**parts: Any) -> None:
    for name, part in parts.items():
        if not isinstance(part, keras.Model):
            raise ValueError(f"the {name} must be a keras.Model; received a {type(part).__name__}: wrap it in one")


def _check_head(head: keras.Model, code_shape: tuple[int | None, ...], num_classes: int) -> None:
    if not head.built:
        raise ValueError(f"the head must know its input shape, which {head.name!r} does not: begin with keras.Input")
    if head.input_shape[1:] != code_shape[1:] or head.output_shape[1:] != (num_classes,):
        raise ValueError(
            f"the head must turn a code of shape {code_shape} into {(None, num_classes)}; received one from "
            f"{head.input_shape} to {head.output_shape}"
        )


def _check_same(autoencoder: keras.Model, model: keras.Model) -> None:
    """That the parts, which inference graphs are made of, rebuild an image as the whole autoencoder does."""
    pixels = np.random.default_rng(0).uniform(0, 255, (1, *autoencoder.input_shape[1:])).astype(np.float32)
    expected = _reconstruction(autoencoder(pixels))
    found = extended_autoencoder_signatures(model)["reconstruct"](pixels)["reconstruction"]
    if found.shape != expected.shape or np.abs(found - expected).max() > LARGEST_DIFFERENCE:
        raise ValueError(
            f"{KIND} rebuilds an image by its scaling, encoder and decoder, one after another, and by nothing else at "
            f"inference; {autoencoder.name!r} has {', '.join(layer.name for layer in autoencoder.layers)}: move what "
            "else it computes into the encoder or the decoder"
        )
