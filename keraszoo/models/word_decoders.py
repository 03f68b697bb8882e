"""Decoders that turn a context into a text, token by token: models to train, and the one step that these repeat."""

from collections.abc import Callable
from typing import Any

import keras
from keras import layers, ops

from keraszoo.names import check_choice

CLASSES = 11
"""What a row of a context is about: an image that shows one of the digits 0-9, or is blank, 10."""

RECURRENT_LAYERS = {"gru": layers.GRU, "lstm": layers.LSTM}

Token = tuple[Any, Any]
"""Its id, int32 ``(batch,)``, and the same as a one among zeros, ``(batch, vocabulary_size)``."""

Step = Callable[[Any, Token, list[Any]], tuple[dict[str, Any], list[Any]]]
"""The place of a token, the token before it and states -> its ``probabilities``, and the next states."""

INPUTS = {"context", "previous_ids"}
PLAIN_LAYERS = {
    "centred_context",
    "flat_context",
    "repeated_context",
    "embedding",
    "step_inputs",
    "recurrent",
    "probabilities",
}
ATTENTION_LAYERS = {
    "centred_context",
    "flat_context",
    "first_state",
    "keys",
    "values",
    "embedding",
    "recurrent",
    "attention",
    "attended_outputs",
    "hidden",
    "probabilities",
}


def plain_decoder(
    context_shape: tuple[int, int],
    vocabulary_size: int,
    length: int,
    units: int = 128,
    embedding_size: int = 16,
    recurrent_layer: str = "gru",
) -> keras.Model:
    """A recurrent decoder that is given the context anew at every step (Cho et al., 2014).

    Given it as the first state alone, the decoder becomes a language model that ignores the image, as it does when the
    probabilities are not centred: see `_centred`.

    Returns a model named ``decoder`` from ``context``, ``(batch, rows, classes)``, and ``previous_ids``, the start and
    then the tokens, ``(batch, length)``, to the probabilities of each token, ``(batch, length, vocabulary_size)``.
    """
    inputs = _inputs(context_shape, length)
    flat_context = layers.Flatten(name="flat_context")(_centred(inputs["context"]))
    repeated = layers.RepeatVector(length, name="repeated_context")(flat_context)
    embedded = layers.Embedding(vocabulary_size, embedding_size, name="embedding")(inputs["previous_ids"])
    x = layers.Concatenate(name="step_inputs")([embedded, repeated])
    x = RECURRENT_LAYERS[recurrent_layer](units, return_sequences=True, name="recurrent")(x)
    probabilities = layers.Dense(vocabulary_size, activation="softmax", name="probabilities")(x)
    return keras.Model(inputs, probabilities, name="decoder")


def attention_decoder(
    context_shape: tuple[int, int],
    vocabulary_size: int,
    length: int,
    units: int = 128,
    embedding_size: int = 16,
    recurrent_layer: str = "gru",
) -> keras.Model:
    """A recurrent decoder that begins with the context and attends to its rows at every step.

    Dot-product attention of the output to keys and values of the rows (Bahdanau et al., 2015; Luong et al., 2015).
    These have a bias for each row, which is a learned embedding of its position. Returns what `plain_decoder` does.
    """
    inputs = _inputs(context_shape, length)
    context = _centred(inputs["context"])
    flat_context = layers.Flatten(name="flat_context")(context)
    first_state = layers.Dense(units, activation="tanh", name="first_state")(flat_context)
    keys, values = (row_dense(units, context_shape[0], name)(context) for name in ("keys", "values"))
    x = layers.Embedding(vocabulary_size, embedding_size, name="embedding")(inputs["previous_ids"])
    recurrent = RECURRENT_LAYERS[recurrent_layer](units, return_sequences=True, name="recurrent")
    x = recurrent(x, initial_state=[first_state] * len(recurrent.state_size))
    attended = layers.Attention(name="attention")([x, values, keys])
    x = layers.Concatenate(name="attended_outputs")([x, attended])
    x = layers.Dense(units, activation="tanh", name="hidden")(x)
    probabilities = layers.Dense(vocabulary_size, activation="softmax", name="probabilities")(x)
    return keras.Model(inputs, probabilities, name="decoder")


def row_dense(units: int, rows: int, name: str, activation: str | None = None) -> layers.Layer:
    """A dense layer on each row of ``(batch, rows, values)``, the same but for a bias of the row's own."""
    return layers.EinsumDense(
        "brv,vu->bru",
        (rows, units),
        activation=activation,
        bias_axes="ru",
        bias_initializer="random_uniform",
        name=name,
    )


def decoder_sizes(decoder: keras.Model) -> tuple[int, int, int]:
    """``(max_digits, length, vocabulary_size)`` of a decoder, or a ``ValueError`` for a model that is none."""
    inputs, output = getattr(decoder, "input", None), getattr(decoder, "output_shape", None)
    if isinstance(inputs, dict) and set(inputs) == INPUTS and isinstance(output, tuple) and len(output) == 3:
        context_shape, ids_shape = inputs["context"].shape, inputs["previous_ids"].shape
        max_digits, (_, length, vocabulary_size) = context_shape[1], output
        if (context_shape, ids_shape) == ((None, max_digits, CLASSES), (None, length)):
            return max_digits, length, vocabulary_size
    raise ValueError(
        f"the decoder must be a functional model from a dictionary of context (batch, max_digits, {CLASSES}) and "
        f"previous_ids (batch, length) to (batch, length, vocabulary_size); received {decoder.name!r} from "
        f"{getattr(decoder, 'input_shape', 'no inputs')} to {output}"
    )


