"""Recurrent models as inference graphs: recurrent layers without a loop, and texts that are written token by token."""

from typing import Any

import keras
import numpy as np
from keras import layers, ops

from keraszoo.models.word_decoders import Step, Token, decoder_sizes, decoder_steps, embedded

PADDING, START, END = 0, 1, 2
"""The token ids that are no characters; these count on from 3."""


def unrolled(layer: layers.Layer, x: Any) -> Any:
    """What a recurrent layer makes of ``x``, by its own cells and without a loop.

    Args:
        layer: such as ``keras.layers.GRU``, or a ``keras.layers.Bidirectional`` that concatenates.
        x: ``(batch, steps, values)``, the number of steps being fixed.
    """
    if isinstance(layer, layers.Bidirectional):
        forward, backward = unrolled(layer.forward_layer, x), unrolled(layer.backward_layer, x)
        backward = ops.flip(backward, axis=1) if layer.return_sequences else backward
        return ops.concatenate([forward, backward], axis=-1)
    options = {"return_sequences": layer.return_sequences, "go_backwards": layer.go_backwards}
    return layers.RNN(layer.cell, unroll=True, **options)(x)


@keras.saving.register_keras_serializable(package="keraszoo")
class ComparedEmbedding(layers.Layer):
    """What a trained embedding layer makes of ids from 0 on, by its own weights, without looking anything up.

    In int8 it tells 256 ids apart.

    Args:
        embedding: the layer.
    """

    def __init__(self, embedding: layers.Embedding, **options: Any) -> None:
        super().__init__(**options)
        self.embedding = embedding

    def call(self, ids: Any) -> Any:
        size, dtype = self.embedding.input_dim, self.compute_dtype
        # The largest id goes along: int8 has levels for what calibration shows, and would cut off one that it did not.
        largest = ops.full_like(ids[..., :1], size - 1, dtype=dtype)
        numbers = ops.expand_dims(ops.concatenate([ops.cast(ids, dtype), largest], axis=-1), -1)
        # LiteRT's GPU delegate compares integers with a row of others wrongly, but not floating-point numbers.
        is_id = ops.less(ops.abs(numbers - ops.arange(size, dtype=dtype)), 0.5)
        return embedded(self.embedding, ops.cast(is_id, dtype))[..., :-1, :]

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "embedding": keras.saving.serialize_keras_object(self.embedding)}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> "ComparedEmbedding":
        return cls(**{**config, "embedding": keras.saving.deserialize_keras_object(config["embedding"])})


