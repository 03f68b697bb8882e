"""The translator: a number's words in one language as a context, for the decoder of a reader of another."""

from typing import Any

import keras
from keras import layers, ops

from keraszoo.models.parts import check_parts, named
from keraszoo.models.recurrence import PADDING, ComparedEmbedding, GreedyDecoding, unrolled
from keraszoo.models.word_decoders import CLASSES, check_recurrence, check_whole_number, decoder_sizes, row_dense

LEAST_LENGTH = 2
LEAST_VOCABULARY = 4


def translator(
    decoder: keras.Model,
    length_in: int,
    vocabulary_size_in: int,
    *,
    units: int = 128,
    embedding_size: int = 16,
    encoder: keras.Model | None = None,
) -> keras.Model:
    """An uncompiled model from words in one language to words in another, by the digits of their number.

    The inputs are ``source_ids``, int32 ``(batch, length_in)``, a text's tokens, its end and padding, and
    ``previous_ids`` as for `reader`; the outputs are ``context`` and ``probabilities`` as there.
    ``get_layer("encoder")`` turns ``source_ids`` into the context, ``get_layer("decoder")`` is the one that is given,
    with its weights.

    Args:
        decoder: of a trained reader, ``get_layer("decoder")``.
        length_in: tokens of a source text, its end counted; 2 or more.
        vocabulary_size_in: token ids of the source texts, 4 or more.
        units: of the recurrent layer, in each direction.
        embedding_size: numbers that the encoder makes of a token.
        encoder: a model of your own from ``source_ids`` to the context.

    Raises:
        ValueError: for a size that cannot be, or an encoder or a decoder that does not fit.

    Example:
        >>> model = translator(korean_reader.get_layer("decoder"), length_in=40, vocabulary_size_in=24)
        >>> model.get_layer("decoder").trainable = False
        >>> model.compile("adam", {"context": "sparse_categorical_crossentropy"})
        >>> model.fit({"source_ids": source_ids, "previous_ids": previous_ids}, {"context": digits})
    """
    max_digits, length, _ = decoder_sizes(decoder)
    check_whole_number("length_in", length_in, LEAST_LENGTH)
    check_whole_number("vocabulary_size_in", vocabulary_size_in, LEAST_VOCABULARY)
    check_recurrence(units, embedding_size)
    if encoder is None:
        encoder = word_encoder(length_in, vocabulary_size_in, max_digits, units, embedding_size)
    _check_encoder(encoder, length_in, max_digits)
    encoder = named(encoder, "encoder")
    if decoder.name != "decoder":
        decoder = keras.Model(decoder.input, decoder.output, name="decoder")

    source_ids = keras.Input((length_in,), dtype="int32", name="source_ids")
    previous_ids = keras.Input((length,), dtype="int32", name="previous_ids")
    context = encoder(source_ids)
    probabilities = decoder({"context": context, "previous_ids": previous_ids})
    inputs = {"source_ids": source_ids, "previous_ids": previous_ids}
    return keras.Model(inputs, {"context": context, "probabilities": probabilities}, name="translator")


def word_encoder(
    length_in: int, vocabulary_size_in: int, max_digits: int, units: int = 128, embedding_size: int = 16
) -> keras.Model:
    """Reads a text in both directions, then looks for each digit at the place that tells it (Bahdanau et al., 2015).

    A learned query for each row of the context scores all places. What a softmax gives to padding counts as nothing:
    scores of minus infinity, the usual mask, would leave int8 no levels for the others.

    Returns a model named ``encoder`` from ``source_ids``, ``(batch, length_in)``, to ``(batch, max_digits, 11)``.
    """
    source_ids = keras.Input((length_in,), dtype="int32", name="source_ids")
    x = layers.Embedding(vocabulary_size_in, embedding_size, name="embedding")(source_ids)
    x = layers.Bidirectional(layers.GRU(units, return_sequences=True), name="recurrent")(x)
    # The dot product with max_digits queries: its kernel has a column for each of them.
    scores = layers.Dense(max_digits, use_bias=False, name="queries")(x)
    weights = layers.Softmax(axis=1, name="attention")(scores)
    is_text = ops.expand_dims(ops.cast(ops.not_equal(source_ids, PADDING), weights.dtype), -1)
    attended = layers.Dot(axes=1, name="attended")([weights * is_text, x])
    hidden = row_dense(units, max_digits, "hidden", "tanh")(attended)
    context = layers.Dense(CLASSES, activation="softmax", name="context")(hidden)
    return keras.Model(source_ids, context, name="encoder")


def translation_model(model: keras.Model) -> keras.Model:
    """What a trained translator writes: ``source_ids`` -> ``token_ids`` and ``probabilities``, on its own weights.

    Both are ``(batch, length)``, as `reading_model` gives them. Neither encoder nor decoder has a loop.

    Raises:
        ValueError: if the model has no layers named ``encoder`` and ``decoder``.
    """
    source_ids, context = _ids_and_context(model)
    outputs = GreedyDecoding(model.get_layer("decoder"), name="translation")(context)
    return keras.Model(source_ids, outputs, name="translate")


def translator_signatures(model: keras.Model) -> dict[str, keras.Model]:
    """The inference graphs of a trained translator, on its own weights, without any loop.

    Returns:
        ``translate``: source_ids -> token_ids and probabilities; ``context``: source_ids -> context.

    Raises:
        ValueError: if the model has no layers named ``encoder`` and ``decoder``.
    """
    source_ids, context = _ids_and_context(model)
    return {
        "translate": translation_model(model),
        "context": keras.Model(source_ids, {"context": context}, name="context"),
    }


def _ids_and_context(model: keras.Model) -> tuple[Any, Any]:
    """A new input and the encoder's layers on it: no loops in those that are recurrent, and nothing looked up."""
    check_parts(model, "a translator", ("encoder", "decoder"))
    encoder = model.get_layer("encoder")
    source_ids = keras.Input(encoder.input_shape[1:], dtype="int32", name="source_ids")

    def call(layer: layers.Layer, *inputs: Any, **options: Any) -> Any:
        if _has_loop(layer):
            return unrolled(layer, *inputs)
        # An embedding that masks must stay: what follows it goes by the mask.
        looks_up = isinstance(layer, layers.Embedding) and not layer.mask_zero
        return ComparedEmbedding(layer)(*inputs) if looks_up else layer(*inputs, **options)

    functional = keras.Model(encoder.inputs[0], encoder.outputs[0])  # a Sequential takes no call_function
    again = keras.models.clone_model(functional, source_ids, clone_function=lambda layer: layer, call_function=call)
    return source_ids, again.output


def _has_loop(layer: layers.Layer) -> bool:
    return isinstance(layer, layers.RNN | layers.Bidirectional) and getattr(layer, "merge_mode", "concat") == "concat"


def _check_encoder(encoder: keras.Model, length_in: int, max_digits: int) -> None:
    expected = ((length_in,), (max_digits, CLASSES))
    if not encoder.built or (encoder.input_shape[1:], encoder.output_shape[1:]) != expected:
        shapes = f"one from {encoder.input_shape} to {encoder.output_shape}" if encoder.built else "one without shapes"
        raise ValueError(
            f"the encoder must turn (batch, {length_in}) into (batch, {max_digits}, {CLASSES}); received {shapes}"
        )
