"""Batches drawn anew from tables: numbers of every length as often, and for each digit an image or a context of it.

As in `batches`, a batch is a function of the seed and its own number alone, so a training that resumes sees what one
never interrupted would have seen.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import tensorflow as tf

from keraszoo.data.strips import BLANK, number_of
from keraszoo.training.batches import MAX_STEPS_PER_EXECUTION, Batches, digest
from keraszoo.training.checks import check_count
from keraszoo.training.pipelines import untuned

Make = Callable[[Any, Any], tuple[Any, Any]]
"""``(rows of a table (batch,), seed of two integers) -> (inputs, targets)``."""


@dataclass(frozen=True)
class Groups:
    """Positions by the class of what stands there, to be drawn from; `of` makes them."""

    positions: tf.Tensor
    starts: tf.Tensor
    sizes: tf.Tensor

    @classmethod
    def of(cls, classes: np.ndarray) -> "Groups":
        """Of the class at each position, integers 0 or more, ``(n,)``."""
        sizes = np.bincount(classes)
        arrays = np.argsort(classes, kind="stable"), np.cumsum(sizes) - sizes, sizes
        return cls(*(tf.constant(array, tf.int32) for array in arrays))

    def draw(self, classes: Any, seed: Any) -> Any:
        """A position of each of ``classes``, int32 of any shape; every one of a class is as likely."""
        drawn = tf.random.stateless_uniform(tf.shape(classes), seed, 0, tf.int32.max, tf.int32)
        return tf.gather(self.positions, tf.gather(self.starts, classes) + drawn % tf.gather(self.sizes, classes))


def drawn_batches(
    digits: np.ndarray, make: Make, name: str, *, numbers_per_epoch: int, batch_size: int, seed: int
) -> Batches:
    """Batches of what ``make`` makes of rows drawn from a table of digits.

    Every length that the table has is as likely, and within a length every row.

    Args:
        digits: of the numbers, as `checked_digits` returns them.
        make: called once for each batch, within the graph.
        name: tells these batches apart from others of the same numbers.
        numbers_per_epoch: rows drawn in an epoch, but for what fills no whole batch or execution.
        batch_size: rows a step; fewer when an epoch has fewer.
        seed: decides all that is drawn, together with the step.

    Raises:
        ValueError: for sizes below 1.
    """
    check_count("numbers_per_epoch", numbers_per_epoch)
    check_count("batch_size", batch_size)
    batch_size = min(batch_size, numbers_per_epoch)
    executions = -(-(numbers_per_epoch // batch_size) // MAX_STEPS_PER_EXECUTION)
    steps_per_execution = numbers_per_epoch // batch_size // executions
    steps = steps_per_execution * executions
    lengths, length_classes = np.unique((digits != BLANK).sum(axis=1), return_inverse=True)
    rows = Groups.of(length_classes)

    def load(number: Any) -> tuple[Any, Any]:
        length_seed, row_seed, own_seed = split_seed(tf.stack([seed, number]), 3)
        drawn_lengths = tf.random.stateless_uniform((batch_size,), length_seed, 0, len(lengths), tf.int32)
        return make(rows.draw(drawn_lengths, row_seed), own_seed)

    def from_epoch(first: int) -> tf.data.Dataset:
        numbers = tf.data.Dataset.range(first * steps, np.iinfo(np.int32).max, output_type=tf.int32)
        return untuned(numbers.map(load, num_parallel_calls=2, deterministic=True).prefetch(4))

    fingerprint = digest(digits, f"{digits.shape} {numbers_per_epoch} {batch_size} {seed} {name}")
    return Batches(fingerprint, steps, steps_per_execution, from_epoch)


def split_seed(seed: Any, count: int) -> list[Any]:
    """Seeds that nothing else draws with."""
    return tf.unstack(tf.random.experimental.stateless_split(seed, count))


def checked_digits(digits: np.ndarray) -> np.ndarray:
    """The table as int32; a ValueError unless each row shows a number, as those of `digits_of` do."""
    wrong = np.flatnonzero(number_of(digits) < 0)
    if wrong.size or not len(digits):
        received = f"{np.asarray(digits[wrong[0]]).tolist()} in row {wrong[0]}" if wrong.size else "none"
        raise ValueError(f"expected the digits of at least one number, received {received}; make them with digits_of")
    return np.asarray(digits, np.int32)


def checked_ids(ids: np.ndarray, count: int) -> np.ndarray:
    """Token ids as int32; a ValueError unless they are one row of integers for each of ``count`` numbers."""
    ids = np.asarray(ids)
    if ids.ndim != 2 or len(ids) != count or not ids.size or ids.dtype.kind not in "iu":
        raise ValueError(
            f"expected one row of integer token ids for each of {count} numbers, received {ids.dtype} of shape "
            f"{ids.shape}; encode the same numbers"
        )
    return ids.astype(np.int32)


def checked_labels(labels: np.ndarray, count: int, needed: np.ndarray) -> np.ndarray:
    """The labels; a ValueError unless they are ``count`` integers 0-10, among them all that are ``needed``."""
    labels = np.asarray(labels)
    if labels.shape != (count,) or labels.dtype.kind not in "iu":
        raise ValueError(
            f"expected one integer label for each of {count}, received {labels.dtype} of shape {labels.shape}; "
            "take both from one split"
        )
    lacking = np.setdiff1d(needed, labels)
    if lacking.size or labels.min() < 0 or labels.max() > BLANK:
        raise ValueError(
            f"expected labels 0-9, or {BLANK} for a blank, among them {np.unique(needed).tolist()} of the numbers; "
            f"received {np.unique(labels).tolist()}; leave out the numbers that have others, or add what they show"
        )
    return labels
