"""Build a classifier on a trained autoencoder's code, and train it on all labels or a few."""

import math
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import keras
import numpy as np

from keraszoo.data import ImageDataset, Split, labelled_images
from keraszoo.models import extended_autoencoder
from keraszoo.models.extended_autoencoder import forget_training, set_trainable
from keraszoo.names import check_choice
from keraszoo.training import Changes, ConsistencyLoss, fit, labelled_batches, run_stages, semi_supervised_batches
from keraszoo.training.checks import check_count, check_fit_numbers

METHODS = {
    "frozen": "the head alone, on a frozen encoder",
    "fine_tuned": "the head alone, then all layers",
    "joint": "the head alone, then all layers on labelled and unlabelled images at once",
    "scratch": "all layers, from new weights, for comparison",
}
HEAD_LEARNING_RATE = 3e-3


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
        raise ValueError(
            f"expected an autoencoder of images of shape {tuple(image_shape)}, as the data are, received one that "
            f"reads {expected}: choose another, or other data"
        )
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
    strokes: int = 0,
    head_epochs: int = 10,
    labelled_share: float = 0.125,
    reconstruction_weight: float | None = None,
    **options: Any,
) -> list[dict[str, float]]:
    """Fit the head, and by ``method`` the other layers, on labelled training images.

    With ``labels``, a number, only so many are looked at, drawn with the seed from the training and validation images,
    as many of each class; the last epoch is kept then, since there is nothing to choose by. Images are changed as
    `Changes` says, ``warp_share`` of them warped; for ``"joint"``, whose loss is `ConsistencyLoss`, all of them, and
    slightly changed views a quarter as much. Jointly, with a number of ``labels``, all classes are taken to be as
    frequent among the other images.
    ``reconstruction_weight`` of the squared error keeps the decoder useful; by default it is 1 for ``"joint"``, else 0.
    ``options`` go to `keraszoo.training.fit`.
    """
    check_choice("method", method, METHODS)
    joint = method == "joint"
    if reconstruction_weight is None:
        reconstruction_weight = 1.0 if joint else 0.0
    _check_shares(labelled_share, reconstruction_weight)
    check_count("head_epochs", head_epochs)
    check_fit_numbers(**options)
    images, known, known_labels, validation = labelled_images(dataset, labels, seed)
    if options.get("patience") and (joint or validation is None):
        raise ValueError("with a number of labels, or jointly, there is nothing to wait for: leave patience out")
    num_classes = model.get_layer("head").output_shape[-1]
    changes = Changes(warp_strength, elastic_strength, erased_side, mirrored_share, strokes)
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
            batches = semi_supervised_batches(
                images,
                known_labels,
                known,
                num_classes,
                batch_size=batch_size,
                labelled_share=labelled_share,
                seed=seed,
                weak=changes.weak(),
                strong=changes.strong(),
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
    return run_stages(stages, folder)


def _check_shares(labelled_share: float, reconstruction_weight: float) -> None:
    """Before the first stage learns what the second one would refuse."""
    if not 0 < labelled_share < 1:
        raise ValueError(f"labelled_share must lie between 0 and 1; received {labelled_share!r}")
    if not 0 <= reconstruction_weight < math.inf:
        raise ValueError(
            f"reconstruction_weight must be a finite number of 0 or more; received {reconstruction_weight!r}"
        )


def _validation(split: Split | None, num_classes: int) -> tuple[np.ndarray, dict[str, np.ndarray]] | None:
    if split is None:
        return None
    one_hot = np.eye(num_classes, dtype=np.float32)[split.labels]
    return split.images, {"reconstruction": split.images / np.float32(255), "probabilities": one_hot}
