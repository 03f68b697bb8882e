"""Family 5: the reader, which turns a strip of digit images into words, token by token."""

from collections.abc import Sequence
from typing import Any

import keras
from keras import layers, ops

from keraszoo.models.checks import check_image_shape, check_positive
from keraszoo.models.parts import check_parts, named
from keraszoo.models.recurrence import GreedyDecoding
from keraszoo.models.stacks import convolutional_encoder
from keraszoo.models.word_decoders import (
    CLASSES,
    attention_decoder,
    check_recurrence,
    check_whole_number,
    decoder_sizes,
    has_attention,
    plain_decoder,
)

KIND = "a reader"
MOST_DIGITS = 8
LEAST_LENGTH = 2
LEAST_VOCABULARY = 4
STRIP_LAYERS = ["scaled_images", "image_encoder", "digit_probabilities"]
"""Of an encoder that `strip_encoder` makes."""


def reader(
    image_shape: Sequence[int],
    max_digits: int,
    vocabulary_size: int,
    length: int,
    *,
    filters: Sequence[int] = (16, 32),
    hidden_units: Sequence[int] = (128,),
    units: int = 128,
    embedding_size: int = 16,
    recurrent_layer: str = "gru",
    attention: bool = False,
    encoder: keras.Model | None = None,
    decoder: keras.Model | None = None,
) -> keras.Model:
    """An uncompiled reader of strips of digit images (Sutskever et al., 2014; Cho et al., 2014).

    The inputs are ``images``, pixels 0-255, ``(batch, max_digits, height, width, channels)``, and ``previous_ids``,
    int32, ``(batch, length)``: the start and then the tokens of the text, which the decoder learns to continue. The
    outputs are ``context``, what each image shows, ``(batch, max_digits, 11)`` with the probabilities of 0-9 and blank;
    and ``probabilities`` of each token, ``(batch, length, vocabulary_size)``. ``get_layer("encoder")`` turns images in
    0-1 into the context, ``get_layer("decoder")`` the context and ``previous_ids`` into probabilities.

    Args:
        image_shape: ``(height, width, channels)`` of one image.
        max_digits: images in a strip, 1 to 8.
        vocabulary_size: token ids, 4 or more: 0 is padding, 1 start, 2 end, characters count from 3.
        length: tokens of a text, its end counted; 2 or more.
        filters: channels of the encoder's stride-2 convolutions, which see each image alone.
        hidden_units: units of the encoder's dense layers.
        units: of the decoder's recurrent layer.
        embedding_size: numbers that the decoder makes of a token.
        recurrent_layer: ``"gru"`` or ``"lstm"``.
        attention: let the decoder attend to one image or another at each step, rather than see all at each.
        encoder: a model of your own from a strip in 0-1 to the context, such as `strip_encoder` makes.
        decoder: a model of your own whose inputs are a dictionary of ``context`` and ``previous_ids``; the
            probabilities of a token must depend only on the tokens before it.

    Raises:
        ValueError: for a shape, size or name that cannot be, or an encoder or a decoder that does not fit.

    Example:
        >>> model = reader((28, 28, 1), max_digits=4, vocabulary_size=20, length=12)
        >>> model.compile("adam", {"probabilities": keras.losses.SparseCategoricalCrossentropy(ignore_class=0)})
        >>> model.fit({"images": strips, "previous_ids": previous_ids}, {"probabilities": token_ids})
    """
    image_shape = check_image_shape(image_shape)
    check_whole_number("max_digits", max_digits, 1, MOST_DIGITS)
    check_whole_number("vocabulary_size", vocabulary_size, LEAST_VOCABULARY)
    check_whole_number("length", length, LEAST_LENGTH)
    check_recurrence(units, embedding_size, recurrent_layer)
    check_positive({"filters": filters, "hidden_units": hidden_units})
    if encoder is None:
        encoder = strip_encoder(convolutional_encoder(image_shape, CLASSES, filters, hidden_units), max_digits)
    if decoder is None:
        builder = attention_decoder if attention else plain_decoder
        decoder = builder((max_digits, CLASSES), vocabulary_size, length, units, embedding_size, recurrent_layer)
    _check_encoder(encoder, (max_digits, *image_shape))
    _check_decoder(decoder, {"max_digits": max_digits, "length": length, "vocabulary_size": vocabulary_size})
    encoder = named(encoder, "encoder")
    if decoder.name != "decoder":
        decoder = keras.Model(decoder.input, decoder.output, name="decoder")

    images = keras.Input((max_digits, *image_shape), name="images")
    previous_ids = keras.Input((length,), dtype="int32", name="previous_ids")
    context = encoder(layers.Rescaling(1 / 255, name="scaling")(images))
    probabilities = decoder({"context": context, "previous_ids": previous_ids})
    inputs = {"images": images, "previous_ids": previous_ids}
    return keras.Model(inputs, {"context": context, "probabilities": probabilities}, name="reader")


