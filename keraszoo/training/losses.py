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


@keras.saving.register_keras_serializable(package="keraszoo")
class ConsistencyLoss(keras.losses.Loss):
    """The cross-entropy of the labelled images, and the agreement of two views of the others.

    Where the model is sure of what an image shows, seen in a slightly changed view, that becomes the label of a
    strongly changed view of it (FixMatch, Sohn et al., 2020). Before that, the probabilities are scaled so that over
    the batch the classes are as frequent as ``class_shares`` (distribution alignment: ReMixMatch, Berthelot et al.,
    2020).

    ``y_pred`` are probabilities ``(2 * batch, classes)``, all slightly changed views before all strongly changed ones,
    as `semi_supervised_batches` puts them. ``y_true`` has one-hot rows for labelled images and zeros for others.

    Args:
        class_shares: how frequent each class is, ``(classes,)``, summing to 1; None where that is not known.
        threshold: the probability from which the model counts as sure, 0-1.
        weight: of the agreement, 0 or more.

    Raises:
        ValueError: if a number is out of its range.
    """

    def __init__(
        self,
        class_shares: Any = None,
        threshold: float = 0.95,
        weight: float = 1.0,
        name: str = "consistency_loss",
        **options: Any,
    ) -> None:
        super().__init__(name=name, **options)
        if not 0 <= threshold <= 1 or not 0 <= weight < math.inf:
            raise ValueError(f"expected a threshold of 0-1 and a weight of 0 or more; received {threshold}, {weight}")
        shares = None if class_shares is None else [float(share) for share in class_shares]
        if shares is not None and not (min(shares, default=-1) >= 0 and abs(sum(shares) - 1) < 1e-3):
            raise ValueError(f"expected class_shares of 0 or more that sum to 1; received {shares}")
        self.class_shares = shares
        self.threshold, self.weight = float(threshold), float(weight)

    def call(self, y_true: Any, y_pred: Any) -> Any:
        labelled = ops.sum(y_true, axis=-1)
        supervised = _cross_entropy(y_true, y_pred)
        supervised = ops.sum(supervised) / ops.maximum(ops.sum(labelled), 1.0)

        pairs = ops.shape(y_pred)[0] // 2
        unlabelled = 1.0 - labelled[:pairs]
        guess = ops.stop_gradient(y_pred[:pairs])
        if self.class_shares is not None:
            if len(self.class_shares) != guess.shape[-1]:
                raise ValueError(f"expected class_shares of {guess.shape[-1]} classes; received {self.class_shares}")
            count = ops.maximum(ops.sum(unlabelled), 1.0)
            frequency = ops.sum(guess * unlabelled[:, None], axis=0) / count
            guess = guess * ops.convert_to_tensor(self.class_shares, guess.dtype) / (frequency + 1e-6)
            guess = guess / ops.sum(guess, axis=-1, keepdims=True)
        sure = unlabelled * ops.cast(ops.max(guess, axis=-1) >= self.threshold, guess.dtype)
        pseudo_labels = ops.one_hot(ops.argmax(guess, axis=-1), guess.shape[-1], dtype=guess.dtype)
        agreement = ops.sum(sure * _cross_entropy(pseudo_labels, y_pred[pairs:]))
        return supervised + self.weight * agreement / ops.maximum(ops.sum(unlabelled), 1.0)

    def get_config(self) -> dict[str, Any]:
        own = {"class_shares": self.class_shares, "threshold": self.threshold, "weight": self.weight}
        return {**super().get_config(), **own}


def _cross_entropy(targets: Any, probabilities: Any) -> Any:
    return -ops.sum(targets * ops.log(ops.maximum(probabilities, 1e-7)), axis=-1)
