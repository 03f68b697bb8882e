"""The classifying family: a head on a trained autoencoder's code, learned from all labels or from a few."""

import math
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import keras
import numpy as np

from export import QUANTIZED, Score
from keraszoo.data import ImageDataset, Split, labelled_images, labels_of
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
from keraszoo.models import extended_autoencoder
from keraszoo.models import extended_autoencoder_signatures as signatures
from keraszoo.models.extended_autoencoder import forget_training, set_trainable
from keraszoo.names import check_choice
from keraszoo.training import Changes, ConsistencyLoss, fit, joint_batches, labelled_batches, run_stages

__all__ = [
    "assets",
    "build",
    "evaluate",
    "export_inputs",
    "measure",
    "signatures",
    "summary",
    "train",
    "typical_inputs",
]

METHODS = {
    "frozen": "the head alone, on a frozen encoder",
    "fine_tuned": "the head alone, then all layers",
    "joint": "the head alone, then all layers on labelled and unlabelled images at once",
    "scratch": "all layers, from new weights, for comparison",
}
CALIBRATION_IMAGES = 500
PROOF_IMAGES = 1000
PROBE_IMAGES = 10_000
HEAD_LEARNING_RATE = 3e-3
SHOWN = 10
"""Images in a picture."""


def build(
    image_shape: tuple[int, int, int],
    autoencoder: keras.Model,
    num_classes: int,
    head_units: Sequence[int] = (),
    dropout: float = 0.0,
) -> keras.Model:
    """An `extended_autoencoder` for images of that shape."""
    expected = tuple(autoencoder.input_shape[1:])
    if tuple(image_shape) != expected:
        raise ValueError(f"the autoencoder reads images of shape {expected}, the data have {tuple(image_shape)}")
    return extended_autoencoder(autoencoder, num_classes, head_units=head_units, dropout=dropout)


def train(
    model: keras.Model,
    dataset: ImageDataset,
    folder: Path,
    *,
    seed: int,
    method: str = "frozen",
    labels: int | None = None,
    batch_size: int = 256,
    warp_strength: float = 1.0,
    warp_share: float = 0.75,
    elastic_strength: float = 0.0,
    erased_side: float = 0.0,
    mirrored_share: float = 0.0,
    head_epochs: int = 10,
    labelled_share: float = 0.125,
    propagated_share: float = 0.0,
    rounds: int = 1,
    reconstruction_weight: float | None = None,
    **options: Any,
) -> list[dict[str, float]]:
    """Fit the head, and by ``method`` the other layers, on labelled training images.

    With ``labels``, a number, only so many are looked at, drawn with the seed from the training and validation images,
    as many of each class; the last epoch is kept then, since there is nothing to choose by. Images are changed as
    `Changes` says, ``warp_share`` of them warped; for ``"joint"``, whose loss is `ConsistencyLoss`, all of them, and
    slightly changed views a quarter as much. Jointly, a ``propagated_share`` of the other images counts as labelled
    (`joint_batches`), and all layers learn in so many ``rounds`` of ``epochs``, labels spread anew in each by what the
    encoder has learned. ``reconstruction_weight`` of the squared error keeps the decoder useful; by default it is 1 for
    ``"joint"``, else 0.
    ``options`` go to `keraszoo.training.fit`.
    """
    check_choice("method", method, METHODS)
    joint = method == "joint"
    if reconstruction_weight is None:
        reconstruction_weight = 1.0 if joint else 0.0
    _check_numbers(labelled_share, propagated_share, rounds, reconstruction_weight)
    images, known, known_labels, validation = labelled_images(dataset, labels, seed)
    if options.get("patience") and (joint or validation is None):
        raise ValueError("with a number of labels, or jointly, there is nothing to wait for: leave patience out")
    num_classes = model.get_layer("head").output_shape[-1]
    changes = Changes(warp_strength, elastic_strength, erased_side, mirrored_share)
    supervised = labelled_batches(
        images[known],
        known_labels,
        num_classes,
        batch_size=batch_size,
        seed=seed,
        augment=changes.strong(warp_share),
    )

    def learn_head(stage: Path, **chosen: Any) -> list[dict[str, float]]:
        set_trainable(model, encoder=False, decoder=False)
        return fit(
            model,
            supervised,
            validation=_validation(validation, num_classes),
            folder=stage,
            loss={"probabilities": "categorical_crossentropy"},
            **{**options, **chosen},
        )

    def learn_all(stage: Path) -> list[dict[str, float]]:
        batches, loss = supervised, "categorical_crossentropy"
        if joint:
            batches = joint_batches(
                model,
                images,
                known,
                known_labels,
                num_classes,
                changes,
                propagated_share=propagated_share,
                batch_size=batch_size,
                labelled_share=labelled_share,
                seed=seed,
            )
            loss = ConsistencyLoss(np.bincount(known_labels, minlength=num_classes) / len(known))
        set_trainable(model, encoder=True, decoder=reconstruction_weight > 0)
        losses: dict[str, Any] = {"probabilities": loss}
        weights = {"probabilities": 1.0}
        if reconstruction_weight:
            losses["reconstruction"], weights["reconstruction"] = "mean_squared_error", reconstruction_weight
        return fit(
            model,
            batches,
            validation=None if joint else _validation(validation, num_classes),
            folder=stage,
            loss=losses,
            loss_weights=weights,
            **options,
        )

    if method == "scratch":
        forget_training(model)
    stages: dict[str, Callable[[Path], list[dict[str, float]]]] = {}
    if method == "frozen":
        stages["head"] = learn_head
    elif method != "scratch":
        stages["head"] = partial(learn_head, epochs=head_epochs, learning_rate=HEAD_LEARNING_RATE, patience=None)
    if method != "frozen":
        stages["all"] = learn_all
    if joint:
        stages.update({f"all-{number}": learn_all for number in range(2, rounds + 1)})
    return run_stages(stages, folder)


