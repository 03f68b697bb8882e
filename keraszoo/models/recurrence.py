"""Recurrent models as inference graphs: recurrent layers without a loop, and texts that are written token by token."""

from typing import Any

import keras
from keras import layers, ops

from keraszoo.models.word_decoders import Step, decoder_sizes, decoder_steps

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
class GreedyDecoding(layers.Layer):
    """Writes a text from a context: at each place the likeliest token, given those before it.

    Padding and start are never chosen. Behind the end stands padding, with probability 1.

    Args:
        decoder: a trained model such as those of `keraszoo.models.word_decoders`, whose weights are shared.
        unrolled: whether the graph holds every step, so that any runtime can run it, or a while loop, which is smaller.
        with_attention: whether to give the weights of a decoder that attends, too.

    Called on ``context``, ``(batch, rows, classes)``, it gives ``token_ids``, int32, and ``probabilities``, those of
    the tokens chosen, both ``(batch, length)``, and, if asked for, ``attention``, ``(batch, length, rows)``.
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
        start = ops.full_like(context[:, 0, 0], START, dtype="int32")
        first, states = self._written(step, 0, start, states)
        return (self._unrolled if self.unrolled else self._looped)(step, first, states)

    def _unrolled(self, step: Step, first: dict[str, Any], states: list[Any]) -> dict[str, Any]:
        tokens = [first]
        for place in range(1, self.length):
            token, states = self._written(step, place, tokens[-1]["token_ids"], states)
            tokens.append(token)
        return {name: ops.stack([token[name] for token in tokens], axis=1) for name in first}

    def _looped(self, step: Step, first: dict[str, Any], states: list[Any]) -> dict[str, Any]:
        # Every place begins as a copy of the first, which is none of the loop's, so that all shapes are known.
        texts = {name: ops.repeat(ops.expand_dims(value, 1), self.length, axis=1) for name, value in first.items()}

        def write(place: Any, loop: Any) -> Any:
            ids, states, texts = loop
            token, states = self._written(step, place, ids, states)
            return token["token_ids"], states, {name: _put(texts[name], token[name], place) for name in texts}

        return ops.fori_loop(1, self.length, write, (first["token_ids"], states, texts))[-1]

    def _written(self, step: Step, place: Any, ids: Any, states: list[Any]) -> tuple[dict[str, Any], list[Any]]:
        """The token at a place, after the one of ``ids``: its id and probability, and the attention if asked for."""
        given, states = step(place, ids, states)
        # Not `ops.argmax`, which guards against -0.0 with an operator that TFLite lacks.
        largest, index = ops.top_k(given["probabilities"][:, END:], 1)
        is_over = ops.logical_or(ops.equal(ids, END), ops.equal(ids, PADDING))
        token = {
            "token_ids": ops.where(is_over, PADDING, index[:, 0] + END),
            "probabilities": ops.where(is_over, 1.0, largest[:, 0]),
        }
        return token | ({"attention": given["attention"]} if self.with_attention else {}), states

    def get_config(self) -> dict[str, Any]:
        decoder = keras.saving.serialize_keras_object(self.decoder)
        own = {"decoder": decoder, "unrolled": self.unrolled, "with_attention": self.with_attention}
        return {**super().get_config(), **own}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> "GreedyDecoding":
        return cls(**{**config, "decoder": keras.saving.deserialize_keras_object(config["decoder"])})


def _put(text: Any, value: Any, place: Any) -> Any:
    """The text ``(batch, length, ...)`` with ``value`` ``(batch, ...)`` at a place."""
    length = text.shape[1]
    here = ops.reshape(ops.equal(ops.arange(length, dtype="int32"), place), (1, length) + (1,) * (len(text.shape) - 2))
    return ops.where(here, ops.expand_dims(value, 1), text)