def strip_encoder(image_encoder: keras.Model, max_digits: int) -> keras.Model:
    """A model named ``encoder`` that has an encoder of single images classify each image of a strip.

    Args:
        image_encoder: from an image in 0-1, ``(batch, height, width, channels)``, to 11 logits, trained or not. It is
            the layer ``image_encoder`` of the new model.
        max_digits: images in a strip.

    Returns:
        A model from a strip in 0-1, ``(batch, max_digits, height, width, channels)``, to ``(batch, max_digits, 11)``,
        probabilities of the digits 0-9 and blank.

    Raises:
        ValueError: the encoder does not give 11 numbers for an image.
    """
    if not image_encoder.built or len(image_encoder.input_shape) != 4 or image_encoder.output_shape[1:] != (CLASSES,):
        raise ValueError(
            f"the image encoder must turn (batch, height, width, channels) into (batch, {CLASSES}); received "
            f"{_described(image_encoder)}"
        )
    image_shape = image_encoder.input_shape[1:]
    strip = keras.Input((max_digits, *image_shape), name="scaled_images")
    logits = named(image_encoder, "image_encoder")(ops.reshape(strip, (-1, *image_shape)))
    digits = layers.Softmax(name="digit_probabilities")(logits)
    context = ops.reshape(digits, (-1, max_digits, CLASSES))
    return keras.Model(strip, context, name="encoder")


def reading_model(model: keras.Model, unrolled: bool = True) -> keras.Model:
    """What a trained reader reads, on its own weights: ``images`` -> ``token_ids`` and ``probabilities``.

    Both are ``(batch, length)``: the likeliest token at each place, given those before it, and its probability; behind
    the end, padding and 1. Texts that do not end are cut.

    Args:
        model: a reader.
        unrolled: whether all steps are in one graph, or a while loop in a smaller one.

    Raises:
        ValueError: if the model has no layers named ``scaling``, ``encoder`` and ``decoder``.
    """
    images, context = _images_and_context(model)
    outputs = GreedyDecoding(model.get_layer("decoder"), unrolled, name="reading")(context)
    return keras.Model(images, outputs, name="read")


def attention_model(model: keras.Model) -> keras.Model:
    """As `reading_model`, with the further output ``attention``, ``(batch, length, max_digits)``, which sums to 1.

    Raises:
        ValueError: if the model was not built with attention.
    """
    images, context = _images_and_context(model)
    decoder = model.get_layer("decoder")
    if not has_attention(decoder):
        raise ValueError(f"{model.name!r} has no attention to show; build it with reader(..., attention=True)")
    outputs = GreedyDecoding(decoder, with_attention=True, name="reading")(context)
    return keras.Model(images, outputs, name="attend")


def context_model(model: keras.Model) -> keras.Model:
    """What a trained reader sees: ``images`` -> ``context``, ``(batch, max_digits, 11)``; raises as `reading_model`."""
    images, context = _images_and_context(model)
    return keras.Model(images, {"context": context}, name="context")


def decoding_model(model: keras.Model, unrolled: bool = True) -> keras.Model:
    """What a trained reader makes of a context: ``context`` -> what `reading_model` gives, which it is a part of."""
    check_parts(model, KIND)
    decoder = model.get_layer("decoder")
    context = keras.Input(decoder.input["context"].shape[1:], name="context")
    return keras.Model(context, GreedyDecoding(decoder, unrolled, name="decoding")(context), name="decode")


def reader_signatures(model: keras.Model) -> dict[str, keras.Model]:
    """The inference graphs of a trained reader, on its own weights, without any loop.

    Returns:
        ``read``: images -> token_ids and probabilities; ``context``: images -> context; ``decode``: context ->
        token_ids and probabilities.

    Raises:
        ValueError: if the model has no layers named ``scaling``, ``encoder`` and ``decoder``.
    """
    return {"read": reading_model(model), "context": context_model(model), "decode": decoding_model(model)}


def _images_and_context(model: keras.Model) -> tuple[Any, Any]:
    check_parts(model, KIND)
    encoder = model.get_layer("encoder")
    images = keras.Input(encoder.input_shape[1:], name="images")
    scaling = model.get_layer("scaling")
    if not _is_strip_encoder(encoder):
        return images, encoder(scaling(images))
    # The encoder's layers, but the strip is cut up first: so a TFLite file, whose images come one below the other, has
    # no tensor of more than four axes, which no GPU takes.
    image_encoder = encoder.get_layer("image_encoder")
    logits = image_encoder(scaling(ops.reshape(images, (-1, *image_encoder.input_shape[1:]))))
    digits = encoder.get_layer("digit_probabilities")(logits)
    return images, ops.reshape(digits, (-1, *encoder.output_shape[1:]))


def _is_strip_encoder(encoder: keras.Model) -> bool:
    """Whether it is what `strip_encoder` makes: between its layers are two reshapes and nothing else."""
    return [layer.name for layer in encoder.layers] == STRIP_LAYERS and len(encoder.operations) == len(STRIP_LAYERS) + 2


def _check_encoder(encoder: keras.Model, strip_shape: tuple[int, ...]) -> None:
    context_shape = (strip_shape[0], CLASSES)
    if not encoder.built or (encoder.input_shape[1:], encoder.output_shape[1:]) != (strip_shape, context_shape):
        raise ValueError(
            f"the encoder must turn (batch, {', '.join(map(str, strip_shape))}) into (batch, {strip_shape[0]}, "
            f"{CLASSES}); received {_described(encoder)}"
        )


def _check_decoder(decoder: keras.Model, sizes: dict[str, int]) -> None:
    for (name, size), found in zip(sizes.items(), decoder_sizes(decoder), strict=True):
        if found != size:
            raise ValueError(f"the decoder was built with {name}={found}; received {name}={size}: make them the same")


def _described(model: keras.Model) -> str:
    if not model.built:
        return f"{model.name!r}, which does not know its input shape: begin it with keras.Input"
    return f"one from {model.input_shape} to {model.output_shape}"
