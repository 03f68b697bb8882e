"""Scores that exported files of more than one family must keep."""

import numpy as np

from export import QUANTIZED, Score
from keraszoo.evaluation import reconstruction_scores


def squared_error_score(signature: str, images: np.ndarray) -> Score:
    """The squared error of an image to the one it should be; the mean of all, of which int8 may add 5%.

    Args:
        signature: The one that gives ``reconstruction``.
        images: The right ones, pixels 0-255 ``(n, height, width, channels)``.
    """
    return Score(
        "squared_error",
        signature,
        images,
        lambda outputs, right: reconstruction_scores(right, outputs["reconstruction"])["squared_error"],
        higher_is_better=False,
        largest_loss=dict.fromkeys(QUANTIZED, 0.05),
    )


def word_accuracy_score(signature: str, token_ids: np.ndarray) -> Score:
    """The share of texts that are right from end to end, of which int8 may lose half a percent.

    Args:
        signature: The one that gives ``token_ids``.
        token_ids: The right ones, ``(n, length)``.
    """
    return Score(
        "word_accuracy",
        signature,
        token_ids,
        lambda outputs, right: float((outputs["token_ids"] == right).all(axis=1).mean()),
        largest_loss=dict.fromkeys(QUANTIZED, 0.005),
    )
