"""How well a reader reads: whole words, characters, and the digits of its context."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import ArrayLike

from keraszoo.data.strips import BLANK, MOST_DIGITS, digits_of
from keraszoo.evaluation.edit_distance import edit_distances

DIGIT_CLASSES = BLANK + 1


def reading_scores(
    texts: Sequence[str], expected: Sequence[str], numbers: ArrayLike, unseen: ArrayLike
) -> dict[str, float]:
    """How many texts are right as a whole, and how many characters are wrong; texts are compared as they are.

    Args:
        texts: what was read, ``(count,)``; a text may be empty.
        expected: the words that the strips show, ``(count,)``, in the form of `keraszoo.data.number_words`.
        numbers: the numbers that they show, integers of at most 8 digits, shape ``(count,)``.
        unseen: which of them were held out of training, booleans of shape ``(count,)``.

    Returns:
        ``word_accuracy`` in 0-1: the share of texts without any mistake.
        ``character_error_rate``: insertions, deletions and substitutions (Levenshtein 1966, "Binary codes capable of
        correcting deletions, insertions, and reversals") over the characters expected; above 1 if far more are read.
        ``word_accuracy_<k>`` and ``character_error_rate_<k>``: the same for the numbers of k digits, where there are.
        ``word_accuracy_seen`` and ``word_accuracy_unseen``: the mean of the accuracies at each length, so that neither
        is the better for shorter numbers, over those of 2 digits or more, since single digits are never held out; left
        out where there are none.

    Raises:
        ValueError: a shape, type or range is another one, there are no texts, or an expected one is empty.
    """
    right = right_texts(texts, expected)
    lengths = (digits_of(numbers, MOST_DIGITS) != BLANK).sum(axis=1)
    unseen = np.asarray(unseen)
    if len(lengths) != len(right) or unseen.shape != right.shape or unseen.dtype != bool:
        raise ValueError(
            f"expected a number and a boolean 'unseen' for each of {len(right)} texts, received {len(lengths)} numbers "
            f"and {unseen.dtype} of shape {unseen.shape}; pass those that the strips were drawn of"
        )
    edits = np.zeros(len(right), np.int64)
    edits[~right] = edit_distances(
        [text for text, same in zip(texts, right, strict=True) if not same],
        [text for text, same in zip(expected, right, strict=True) if not same],
    )
    characters = np.array([len(text) for text in expected])
    scores = {"word_accuracy": right.mean(), "character_error_rate": edits.sum() / characters.sum()}
    for length in np.unique(lengths):
        of_length = lengths == length
        scores[f"word_accuracy_{length}"] = right[of_length].mean()
        scores[f"character_error_rate_{length}"] = edits[of_length].sum() / characters[of_length].sum()
    for name, chosen in (("seen", ~unseen), ("unseen", unseen)):
        chosen = chosen & (lengths > 1)
        if chosen.any():
            by_length = [right[chosen & (lengths == length)].mean() for length in np.unique(lengths[chosen])]
            scores[f"word_accuracy_{name}"] = np.mean(by_length)
    return {name: float(score) for name, score in scores.items()}


def digit_scores(contexts: ArrayLike, digits: ArrayLike) -> dict[str, float]:
    """How well the digits themselves are read, in a context that has a class for each image.

    Args:
        contexts: shape ``(count, max_digits, 11)``, the softmax over 0-9 and blank of each image.
        digits: what the images show, integers 0-10 of shape ``(count, max_digits)``, 10 for blank.

    Returns:
        ``digit_accuracy`` in 0-1: of the images with a digit, those whose likeliest class is it.
        ``number_accuracy`` in 0-1: the strips with all places right, blanks too: what no decoder should fall behind.

    Raises:
        ValueError: a shape, type or range is another one, or no image shows a digit.
    """
    contexts, digits = _checked_contexts(contexts, digits)
    shown = digits != BLANK
    if not shown.any():
        raise ValueError(f"digits: expected at least one of 0-9, received blanks ({BLANK}) only; add strips of numbers")
    right = contexts.argmax(axis=-1) == digits
    return {"digit_accuracy": float(right[shown].mean()), "number_accuracy": float(right.all(axis=1).mean())}


def digit_confusion(contexts: ArrayLike, digits: ArrayLike) -> np.ndarray:
    """How many images of each true class (rows) have each likeliest class (columns), shape ``(11, 11)``, blank last.

    Args and errors are those of `digit_scores`, but blanks alone will do.
    """
    contexts, digits = _checked_contexts(contexts, digits)
    pairs = DIGIT_CLASSES * digits.astype(np.int64) + contexts.argmax(axis=-1)
    return np.bincount(pairs.ravel(), minlength=DIGIT_CLASSES**2).reshape(DIGIT_CLASSES, DIGIT_CLASSES)


def share_of_ceiling(word_accuracy: float, digit_accuracy: float, length: int) -> float:
    """What the words reach of what the digits allow: the accuracy of words over that of digits to the power of length.

    It is above 1 where mistakes come together, several in one number, more often than by chance.

    Args:
        word_accuracy: of numbers of ``length`` digits, in 0-1.
        digit_accuracy: of single digits, above 0 and at most 1.
        length: 1 or more.

    Raises:
        ValueError: an argument that is not such.
    """
    if not 0 <= word_accuracy <= 1 or not 0 < digit_accuracy <= 1 or length < 1:
        raise ValueError(
            "expected a word_accuracy in 0-1, a digit_accuracy above 0 and up to 1, and a length of 1 or more, "
            f"received {word_accuracy}, {digit_accuracy} and {length}; divide percents by 100"
        )
    return word_accuracy / digit_accuracy**length


def shares_of_ceiling(scores: Mapping[str, float], contexts: ArrayLike, digits: ArrayLike) -> dict[str, float]:
    """``share_of_ceiling_<k>``: the `share_of_ceiling` of the numbers of k digits, for every length there is.

    Args:
        scores: from `reading_scores`, of what was read of the same strips.
        contexts, digits: as `digit_scores` has them.

    Raises:
        ValueError: as `digit_scores`, or no digit of some length is read rightly.
    """
    contexts, digits = _checked_contexts(contexts, digits)
    lengths = (digits != BLANK).sum(axis=1)
    shares = {}
    for length in np.unique(lengths).tolist():
        of_length = lengths == length
        of_digits = digit_scores(contexts[of_length], digits[of_length])["digit_accuracy"]
        shares[f"share_of_ceiling_{length}"] = share_of_ceiling(scores[f"word_accuracy_{length}"], of_digits, length)
    return shares


def right_texts(texts: Sequence[str], expected: Sequence[str]) -> np.ndarray:
    """Which texts are right as a whole, booleans of shape ``(count,)``.

    Args and errors are those of `reading_scores`.
    """
    check_texts(texts, "texts")
    check_texts(expected, "expected")
    if len(texts) != len(expected):
        raise ValueError(
            f"expected one text read for each of {len(expected)} strips, received {len(texts)}; pass those of one run"
        )
    if not all(expected):
        raise ValueError(f"expected: received no words at place {list(expected).index('')}; every number has some")
    return np.array([text == other for text, other in zip(texts, expected, strict=True)])


def check_texts(texts: Sequence[str], name: str) -> None:
    """Refuse what is not a list of texts, or an empty one, with a ``ValueError`` that calls it ``name``."""
    if isinstance(texts, str) or len(texts) == 0 or not all(isinstance(text, str) for text in texts):
        raise ValueError(f"{name}: expected a list of at least one text, received {texts!r:.80}; decode the token ids")


def _checked_contexts(contexts: ArrayLike, digits: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    contexts, digits = np.asarray(contexts), np.asarray(digits)
    if contexts.ndim != 3 or contexts.size == 0 or contexts.shape[-1] != DIGIT_CLASSES:
        raise ValueError(
            f"contexts: expected at least one as (count, max_digits, {DIGIT_CLASSES}), received shape "
            f"{contexts.shape}; only a context with a class for each image tells its digits"
        )
    if not np.isfinite(contexts).all():
        raise ValueError("contexts: expected finite numbers, received NaN or infinity; look at the encoder")
    if digits.shape != contexts.shape[:2] or not np.issubdtype(digits.dtype, np.integer):
        raise ValueError(
            f"digits: expected integers of shape {contexts.shape[:2]}, one an image, received {digits.dtype} of shape "
            f"{digits.shape}; take digits_of(numbers, {contexts.shape[1]})"
        )
    if digits.min() < 0 or digits.max() > BLANK:
        raise ValueError(f"digits: expected 0-9, and {BLANK} for blank, received {digits.min()} to {digits.max()}")
    return contexts, digits
