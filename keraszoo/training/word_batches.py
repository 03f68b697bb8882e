"""Batches without images: contexts and words, for a decoder alone, and words and digits, for a word encoder."""

from typing import Any

import numpy as np
import tensorflow as tf

from keraszoo.data.strips import BLANK
from keraszoo.data.vocabulary import START
from keraszoo.training.batches import Augment, Batches, digest
from keraszoo.training.drawn_batches import (
    Groups,
    checked_digits,
    checked_ids,
    checked_labels,
    drawn_batches,
    split_seed,
)

CLASSES = BLANK + 1
STRIPS_AT_ONCE = 250


def decoding_batches(
    contexts: np.ndarray,
    labels: np.ndarray,
    digits: np.ndarray,
    token_ids: np.ndarray,
    *,
    exact: float = 0.25,
    numbers_per_epoch: int = 50_000,
    batch_size: int = 128,
    seed: int = 0,
) -> Batches:
    """Batches of contexts and of their numbers' words: what a decoder learns from alone.

    A context is put together from rows that an encoder gave for single images, so that the decoder meets what it will
    be given, and not only digits as sure as an encoder never is. The inputs are ``context``, ``(batch, max_digits,
    11)``, and ``previous_ids``, ``(batch, length)``; the targets are the token ids, with the loss that `strip_batches`
    names.

    Args:
        contexts: what the encoder gave, probabilities ``(n, 11)``.
        labels: what each of those images shows, integers 0-9, or 10 for a blank, ``(n,)``.
        digits: of the numbers, ``(m, max_digits)``, as `digits_of` gives them.
        token_ids: of their words, ``(m, length)``, as `NumberTexts.encode` gives them.
        exact: the probability, 0-1, that a context is 1 at the digits and 0 elsewhere.
        numbers_per_epoch: contexts drawn in an epoch.
        batch_size: contexts a step; fewer when an epoch has fewer.
        seed: decides the numbers and their contexts, together with the step.

    Raises:
        ValueError: for arrays that are not such, digits or blanks without a context, a share or sizes that cannot be.
    """
    digits, token_ids = checked_digits(digits), checked_ids(token_ids, len(digits))
    contexts = np.asarray(contexts, np.float32)
    if contexts.ndim != 2 or contexts.shape[1] != CLASSES:
        raise ValueError(
            f"expected contexts of single images, shape (n, {CLASSES}), received {contexts.shape}; reshape them"
        )
    if not 0 <= exact <= 1:
        raise ValueError(f"the share of exact contexts must lie within 0-1; received {exact!r}")
    labels = checked_labels(labels, len(contexts), digits)
    groups, given = Groups.of(labels), tf.constant(contexts)
    shown, previous, ids = (tf.constant(table) for table in (digits, previous_ids(token_ids), token_ids))

    def make(rows: Any, seed: Any) -> tuple[Any, Any]:
        context_seed, exact_seed = split_seed(seed, 2)
        drawn = tf.gather(shown, rows)
        is_exact = tf.random.stateless_uniform((rows.shape[0], 1, 1), exact_seed) < exact
        context = tf.gather(given, groups.draw(drawn, context_seed))
        context = tf.where(is_exact, tf.one_hot(drawn, CLASSES), context)
        return {"context": context, "previous_ids": tf.gather(previous, rows)}, tf.gather(ids, rows)

    name = f"decoding {digest(contexts, labels)} {digest(token_ids)} {exact}"
    return drawn_batches(digits, make, name, numbers_per_epoch=numbers_per_epoch, batch_size=batch_size, seed=seed)


def translation_batches(
    source_ids: np.ndarray,
    digits: np.ndarray,
    *,
    numbers_per_epoch: int = 50_000,
    batch_size: int = 128,
    seed: int = 0,
) -> Batches:
    """Batches of words, token ids ``(batch, length)``, and of their numbers' digits: what a word encoder learns from.

    Args:
        source_ids: of the numbers' words in the language to be translated, ``(m, length)``.
        digits: of the numbers, ``(m, max_digits)``, as `digits_of` gives them.
        numbers_per_epoch: texts drawn in an epoch.
        batch_size: texts a step; fewer when an epoch has fewer.
        seed: decides the numbers, together with the step.

    Raises:
        ValueError: for arrays that are not such, or sizes below 1.
    """
    digits = checked_digits(digits)
    source_ids = checked_ids(source_ids, len(digits))
    sources, context = tf.constant(source_ids), tf.constant(digits)

    def make(rows: Any, seed: Any) -> tuple[Any, Any]:
        return tf.gather(sources, rows), tf.gather(context, rows)

    name = f"translation {digest(source_ids)}"
    return drawn_batches(digits, make, name, numbers_per_epoch=numbers_per_epoch, batch_size=batch_size, seed=seed)


def previous_ids(token_ids: np.ndarray) -> np.ndarray:
    """What a decoder is given at each place while it learns, the token before: the start, then all tokens but the last.

    Args:
        token_ids: ``(n, length)``.
    """
    return np.pad(token_ids[:, :-1], ((0, 0), (1, 0)), constant_values=START)


def found_contexts(
    graph: Any, images: np.ndarray, labels: np.ndarray, change: Augment | None, seed: int
) -> tuple[np.ndarray, np.ndarray]:
    """What an encoder gives for each image, changed and at any place of a strip, and for a blank.

    Args:
        graph: from ``images``, strips ``(batch, max_digits, height, width, channels)`` in 0-255, to ``context``.
        images: of single digits, in 0-255, ``(n, height, width, channels)``; a few left over from whole strips are left
            out.
        labels: what they show, ``(n,)``.
        change: of the images; None leaves them as they are.
        seed: of the changes.

    Returns:
        Contexts ``(m, 11)`` and what they are of, ``(m,)``, as `decoding_batches` takes them.
    """
    max_digits = graph.output["context"].shape[1]
    count = len(images) // max_digits * max_digits
    rows = []
    for start in range(0, count, STRIPS_AT_ONCE * max_digits):
        single = images[start : min(start + STRIPS_AT_ONCE * max_digits, count)].astype(np.float32)
        changed = single if change is None else np.asarray(change(single, (seed, start)))
        strips = changed.reshape(-1, max_digits, *images.shape[1:])
        rows.append(np.asarray(graph.predict_on_batch(strips)["context"]).reshape(-1, CLASSES))
    blank = np.zeros((1, max_digits, *images.shape[1:]), np.float32)
    rows.append(np.asarray(graph.predict_on_batch(blank)["context"])[0, :1])
    return np.concatenate(rows), np.append(labels[:count], BLANK)
