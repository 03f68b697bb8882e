"""Scores of probabilities and codes: hand-computed values, agreement with scikit-learn, and what is refused."""

import numpy as np
import pytest
from sklearn.metrics import log_loss

from keraszoo.evaluation import (
    classification_scores,
    code_probe_scores,
    confusion_matrix,
    decision_scores,
    reliability_bins,
)

# The third is wrong: 1 is taken for 0.
PROBABILITIES = np.array([[0.9, 0.1, 0.0], [0.2, 0.5, 0.3], [0.7, 0.3, 0.0], [0.0, 0.1, 0.9]])
LABELS = np.array([0, 1, 1, 2])


def random_predictions(count=500, classes=4):
    rng = np.random.default_rng(0)
    return rng.dirichlet(np.ones(classes), count), rng.integers(0, classes, count)


def spread_codes(count, seed, classes=3, width=6):
    """Codes around one centre a class, 20 standard deviations apart along their own axes."""
    rng = np.random.default_rng(seed)
    labels = np.arange(count) % classes
    return 20 * np.eye(width)[labels] + rng.normal(size=(count, width)), labels


def test_scores_are_what_one_computes_by_hand():
    scores = classification_scores(PROBABILITIES, LABELS)
    assert scores == pytest.approx(
        {
            "accuracy": 0.75,
            "error_percent": 25,
            "log_loss": -np.log([0.9, 0.5, 0.3, 0.9]).mean(),
            # 0.5 and 0.7 have bins of their own, both 0.9 share one.
            "calibration_error": (2 * 0.1 + 0.5 + 0.7) / 4,
            "brier": (0.02 + 0.38 + 0.98 + 0.02) / 4,
        }
    )
    assert {type(score) for score in scores.values()} == {float}


def test_decisions_alone_by_number_or_by_name():
    expected = {"accuracy": 0.75, "error_percent": 25.0}
    assert decision_scores(PROBABILITIES.argmax(axis=1), LABELS) == expected
    assert decision_scores(["cat", "dog", "cat", "owl"], np.array(["cat", "dog", "owl"])[LABELS]) == expected
    for decided in ([], [1, 2], PROBABILITIES):
        with pytest.raises(ValueError, match=r"expected a decision for each label"):
            decision_scores(decided, LABELS)


def test_loss_is_scikit_learns():
    probabilities, labels = random_predictions()
    assert classification_scores(probabilities, labels)["log_loss"] == pytest.approx(log_loss(labels, probabilities))


def test_one_image_wrong_beyond_doubt_costs_no_more_than_keras_lets_it():
    scores = classification_scores(np.float32([[1, 0]]), [1])
    assert scores == pytest.approx(
        {"accuracy": 0, "error_percent": 100, "log_loss": -np.log(1e-7), "calibration_error": 1, "brier": 2}
    )


def test_perfect_predictions_score_perfectly():
    scores = classification_scores(np.eye(3, dtype=np.float32), np.uint8([0, 1, 2]))
    assert scores == {"accuracy": 1, "error_percent": 0, "log_loss": 0, "calibration_error": 0, "brier": 0}


def test_the_confusion_matrix_has_true_rows_and_a_place_for_absent_classes():
    predicted = np.eye(4)[[0, 2, 2, 0]]
    expected = [[1, 0, 0, 0], [1, 0, 1, 0], [0, 0, 1, 0], [0, 0, 0, 0]]
    assert confusion_matrix(predicted, [0, 1, 2, 1]).tolist() == expected


def test_reliability_bins_hold_every_image_once_with_the_upper_end_within():
    # 0.75 closes its bin, 0.8 opens none of its own, and 1.0 is within the last.
    probabilities = np.array([[0.75, 0.25], [0.4, 0.6], [0.2, 0.8], [1.0, 0.0]])
    bins = reliability_bins(probabilities, [0, 0, 1, 1], bins=4)
    assert bins == [
        {"low": 0.0, "high": 0.25, "count": 0, "confidence": None, "accuracy": None},
        {"low": 0.25, "high": 0.5, "count": 0, "confidence": None, "accuracy": None},
        {"low": 0.5, "high": 0.75, "count": 2, "confidence": pytest.approx(0.675), "accuracy": 0.5},
        {"low": 0.75, "high": 1.0, "count": 2, "confidence": pytest.approx(0.9), "accuracy": 0.5},
    ]
    assert sum(row["count"] for row in reliability_bins(*random_predictions())) == 500
    assert len(reliability_bins(*random_predictions())) == 15


