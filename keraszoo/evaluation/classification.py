"""How well a classifier does: what it gets right, how sure it is of it, and what a code alone would allow."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import confusion_matrix as count_pairs
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from keraszoo.evaluation.arrays import finite_codes

CALIBRATION_BINS = 15
# Where Keras cuts its cross-entropy too: one image that is wrong without a doubt does not make the mean infinite.
LOWEST_PROBABILITY = 1e-7
SUM_SLACK = 1e-3
PROBE_STEPS = 1000


def classification_scores(probabilities: ArrayLike, labels: ArrayLike) -> dict[str, float]:
    """Accuracy, and how far the probabilities can be believed.

    Args:
        probabilities: shape (count, classes), each row summing to 1.
        labels: shape (count,), integers from 0 to classes - 1.

    Returns:
        ``accuracy`` in 0-1: the share of images whose likeliest class, the first among equals, is their label;
        ``error_percent``: the others, in percent.
        ``log_loss``: the mean negative logarithm of the label's probability, in nats, with at least 1e-7 counted.
        ``calibration_error`` in 0-1: see `calibration_error`, over 15 bins.
        ``brier`` in 0-2: the squared error of a row, summed over the classes, mean over the images (Brier 1950,
        "Verification of forecasts expressed in terms of probability").

    Raises:
        ValueError: a shape, type or range is another one, or there are no images.
    """
    probabilities, labels = checked_predictions(probabilities, labels)
    of_label = probabilities[np.arange(len(labels)), labels]
    targets = np.eye(probabilities.shape[1])[labels]
    return {
        **decision_scores(probabilities.argmax(axis=1), labels),
        "log_loss": float(-np.log(of_label.clip(LOWEST_PROBABILITY, 1)).mean()),
        "calibration_error": calibration_error(reliability_bins(probabilities, labels)),
        "brier": float(np.square(probabilities - targets).sum(axis=1).mean()),
    }


def decision_scores(decided: ArrayLike, labels: ArrayLike) -> dict[str, float]:
    """The ``accuracy`` and the ``error_percent`` of `classification_scores`, of decisions alone.

    Args:
        decided: shape (count,), the classes that were decided on, by number or by name.
        labels: shape (count,), the right ones, likewise.

    Raises:
        ValueError: the shapes differ, or there are no images.
    """
    decided, labels = np.asarray(decided), np.asarray(labels)
    if decided.ndim != 1 or decided.shape != labels.shape or not decided.size:
        raise ValueError(
            f"expected a decision for each label, (count,), at least one, received shapes {decided.shape} and "
            f"{labels.shape}; pass those of the same images"
        )
    right = decided == labels
    return {"accuracy": float(right.mean()), "error_percent": float(100 * (~right).mean())}


def confusion_matrix(probabilities: ArrayLike, labels: ArrayLike) -> np.ndarray:
    """How many images of each true class (rows) have each likeliest class (columns), shape (classes, classes).

    Args and errors are those of `classification_scores`.
    """
    probabilities, labels = checked_predictions(probabilities, labels)
    return count_pairs(labels, probabilities.argmax(axis=1), labels=range(probabilities.shape[1]))


def reliability_bins(probabilities: ArrayLike, labels: ArrayLike, bins: int = CALIBRATION_BINS) -> list[dict[str, Any]]:
    """Images gathered by the probability of their likeliest class, their confidence, in bins of equal width.

    Args:
        probabilities, labels: as `classification_scores` has them.
        bins: how many.

    Returns:
        One dictionary a bin, from the lowest: ``low`` and ``high``, its ends, the upper one within; ``count``: the
        images; ``confidence`` and ``accuracy``: their means, None where there are none.

    Raises:
        ValueError: as `classification_scores`, or there is no bin.
    """
    probabilities, labels = checked_predictions(probabilities, labels)
    if not isinstance(bins, (int, np.integer)) or bins < 1:
        raise ValueError(f"bins: expected a whole number of at least 1, received {bins!r}; 15 are usual")
    confidence = probabilities.max(axis=1)
    right = probabilities.argmax(axis=1) == labels
    edges = np.linspace(0, 1, bins + 1)
    bin_of = np.digitize(confidence, edges[1:-1], right=True)
    rows = []
    for number, (low, high) in enumerate(zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True)):
        inside = bin_of == number
        count = int(inside.sum())
        means = (float(confidence[inside].mean()), float(right[inside].mean())) if count else (None, None)
        rows.append({"low": low, "high": high, "count": count, "confidence": means[0], "accuracy": means[1]})
    return rows


def calibration_error(bins: list[dict[str, Any]]) -> float:
    """The expected calibration error in 0-1: how far confidence and accuracy of an image's bin differ, in the mean.

    Guo et al. 2017, "On calibration of modern neural networks".

    Args:
        bins: from `reliability_bins`.
    """
    filled = [row for row in bins if row["count"]]
    gaps = sum(row["count"] * abs(row["confidence"] - row["accuracy"]) for row in filled)
    return gaps / sum(row["count"] for row in filled)


def code_probe_scores(
    codes: ArrayLike, labels: ArrayLike, test_codes: ArrayLike, test_labels: ArrayLike, neighbours: int = 5
) -> dict[str, float]:
    """How well the plainest classifiers do on codes alone, which says what the encoder has learned of the classes.

    Args:
        codes: what is learned from, shape (count, code_size).
        labels: shape (count,), integers from 0, two classes or more.
        test_codes: shape (test count, code_size).
        test_labels: shape (test count,), integers from 0.
        neighbours: how many of the nearest codes vote; all where there are fewer.

    Returns:
        Accuracies in 0-1. ``linear_probe``: of logistic regression on codes of mean 0 and standard deviation 1, with
        scikit-learn's penalty; L-BFGS may take 1,000 steps, far more than it needs on codes of this scale.
        ``nearest_neighbours``: of a vote of the codes at the least Euclidean distance, ties going to the lower label.

    Raises:
        ValueError: a shape, type or range is another one, or there is one class only.
    """
    codes, test_codes = finite_codes(codes, "codes"), finite_codes(test_codes, "test_codes")
    if codes.shape[1] != test_codes.shape[1]:
        raise ValueError(
            f"expected codes and test_codes of one width, received {codes.shape[1]} and {test_codes.shape[1]}; "
            "encode both with one model"
        )
    labels = _checked_labels(labels, "labels", len(codes))
    test_labels = _checked_labels(test_labels, "test_labels", len(test_codes))
    if len(np.unique(labels)) < 2:
        raise ValueError(f"labels: expected two classes or more, received only {labels[0]}; add images of others")
    if not isinstance(neighbours, (int, np.integer)) or neighbours < 1:
        raise ValueError(f"neighbours: expected a whole number of at least 1, received {neighbours!r}; 5 are usual")
    probe = make_pipeline(StandardScaler(), LogisticRegression(max_iter=PROBE_STEPS))
    nearest = KNeighborsClassifier(min(neighbours, len(codes)), algorithm="brute")
    return {
        "linear_probe": float(probe.fit(codes, labels).score(test_codes, test_labels)),
        "nearest_neighbours": float(nearest.fit(codes, labels).score(test_codes, test_labels)),
    }


def checked_predictions(probabilities: ArrayLike, labels: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    """Probabilities as float64 and labels that fit them, or a ``ValueError``; see `classification_scores`."""
    probabilities = np.asarray(probabilities)
    if probabilities.ndim != 2 or len(probabilities) == 0 or probabilities.shape[1] < 2:
        raise ValueError(
            "probabilities: expected at least one row as (count, classes) with two classes or more, received shape "
            f"{probabilities.shape}; pass what the softmax gives"
        )
    if not np.issubdtype(probabilities.dtype, np.floating):
        raise ValueError(f"probabilities: expected floats in 0-1, received {probabilities.dtype}; pass the softmax's")
    probabilities = probabilities.astype(np.float64)
    if not np.isfinite(probabilities).all():
        raise ValueError("probabilities: expected finite numbers, received NaN or infinity; look at the model")
    sums = probabilities.sum(axis=1)
    furthest = sums[np.abs(sums - 1).argmax()]
    if probabilities.min() < 0 or abs(furthest - 1) > SUM_SLACK:
        raise ValueError(
            f"probabilities: expected rows of 0 or more that sum to 1, received {probabilities.min():.4g} at least and "
            f"a sum of {furthest:.6g}; pass what the softmax gives, not logits"
        )
    labels = _checked_labels(labels, "labels", len(probabilities))
    classes = probabilities.shape[1]
    if labels.max() >= classes:
        raise ValueError(
            f"labels: expected 0 to {classes - 1}, one of the {classes} columns of probabilities, received "
            f"{labels.max()}; give the model as many classes as there are"
        )
    return probabilities, labels


def _checked_labels(labels: ArrayLike, name: str, count: int) -> np.ndarray:
    labels = np.asarray(labels)
    if labels.shape != (count,) or not np.issubdtype(labels.dtype, np.integer):
        raise ValueError(
            f"{name}: expected {count} integers, one an image, received {labels.dtype} of shape {labels.shape}; "
            "pass the labels of exactly these images"
        )
    if labels.min() < 0:
        raise ValueError(f"{name}: expected 0 or more, received {labels.min()}; number the classes from 0")
    return labels
