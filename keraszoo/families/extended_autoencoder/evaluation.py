"""Score a classifier's decisions, and what became of the reconstruction."""

from pathlib import Path
from typing import Any

import keras
import numpy as np

from keraszoo.data import ImageDataset, labels_of
from keraszoo.evaluation import (
    classification_scores,
    code_probe_scores,
    confusion_matrix,
    decision_scores,
    plot_confusion,
    plot_errors,
    plot_learning_curves,
    plot_reconstructions,
    plot_reliability,
    reconstruction_scores,
    reliability_bins,
)
from keraszoo.models import extended_autoencoder_signatures as signatures
from keraszoo.training import predict

PROBE_IMAGES = 10_000
SHOWN = 10
"""Images in a picture."""


def evaluate(
    model: keras.Model,
    dataset: ImageDataset,
    folder: Path,
    history: list[dict[str, float]],
    base: keras.Model | None = None,
) -> dict[str, Any]:
    """Score the decisions on the test split, and draw five pictures into ``folder``.

    The ``measures`` are those of `classification_scores` and of the reconstruction: its ``squared_error`` and, with the
    autoencoder that the model was built on as ``base``, ``squared_error_before``. ``code`` has the accuracies of plain
    classifiers on the code, from up to 10,000 labelled training images.
    """
    test, labels = dataset.test, labels_of(dataset.test, "test")
    graphs = signatures(model)
    probabilities, codes, rebuilt = (
        _predict(graphs[name], test.images) for name in ("classify", "encode", "reconstruct")
    )
    measures = classification_scores(probabilities, labels)
    measures["squared_error"] = reconstruction_scores(test.images, rebuilt)["squared_error"]
    if base is not None:
        before = predict(base, test.images)
        before = before["reconstruction"] if isinstance(before, dict) else before
        measures["squared_error_before"] = reconstruction_scores(test.images, before)["squared_error"]
    learned = dataset.train.take(np.arange(min(PROBE_IMAGES, len(dataset.train))))
    learned_codes = _predict(graphs["encode"], learned.images)
    bins = reliability_bins(probabilities, labels)
    matrix = confusion_matrix(probabilities, labels)

    plot_learning_curves(history, folder / "learning_curves.png")
    plot_confusion(matrix, dataset.class_names, folder / "confusion.png")
    plot_reliability(bins, folder / "reliability.png")
    plot_errors(test.images, probabilities, labels, dataset.class_names, folder / "errors.png")
    plot_reconstructions(test.images[:SHOWN], rebuilt[:SHOWN], folder / "reconstructions.png")
    return {
        "measures": measures,
        "class_names": list(dataset.class_names),
        "confusion": matrix.tolist(),
        "reliability": bins,
        "code": code_probe_scores(learned_codes, labels_of(learned, "training"), codes, labels),
    }


def measure(loaded: Any, dataset: ImageDataset) -> dict[str, float]:
    """The ``accuracy`` and the ``error_percent`` that `evaluate` has."""
    expected = np.array(dataset.class_names)[labels_of(dataset.test, "test")]
    return decision_scores([answer.label for answer in loaded.classify(dataset.test.images)], expected)


def summary(scores: dict[str, Any]) -> list[str]:
    """The error, the calibration, the classifiers on the code, and what became of the reconstruction."""
    measures, code = scores["measures"], scores["code"]
    lines = [
        f"accuracy {measures['accuracy']:.4f} (error {measures['error_percent']:.2f}%), "
        f"calibration error {measures['calibration_error']:.4f}",
        f"on the code: linear probe {code['linear_probe']:.4f}, nearest neighbours {code['nearest_neighbours']:.4f}",
    ]
    if "squared_error_before" in measures:
        before = measures["squared_error_before"]
        lines.append(f"squared error of the reconstruction: {before:.3f} before, {measures['squared_error']:.3f} now")
    return lines


def _predict(graph: keras.Model, images: np.ndarray) -> np.ndarray:
    (output,) = predict(graph, images).values()
    return output