def check_whole_number(name: str, value: int, low: int, high: int | None = None) -> None:
    """Raise a ``ValueError`` unless the value is an integer from ``low`` to ``high``, or of any size without that."""
    if isinstance(value, bool) or not isinstance(value, int) or value < low or (high is not None and value > high):
        bounds = f"of {low} or more" if high is None else f"from {low} to {high}"
        raise ValueError(f"{name} must be an integer {bounds}; received {value!r}")


def check_recurrence(units: int, embedding_size: int, recurrent_layer: str = "gru") -> None:
    """Raise a ``ValueError`` unless the sizes are positive integers and the layer is one of `RECURRENT_LAYERS`."""
    check_whole_number("units", units, 1)
    check_whole_number("embedding_size", embedding_size, 1)
    check_choice("recurrent_layer", recurrent_layer, RECURRENT_LAYERS)


def decoder_steps(decoder: keras.Model, context: Any) -> tuple[Step, list[Any]]:
    """What a trained decoder does at each step, by its own layers, and the states before the first.

    A step of an `attention_decoder` also gives its weights, ``attention``, ``(batch, rows)``. Any other decoder is run
    on the whole text so far: it must be one whose probabilities of a token depend only on tokens before it.
    """
    names = {layer.name for layer in decoder.layers} - INPUTS
    if names == PLAIN_LAYERS:
        return _plain_steps(decoder, context)
    if names == ATTENTION_LAYERS:
        return _attention_steps(decoder, context)
    return _whole_steps(decoder, context)


def embedded(embedding: layers.Embedding, one_hot: Any) -> Any:
    """What an embedding layer makes of ids, bit for bit, given as ones among zeros, ``(..., input_dim)``.

    The layer looks rows up, for which microcontrollers lack an operator, and so does LiteRT's GPU delegate in float16.
    """
    # Beside each row the least and the largest number of all rows: int8 has levels for what calibration shows, and
    # would cut off a row that no sample asked for.
    table = embedding.embeddings
    bounds = [ops.broadcast_to(bound(table), (embedding.input_dim, 1)) for bound in (ops.min, ops.max)]
    return ops.matmul(one_hot, ops.concatenate([table, *bounds], axis=-1))[..., : embedding.output_dim]


def has_attention(decoder: keras.Model) -> bool:
    """Whether the steps of the decoder give ``attention``."""
    return {layer.name for layer in decoder.layers} - INPUTS == ATTENTION_LAYERS


def _inputs(context_shape: tuple[int, int], length: int) -> dict[str, Any]:
    return {
        "context": keras.Input(context_shape, name="context"),
        "previous_ids": keras.Input((length,), dtype="int32", name="previous_ids"),
    }


def _centred(context: Any) -> Any:
    """Probabilities p as 11 p - 1, which is near the logits they are made of as long as all are near 1/11.

    That is how an encoder begins. Given p itself, which varies a tenth as much as the logits and passes a tenth of the
    gradient back, a decoder that is trained end to end with it learns to do without, as a language model, and stays so.
    """
    return layers.Rescaling(CLASSES, -1.0, name="centred_context")(context)


def _plain_steps(decoder: keras.Model, context: Any) -> tuple[Step, list[Any]]:
    flat_context = decoder.get_layer("flat_context")(decoder.get_layer("centred_context")(context))
    recurrent = decoder.get_layer("recurrent")

    def step(place: Any, token: Token, states: list[Any]) -> tuple[dict[str, Any], list[Any]]:
        _, one_hot = token
        x = ops.concatenate([embedded(decoder.get_layer("embedding"), one_hot), flat_context], axis=-1)
        x, states = recurrent.cell(x, states)
        return {"probabilities": decoder.get_layer("probabilities")(x)}, states

    return step, recurrent.get_initial_state(ops.shape(context)[0])


def _attention_steps(decoder: keras.Model, context: Any) -> tuple[Step, list[Any]]:
    context = decoder.get_layer("centred_context")(context)
    first_state = decoder.get_layer("first_state")(decoder.get_layer("flat_context")(context))
    keys, values = decoder.get_layer("keys")(context), decoder.get_layer("values")(context)
    recurrent = decoder.get_layer("recurrent")

    def step(place: Any, token: Token, states: list[Any]) -> tuple[dict[str, Any], list[Any]]:
        _, one_hot = token
        x, states = recurrent.cell(embedded(decoder.get_layer("embedding"), one_hot), states)
        query = ops.expand_dims(x, 1)
        attended, weights = decoder.get_layer("attention")([query, values, keys], return_attention_scores=True)
        x = decoder.get_layer("hidden")(ops.concatenate([x, ops.squeeze(attended, 1)], axis=-1))
        return {"probabilities": decoder.get_layer("probabilities")(x), "attention": ops.squeeze(weights, 1)}, states

    return step, [first_state] * len(recurrent.state_size)


def _whole_steps(decoder: keras.Model, context: Any) -> tuple[Step, list[Any]]:
    """The state is the text so far, where the decoder's probabilities of the next token are looked up."""
    _, length, _ = decoder_sizes(decoder)
    places = ops.arange(length, dtype="int32")

    def step(place: Any, token: Token, states: list[Any]) -> tuple[dict[str, Any], list[Any]]:
        ids, _ = token
        text = ops.where(ops.equal(places, place), ops.expand_dims(ids, 1), states[0])
        probabilities = decoder({"context": context, "previous_ids": text})
        return {"probabilities": ops.take(probabilities, place, axis=1)}, [text]

    return step, [ops.zeros((ops.shape(context)[0], length), dtype="int32")]
