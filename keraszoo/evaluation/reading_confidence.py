"""What a reader's confidence is worth: whole words that it is sure of, and how many of those are right."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from keraszoo.evaluation.reading import check_texts, right_texts

UNSURE = "unsure"
LEAST_CONFIDENCES = (0.0, 0.5, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 0.998, 0.999)
SLACK = 1e-3  # as far beyond 1 as rounding takes a softmax in float16


def confidences(probabilities: ArrayLike) -> np.ndarray:
    """The confidence in each whole text: the product of the probabilities of its tokens, taken as a sum of logarithms.

    Args:
        probabilities: of the tokens that were chosen, shape ``(count, length)``, in 0-1; 1 behind the end of a text.

    Returns:
        ``float64`` in 0-1, shape ``(count,)``; 0 where any token has a probability of 0.

    Raises:
        ValueError: a shape, type or range is another one.
    """
    probabilities = np.asarray(probabilities)
    if probabilities.ndim != 2 or probabilities.size == 0:
        raise ValueError(
            "probabilities: expected those of the chosen tokens, (count, length), at least one, received shape "
            f"{probabilities.shape}; pass what the signature 'read' gives"
        )
    with np.errstate(divide="ignore"):
        return np.exp(np.log(_unit_numbers(probabilities, "probabilities")).sum(axis=1))


def answers(texts: Sequence[str], confidence: ArrayLike, least: float) -> list[str]:
    """The texts, but "unsure" instead of those that would be a guess.

    Args:
        texts: what was read, ``(count,)``.
        confidence: in 0-1, shape ``(count,)``, from `confidences`.
        least: the confidence from which on a text is given, in 0-1.

    Raises:
        ValueError: a shape, type or range is another one, or there are no texts.
    """
    check_texts(texts, "texts")
    confidence = _checked_confidence(confidence, len(texts))
    sure = confidence >= _checked_least(least)
    return [text if is_sure else UNSURE for text, is_sure in zip(texts, sure, strict=True)]


def selective_scores(
    texts: Sequence[str],
    expected: Sequence[str],
    confidence: ArrayLike,
    least_confidences: Sequence[float] = LEAST_CONFIDENCES,
) -> list[dict[str, Any]]:
    """How many strips are answered, and how many of the answers are right, for each least confidence asked.

    Geifman and El-Yaniv 2017, "Selective classification for deep neural networks".

    Args:
        texts, expected: as `reading_scores` has them.
        confidence: in 0-1, shape ``(count,)``, from `confidences`.
        least_confidences: each in 0-1.

    Returns:
        One dictionary for each, in their order: ``least``; ``coverage`` in 0-1, the share of strips with at least this
        confidence; ``accuracy`` in 0-1, the share of whole texts that are right among those, None where there are none.

    Raises:
        ValueError: a shape, type or range is another one, or there are no texts.
    """
    right = right_texts(texts, expected)
    confidence = _checked_confidence(confidence, len(right))
    rows = []
    for least in least_confidences:
        answered = confidence >= _checked_least(least)
        accuracy = float(right[answered].mean()) if answered.any() else None
        rows.append({"least": float(least), "coverage": float(answered.mean()), "accuracy": accuracy})
    return rows


def _checked_confidence(confidence: ArrayLike, count: int) -> np.ndarray:
    confidence = np.asarray(confidence)
    if confidence.shape != (count,):
        raise ValueError(
            f"confidence: expected one for each of {count} texts, received shape {confidence.shape}; "
            "take confidences(probabilities)"
        )
    return _unit_numbers(confidence, "confidence")


def _checked_least(least: float) -> float:
    if not 0 <= least <= 1:
        raise ValueError(f"expected a least confidence in 0-1, received {least}; divide percents by 100")
    return least


def _unit_numbers(values: np.ndarray, name: str) -> np.ndarray:
    if not np.issubdtype(values.dtype, np.floating):
        raise ValueError(f"{name}: expected floats in 0-1, received {values.dtype}; pass what the softmax gives")
    if not (values.min() >= 0 and values.max() <= 1 + SLACK):
        raise ValueError(
            f"{name}: expected numbers in 0-1, received {values.min():.4g} to {values.max():.4g}; look at the model"
        )
    return values.astype(np.float64).clip(max=1)
