"""Measures of readers: hand-computed values, a plain edit distance beside ours, and what is refused."""

from functools import cache

import numpy as np
import pytest

from keraszoo.evaluation import (
    answers,
    confidences,
    digit_confusion,
    digit_scores,
    edit_distances,
    reading_scores,
    selective_scores,
    share_of_ceiling,
    shares_of_ceiling,
)

NUMBERS = np.array([1, 7, 12, 34, 345])
EXPECTED = ["one", "seven", "twelve", "thirty four", "three hundred forty five"]
TEXTS = ["one", "eleven", "twelve", "thirty for", "three hundred forty five"]
UNSEEN = np.array([False, False, True, False, True])
DIGITS = np.array([[3, 10], [4, 2]])
CONTEXTS = np.eye(11)[[[3, 10], [9, 2]]]


@cache
def plain_distance(text, other):
    if not text or not other:
        return len(text) + len(other)
    substituted = plain_distance(text[1:], other[1:]) + (text[0] != other[0])
    return min(substituted, plain_distance(text[1:], other) + 1, plain_distance(text, other[1:]) + 1)


def test_edit_distances_are_those_of_the_plain_recursion():
    rng = np.random.default_rng(0)
    first, second = (["".join(rng.choice(list("ab일"), rng.integers(0, 8))) for _ in range(300)] for _ in range(2))
    assert edit_distances(first, second).tolist() == [plain_distance(*pair) for pair in zip(first, second, strict=True)]


def test_edit_distances_of_known_pairs():
    pairs = [("kitten", "sitting", 3), ("", "abc", 3), ("abc", "", 3), ("", "", 0), ("이십삼", "이백삼", 1)]
    texts, others, distances = zip(*pairs, strict=True)
    assert edit_distances(texts, others).tolist() == list(distances)
    assert edit_distances([], []).shape == (0,)


def test_scores_are_what_one_computes_by_hand():
    scores = reading_scores(TEXTS, EXPECTED, NUMBERS, UNSEEN)
    assert scores == pytest.approx(
        {
            "word_accuracy": 3 / 5,
            "character_error_rate": (2 + 1) / (3 + 5 + 6 + 11 + 24),  # eleven for seven: 2; for for four: 1
            "word_accuracy_1": 1 / 2,
            "character_error_rate_1": 2 / 8,
            "word_accuracy_2": 1 / 2,
            "character_error_rate_2": 1 / 17,
            "word_accuracy_3": 1,
            "character_error_rate_3": 0,
            "word_accuracy_seen": 0,  # 34 alone: single digits do not count
            "word_accuracy_unseen": 1,
        }
    )
    assert {type(score) for score in scores.values()} == {float}


def test_seen_and_unseen_weigh_every_length_the_same():
    numbers = np.array([12, 13, 14, 345])
    texts = ["a", "a", "a", "b"]
    scores = reading_scores(texts, ["a"] * 4, numbers, np.ones(4, bool))
    assert scores["word_accuracy"] == 0.75
    assert scores["word_accuracy_unseen"] == 0.5
    assert "word_accuracy_seen" not in scores


def test_a_text_may_be_empty_and_far_too_long():
    scores = reading_scores(["", "a" * 9], ["ab", "a"], [1, 2], [False, False])
    assert scores["character_error_rate"] == pytest.approx(10 / 3)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"texts": TEXTS[:4]}, "one text read for each of 5 strips, received 4"),
        ({"texts": "one"}, "texts: expected a list of at least one text, received 'one'"),
        ({"texts": [], "expected": []}, "texts: expected a list of at least one text"),
        ({"texts": [b"one", *TEXTS[1:]]}, "texts: expected a list .* decode the token ids"),
        ({"expected": ["", *EXPECTED[1:]]}, "no words at place 0"),
        ({"numbers": NUMBERS[:4]}, "received 4 numbers"),
        ({"numbers": NUMBERS / 2}, "whole numbers"),
        ({"numbers": -NUMBERS}, "expected numbers from 0"),
        ({"unseen": UNSEEN[:4]}, r"bool of shape \(4,\)"),
        ({"unseen": False}, r"bool of shape \(\)"),
        ({"unseen": NUMBERS}, r"int64 of shape \(5,\)"),
    ],
)
def test_bad_readings_are_refused(change, message):
    good = {"texts": TEXTS, "expected": EXPECTED, "numbers": NUMBERS, "unseen": UNSEEN}
    with pytest.raises(ValueError, match=message):
        reading_scores(**{**good, **change})


def test_digits_are_scored_without_blanks_and_numbers_with_them():
    assert digit_scores(CONTEXTS, DIGITS) == {"digit_accuracy": pytest.approx(2 / 3), "number_accuracy": 0.5}
    blank_taken_for_a_digit = np.eye(11)[[[3, 1], [4, 2]]]
    assert digit_scores(blank_taken_for_a_digit, DIGITS) == {"digit_accuracy": 1, "number_accuracy": 0.5}