@keras.saving.register_keras_serializable(package="keraszoo")
class GreedyDecoding(layers.Layer):
    """Writes a text from a context: at each place the likeliest token, given those before it.

    Padding and start are never chosen. Behind the end stands padding, with probability 1.

    Args:
        decoder: a trained model such as those of `keraszoo.models.word_decoders`, whose weights are shared.
        unrolled: whether the graph holds every step, so that any runtime can run it, or a while loop, which is smaller.
        with_attention: whether to give the weights of a decoder that attends, too.

    Called on ``context``, ``(batch, rows, classes)``, it gives ``token_ids``, int32, and ``probabilities``, those of
    the tokens chosen, both ``(batch, length)``, and, if asked for, ``attention``, ``(batch, length, rows)``, which says
    nothing behind the end.
    """

    def __init__(
        self, decoder: keras.Model, unrolled: bool = True, with_attention: bool = False, **options: Any
    ) -> None:
        super().__init__(**options)
        self.decoder = decoder
        self.unrolled = unrolled
        self.with_attention = with_attention
        _, self.length, _ = decoder_sizes(decoder)

    def call(self, context: Any) -> dict[str, Any]:
        step, states = decoder_steps(self.decoder, context)
        batch, vocabulary_size = ops.shape(context)[0], self.decoder.output_shape[-1]
        ids = ops.full((batch,), START, dtype="int32")
        one_hot = ops.one_hot(START, vocabulary_size, dtype=self.compute_dtype)
        one_hot = ops.broadcast_to(one_hot, (batch, vocabulary_size))
        first, token, states = self._written(step, 0, (ids, one_hot), states)
        return (self._unrolled if self.unrolled else self._looped)(step, first, token, states)

    def _unrolled(self, step: Step, first: dict[str, Any], token: Token, states: list[Any]) -> dict[str, Any]:
        text = [first]
        for place in range(1, self.length):
            outputs, token, states = self._written(step, place, token, states)
            text.append(outputs)
        return {name: ops.stack([outputs[name] for outputs in text], axis=1) for name in first}

    def _looped(self, step: Step, first: dict[str, Any], token: Token, states: list[Any]) -> dict[str, Any]:
        # Every place begins as a copy of the first, which is none of the loop's, so that all shapes are known.
        texts = {name: ops.repeat(ops.expand_dims(value, 1), self.length, axis=1) for name, value in first.items()}

        def write(place: Any, loop: Any) -> Any:
            token, states, texts = loop
            outputs, token, states = self._written(step, place, token, states)
            return token, states, {name: _put(texts[name], outputs[name], place) for name in texts}

        return ops.fori_loop(1, self.length, write, (token, states, texts))[-1]

    def _written(
        self, step: Step, place: Any, previous: Token, states: list[Any]
    ) -> tuple[dict[str, Any], Token, list[Any]]:
        """The outputs at a place, after the token before it: its id and probability, and the attention if asked for."""
        given, states = step(place, previous, states)
        largest, index, one_hot = _likeliest(given["probabilities"][:, END:])
        previous_ids, _ = previous
        is_over = ops.logical_or(ops.equal(previous_ids, END), ops.equal(previous_ids, PADDING))
        # A product and a maximum in place of `ops.where`: PADDING is 0, and a probability is at most 1.
        ids = (index + END) * ops.cast(ops.logical_not(is_over), "int32")
        outputs = {"token_ids": ids, "probabilities": ops.maximum(largest, ops.cast(is_over, largest.dtype))}
        return outputs | ({"attention": given["attention"]} if self.with_attention else {}), (ids, one_hot), states

    def get_config(self) -> dict[str, Any]:
        decoder = keras.saving.serialize_keras_object(self.decoder)
        own = {"decoder": decoder, "unrolled": self.unrolled, "with_attention": self.with_attention}
        return {**super().get_config(), **own}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> "GreedyDecoding":
        return cls(**{**config, "decoder": keras.saving.deserialize_keras_object(config["decoder"])})


def _likeliest(probabilities: Any) -> tuple[Any, Any, Any]:
    """The largest of the probabilities of the tokens from `END` on, ``(batch, n)``, by operators of every runtime.

    Those are neither `ops.top_k` nor `ops.argmax` of numbers that may be -0.0; and no one among zeros is made from an
    index, since LiteRT's GPU delegate compares integers with a row of others wrongly.

    Returns:
        The largest, ``(batch,)``; where it stands first, int32 ``(batch,)``; a one there among zeros for all tokens,
        ``(batch, END + n)``.
    """
    largest = ops.max(probabilities, axis=-1, keepdims=True)
    is_largest = ops.equal(probabilities, largest)
    index = ops.cast(ops.argmax(ops.cast(is_largest, "int8"), axis=-1), "int32")
    # In int8 several may be the largest: each takes one from all behind it, so that the first alone is above 0.
    count = probabilities.shape[-1]
    effects = np.eye(count, END + count, k=END) - np.triu(np.ones((count, END + count)), k=END + 1)
    one_hot = ops.relu(ops.matmul(ops.cast(is_largest, largest.dtype), ops.cast(effects, largest.dtype)))
    return ops.squeeze(largest, -1), index, one_hot


def _put(text: Any, value: Any, place: Any) -> Any:
    """The text ``(batch, length, ...)`` with ``value`` ``(batch, ...)`` at a place."""
    length = text.shape[1]
    here = ops.reshape(ops.equal(ops.arange(length, dtype="int32"), place), (1, length) + (1,) * (len(text.shape) - 2))
    return ops.where(here, ops.expand_dims(value, 1), text)
