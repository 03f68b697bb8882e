"""Train a hasher until views of one image agree on their bits."""

import math
from collections.abc import Callable
from functools import partial
from numbers import Real
from pathlib import Path
from typing import Any

import keras
import numpy as np

from keraszoo.data import ImageDataset
from keraszoo.evaluation import plot_image_rows
from keraszoo.families.binary_autoencoder.inference import run_decode, run_hash
from keraszoo.models import binary_autoencoder_signatures as signatures
from keraszoo.training import SmallWarps, TwoViewLoss, features, fit, nearest, predict, run_stages, two_view_batches
from keraszoo.training.callbacks import EpochPicture

UNDECIDED_SHARE = 0.018
"""Of the training images' codes, within 0.1-0.9 after training."""
VALIDATION_PAIRS = 500
"""Pairs of views that lie together in the validation data: `fit` validates in batches of 1,000."""
SHOWN = 10
"""Images in a picture."""


def train(
    model: keras.Model,
    dataset: ImageDataset,
    folder: Path,
    *,
    seed: int,
    batch_size: int = 512,
    warp_strength: float = 3.0,
    code_weight: float = 0.3,
    decorrelation: float = 1.0,
    neighbours: int = 10,
    neighbour_stages: int = 1,
    **options: Any,
) -> list[dict[str, float]]:
    """Fit the model on changed views of the training images, each rebuilt as the image it is of.

    `TwoViewLoss`, weighted with ``code_weight``, makes the views of an image agree on their bits. Then come
    ``neighbour_stages`` of as many epochs, in which the second view is of one of the ``neighbours`` nearest images, by
    what the encoder has before its last layer (the idea of SCAN, Van Gansbeke et al., 2020). No label is looked at.
    ``options`` go to `keraszoo.training.fit`.
    """
    if not isinstance(neighbour_stages, int) or neighbour_stages < 0:
        raise ValueError(f"neighbour_stages must be an integer of 0 or more; received {neighbour_stages!r}")
    if not isinstance(code_weight, Real) or not 0 <= code_weight < math.inf:
        raise ValueError(f"code_weight must be a finite number of 0 or more; received {code_weight!r}")
    largest = len(dataset.train) - 1
    if neighbour_stages and (not isinstance(neighbours, int) or not 1 <= neighbours <= largest):
        raise ValueError(
            f"neighbours must be an integer from 1 to {largest}, the other images; received {neighbours!r}"
        )
    augment = SmallWarps(warp_strength, 1.0)
    graphs = signatures(model)
    shown = dataset.validation.images[:SHOWN]

    def draw(stage: Path, _: keras.Model, epoch: int) -> None:
        rows = {"original": shown, "from bits": run_decode(graphs["decode"], run_hash(graphs["hash"], shown)["bits"])}
        plot_image_rows(rows, folder / "progress" / f"{stage.name}_epoch_{epoch:04d}.png")

    def learn(stage: Path, partners: np.ndarray | None = None) -> list[dict[str, float]]:
        return fit(
            model,
            two_view_batches(
                dataset.train.images, batch_size=batch_size, seed=seed, augment=augment, partners=partners
            ),
            validation=_views(dataset.validation.images, augment, seed),
            loss={"reconstruction": "mean_squared_error", "soft_code": TwoViewLoss(decorrelation)},
            loss_weights={"reconstruction": 1.0, "soft_code": code_weight},
            folder=stage,
            callbacks=[EpochPicture(partial(draw, stage))],
            **options,
        )

    def learn_from_neighbours(stage: Path) -> list[dict[str, float]]:
        return learn(stage, nearest(features(model, dataset.train.images), neighbours))

    stages: dict[str, Callable[[Path], list[dict[str, float]]]] = {"views": learn}
    stages |= {f"neighbours_{number}": learn_from_neighbours for number in range(1, neighbour_stages + 1)}
    history = run_stages(stages, folder)
    _scale_logits(model, dataset.train.images)
    return history


def _scale_logits(model: keras.Model, images: np.ndarray) -> None:
    """Scale the encoder's last layer so that `UNDECIDED_SHARE` of these images' codes lie within 0.1-0.9.

    Training lets the logits grow without bound. That changes no bit, but the soft code becomes so steep that it shows
    the rounding errors of float32 where a bit is on the brink: it is made no steeper than it needs to be.
    """
    last = model.get_layer("encoder").layers[-1]
    brink = float(np.quantile(np.abs(_logits(model, images)), UNDECIDED_SHARE))
    if isinstance(last, keras.layers.Dense) and brink:
        last.set_weights([weights * math.log(0.9 / 0.1) / brink for weights in last.get_weights()])


def _views(images: np.ndarray, augment: SmallWarps, seed: int) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """Validation data: two views of each image, in blocks that `fit` validates as one batch."""
    batches = two_view_batches(images, batch_size=VALIDATION_PAIRS, seed=seed, augment=augment)
    views, targets = zip(*batches.from_epoch(0).take(batches.steps_per_epoch).as_numpy_iterator(), strict=True)
    return np.concatenate(views), {name: np.concatenate([target[name] for target in targets]) for name in targets[0]}


def _logits(model: keras.Model, images: np.ndarray) -> np.ndarray:
    image = keras.Input(model.input_shape[1:])
    logits = model.get_layer("encoder")(model.get_layer("scaling")(image))
    return predict(keras.Model(image, logits), images)