def test_confusion_counts_true_classes_down_and_blanks_too():
    matrix = digit_confusion(CONTEXTS, DIGITS)
    assert matrix.shape == (11, 11)
    assert {tuple(pair): matrix[tuple(pair)] for pair in np.argwhere(matrix).tolist()} == {
        (2, 2): 1,
        (3, 3): 1,
        (4, 9): 1,
        (10, 10): 1,
    }


@pytest.mark.parametrize(
    ("contexts", "digits", "message"),
    [
        (CONTEXTS[..., :10], DIGITS, r"contexts: .* \(count, max_digits, 11\), received shape \(2, 2, 10\)"),
        (CONTEXTS[0], DIGITS[0], r"received shape \(2, 11\)"),
        (CONTEXTS[:0], DIGITS[:0], "at least one"),
        (CONTEXTS * np.nan, DIGITS, "NaN or infinity"),
        (CONTEXTS, DIGITS[:1], r"digits: expected integers of shape \(2, 2\), .* received int64 of shape \(1, 2\)"),
        (CONTEXTS, DIGITS / 1, "received float64"),
        (CONTEXTS, DIGITS + 1, "received 3 to 11"),
        (CONTEXTS, DIGITS - 4, "received -2 to 6"),
    ],
)
@pytest.mark.parametrize("measure", [digit_scores, digit_confusion])
def test_bad_contexts_are_refused(measure, contexts, digits, message):
    with pytest.raises(ValueError, match=message):
        measure(contexts, digits)


def test_digits_are_not_scored_where_there_are_none():
    with pytest.raises(ValueError, match="at least one of 0-9, received blanks"):
        digit_scores(CONTEXTS, np.full((2, 2), 10))


def test_share_of_ceiling():
    assert share_of_ceiling(0.9**4, 0.9, 4) == pytest.approx(1)
    assert share_of_ceiling(0.5, 1.0, 3) == 0.5
    # Of the strips of one digit all digits are read, of those of two digits half of them.
    shares = shares_of_ceiling({"word_accuracy_1": 0.5, "word_accuracy_2": 0.2}, CONTEXTS, DIGITS)
    assert shares == pytest.approx({"share_of_ceiling_1": 0.5, "share_of_ceiling_2": 0.8})


@pytest.mark.parametrize("arguments", [(98.5, 0.99, 4), (0.9, 0.0, 4), (0.9, 0.9, 0), (float("nan"), 0.9, 1)])
def test_a_ceiling_of_nothing_is_refused(arguments):
    with pytest.raises(ValueError, match="divide percents by 100"):
        share_of_ceiling(*arguments)


@pytest.mark.filterwarnings("error")
def test_confidence_is_the_product_over_the_tokens():
    found = confidences(np.array([[0.5, 0.5, 1.0], [1.0, 1.0005, 1.0], [0.9, 0.0, 0.9]], np.float32))
    assert found.tolist() == pytest.approx([0.25, 1, 0])
    assert found.max() <= 1


@pytest.mark.parametrize(
    ("probabilities", "message"),
    [
        (np.ones(3), r"\(count, length\), at least one, received shape \(3,\)"),
        (np.ones((0, 3)), "at least one"),
        (np.ones((2, 3), int), "expected floats in 0-1, received int64"),
        (np.full((2, 3), np.nan), "received nan to nan"),
        (np.full((2, 3), -0.1), "received -0.1"),
        (np.full((2, 3), 2.0), "received 2 to 2"),
    ],
)
def test_bad_probabilities_are_refused(probabilities, message):
    with pytest.raises(ValueError, match=message):
        confidences(probabilities)


def test_what_is_below_the_least_confidence_is_no_answer():
    assert answers(["one", "two", "six"], np.array([0.95, 0.9, 0.899]), 0.9) == ["one", "two", "unsure"]


def test_selective_scores_at_thresholds():
    rows = selective_scores(["a", "b", "a", "b"], ["a"] * 4, np.array([0.99, 0.9, 0.8, 0.2]), (0, 0.85, 0.95, 1))
    assert rows == [
        {"least": 0, "coverage": 1, "accuracy": 0.5},
        {"least": 0.85, "coverage": 0.5, "accuracy": 0.5},
        {"least": 0.95, "coverage": 0.25, "accuracy": 1},
        {"least": 1, "coverage": 0, "accuracy": None},
    ]
    assert selective_scores(["a"], ["a"], np.array([0.5]))[0] == {"least": 0, "coverage": 1, "accuracy": 1}


@pytest.mark.parametrize(
    ("confidence", "least", "message"),
    [
        (np.array([0.5]), 0.5, "confidence: expected one for each of 2 texts"),
        (np.array([0.5, np.nan]), 0.5, "confidence: expected numbers in 0-1"),
        (np.array([0.5, 90.0]), 0.5, "received 0.5 to 90"),
        (np.array([0.5, 0.5]), 90, "least confidence in 0-1, received 90; divide percents"),
        (np.array([0.5, 0.5]), float("nan"), "received nan"),
    ],
)
def test_bad_confidences_are_refused(confidence, least, message):
    with pytest.raises(ValueError, match=message):
        answers(["a", "b"], confidence, least)
    with pytest.raises(ValueError, match=message):
        selective_scores(["a", "b"], ["a", "b"], confidence, [least])
