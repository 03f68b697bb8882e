"""Losses that Keras does not have."""

import math
from numbers import Real
from typing import Any

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="keraszoo")
class TwoViewLoss(keras.losses.Loss):
    """Makes two views of an image agree on their bits, and the bits be balanced, decided and different.

    Codes are taken as -1 to 1. Over a batch, the covariance of a bit in one view with the same bit in the other is 1
    only if both views always agree, if the bit is far from undecided, and if it is as often on as off: its distance
    from 1 is the first part of the loss. The second is the mean fourth power of the covariances of different bits:
    bits that say the same cost much, bits that have something in common, as many must where images fall into few
    classes, next to nothing. This is Barlow Twins (Zbontar et al., 2021), which has squares there, on bounded codes,
    which need no normalization.

    ``y_pred`` are soft codes ``(2 * batch, bits)`` in 0-1, all first views before all second ones, as
    `two_view_batches` puts them; ``y_true`` is not looked at.

    Args:
        decorrelation: weight of the second part, 0 or more.

    Raises:
        ValueError: if ``decorrelation`` is negative or not a number.
    """

    def __init__(self, decorrelation: float = 1.0, name: str = "two_view_loss", **options: Any) -> None:
        super().__init__(name=name, **options)
        if not isinstance(decorrelation, Real) or not 0 <= decorrelation < math.inf:
            raise ValueError(f"decorrelation must be a finite number of 0 or more; received {decorrelation!r}")
        self.decorrelation: float = float(decorrelation)

    def call(self, y_true: Any, y_pred: Any) -> Any:
        codes = 2.0 * y_pred - 1.0
        pairs = ops.shape(codes)[0] // 2
        first, second = codes[:pairs], codes[pairs:]
        first, second = first - ops.mean(first, axis=0), second - ops.mean(second, axis=0)
        covariance = ops.matmul(ops.transpose(first), second) / ops.cast(pairs, codes.dtype)
        same = ops.diagonal(covariance)
        bits = codes.shape[-1]
        others = ops.sum(covariance**4) - ops.sum(same**4)
        return 1.0 - ops.mean(same) + self.decorrelation * others / max(1, bits * (bits - 1))

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "decorrelation": self.decorrelation}