@pytest.mark.parametrize(
    ("probabilities", "labels", "message"),
    [
        (PROBABILITIES[0], LABELS, r"\(count, classes\) with two classes or more, received shape \(3,\)"),
        (PROBABILITIES[:0], LABELS[:0], "at least one row"),
        (np.ones((4, 1)), LABELS, "two classes or more"),
        (np.eye(3, dtype=int)[LABELS], LABELS, "expected floats in 0-1, received int64"),
        (np.full((4, 3), np.nan), LABELS, "NaN or infinity"),
        (np.full((4, 3), np.inf), LABELS, "NaN or infinity"),
        (PROBABILITIES * 1.002, LABELS, "sum to 1, received 0 at least and a sum of 1.002"),
        (np.tile([-0.5, 0.5, 1.0], (4, 1)), LABELS, "not logits"),
        (PROBABILITIES, LABELS[:3], r"expected 4 integers, one an image, received int64 of shape \(3,\)"),
        (PROBABILITIES, np.eye(3)[LABELS], r"shape \(4, 3\)"),
        (PROBABILITIES, LABELS.astype(float), "received float64"),
        (PROBABILITIES, LABELS - 1, "labels: expected 0 or more, received -1"),
        (PROBABILITIES, LABELS + 1, "labels: expected 0 to 2, .* received 3"),
    ],
)
@pytest.mark.parametrize("measure", [classification_scores, confusion_matrix, reliability_bins])
def test_bad_predictions_are_refused(measure, probabilities, labels, message):
    with pytest.raises(ValueError, match=message):
        measure(probabilities, labels)


def test_rows_may_be_off_by_rounding():
    assert classification_scores(PROBABILITIES.astype(np.float16), LABELS)["accuracy"] == 0.75


@pytest.mark.parametrize("bins", [0, 2.5])
def test_bins_are_counted(bins):
    with pytest.raises(ValueError, match="bins: expected a whole number of at least 1"):
        reliability_bins(PROBABILITIES, LABELS, bins)


def test_codes_that_tell_the_classes_apart_score_1_whatever_their_scale():
    codes, labels = spread_codes(30, seed=0)
    test_codes, test_labels = spread_codes(60, seed=1)
    for scale in (1e-3, 1e3):
        scores = code_probe_scores(scale * codes, labels, scale * test_codes, test_labels)
        assert scores == {"linear_probe": 1, "nearest_neighbours": 1}


def test_a_line_cannot_do_what_neighbours_can():
    """Four corners of a square, opposite ones of one class."""
    codes = np.tile([[0.0, 0.0], [1.0, 1.0], [0.0, 1.0], [1.0, 0.0]], (10, 1))
    labels = np.tile([0, 0, 1, 1], 10)
    scores = code_probe_scores(codes, labels, codes, labels)
    assert scores["nearest_neighbours"] == 1
    assert scores["linear_probe"] <= 0.75


def test_as_many_neighbours_vote_as_asked_and_as_there_are():
    codes, labels = np.array([[0.0], [1.0], [1.1]]), [0, 1, 1]
    found = [code_probe_scores(codes, labels, [[0.1]], [0], count)["nearest_neighbours"] for count in (1, 3, 50)]
    assert found == [1, 0, 0]


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("kind", ["few", "constant", "the same twice", "without meaning"])
def test_no_codes_raise_a_warning(kind):
    rng = np.random.default_rng(0)
    codes, labels = rng.normal(size=(400, 32)), np.arange(400) % 10
    codes = {
        "few": codes[:20],
        "constant": codes * 0,
        "the same twice": np.hstack([codes, codes + 1e-6 * rng.normal(size=codes.shape)]),
        "without meaning": codes,
    }[kind]
    labels = labels[: len(codes)]
    scores = code_probe_scores(codes, labels, codes, labels)
    assert all(0 <= score <= 1 for score in scores.values())


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"codes": np.zeros(6)}, "codes: expected at least one code"),
        ({"test_codes": np.zeros((0, 2))}, "test_codes: expected at least one code"),
        ({"test_codes": np.full((6, 2), np.nan)}, "test_codes: expected finite numbers"),
        ({"test_codes": np.zeros((6, 3))}, "one width, received 2 and 3"),
        ({"labels": [0, 1]}, "labels: expected 6 integers"),
        ({"labels": [0.0] * 6}, "labels: expected 6 integers, one an image, received float64"),
        ({"test_labels": [-1] * 6}, "test_labels: expected 0 or more, received -1"),
        ({"labels": [3] * 6}, "two classes or more, received only 3"),
        ({"neighbours": 0}, "neighbours: expected a whole number of at least 1, received 0"),
    ],
)
def test_bad_codes_are_refused(change, message):
    labels = [0, 1] * 3
    good = {"codes": np.zeros((6, 2)), "labels": labels, "test_codes": np.zeros((6, 2)), "test_labels": labels}
    with pytest.raises(ValueError, match=message):
        code_probe_scores(**{**good, **change})