def typical_inputs(model: keras.Model, images: np.ndarray) -> np.ndarray:
    """The images as they are."""
    return images


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
        before = base.predict(test.images, batch_size=1000, verbose=0)
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


def export_inputs(model: keras.Model, dataset: ImageDataset) -> dict[str, Any]:
    """Training images to calibrate on, all test images to prove the decisions on, some for the other graphs."""
    test, labels = dataset.test, labels_of(dataset.test, "test")
    score = Score(
        "accuracy",
        "classify",
        lambda outputs: float((outputs["probabilities"].argmax(axis=1) == labels).mean()),
        largest_loss=dict.fromkeys(QUANTIZED, 0.002),
    )
    calibration = {"image": dataset.train.images[:CALIBRATION_IMAGES].astype(np.float32)}
    proof = {"image": test.images[:PROOF_IMAGES].astype(np.float32)}
    return {
        "calibration": dict.fromkeys(("classify", "encode", "reconstruct"), calibration),
        "samples": {
            "classify": {"image": test.images.astype(np.float32)},
            "encode": proof,
            "reconstruct": proof,
        },
        "score": score,
    }


def assets(model: keras.Model, dataset: ImageDataset) -> dict[str, str]:
    """The names of the classes, in their order."""
    return {"class_names.txt": "".join(f"{name}\n" for name in dataset.class_names)}


def _check_numbers(labelled_share: float, propagated_share: float, rounds: int, reconstruction_weight: float) -> None:
    """Before the first stage learns what the second one would refuse."""
    if not 0 < labelled_share < 1:
        raise ValueError(f"labelled_share must lie between 0 and 1; received {labelled_share!r}")
    if not 0 <= propagated_share <= 1:
        raise ValueError(f"propagated_share must lie within 0-1; received {propagated_share!r}")
    if not isinstance(rounds, int) or rounds < 1:
        raise ValueError(f"rounds must be an integer of 1 or more; received {rounds!r}")
    if not 0 <= reconstruction_weight < math.inf:
        raise ValueError(
            f"reconstruction_weight must be a finite number of 0 or more; received {reconstruction_weight!r}"
        )


def _validation(split: Split | None, num_classes: int) -> tuple[np.ndarray, dict[str, np.ndarray]] | None:
    if split is None:
        return None
    one_hot = np.eye(num_classes, dtype=np.float32)[split.labels]
    return split.images, {"reconstruction": split.images / np.float32(255), "probabilities": one_hot}


def _predict(graph: keras.Model, images: np.ndarray) -> np.ndarray:
    (output,) = graph.predict(images, batch_size=1000, verbose=0).values()
    return output
