"""Train an autoencoder on images as their own targets."""

from pathlib import Path
from typing import Any

import keras
import numpy as np

from keraszoo.data import ImageDataset
from keraszoo.evaluation import plot_reconstructions
from keraszoo.training import fit, reconstruction_batches, small_warps
from keraszoo.training.callbacks import EpochPicture

SHOWN = 10
"""Images in a picture."""


def train(
    model: keras.Model,
    dataset: ImageDataset,
    folder: Path,
    *,
    seed: int,
    batch_size: int = 256,
    warp_strength: float = 0.0,
    warp_share: float = 0.5,
    loss: Any = "mean_squared_error",
    **options: Any,
) -> list[dict[str, float]]:
    """Fit the model on the training images; ``options`` go to `keraszoo.training.fit`.

    With a ``warp_strength`` above 0 a share of every batch is changed by `SmallWarps`. Pictures of the reconstruction
    as it is learned go to ``folder/progress``.
    """
    shown = dataset.validation.images[:SHOWN]

    def draw(current: keras.Model, epoch: int) -> None:
        rebuilt = current.predict_on_batch(shown)
        plot_reconstructions(shown, rebuilt, folder / "progress" / f"epoch_{epoch:04d}.png")

    return fit(
        model,
        reconstruction_batches(
            dataset.train.images,
            batch_size=batch_size,
            seed=seed,
            augment=small_warps(warp_strength, warp_share),
        ),
        validation=(dataset.validation.images, dataset.validation.images / np.float32(255)),
        folder=folder,
        callbacks=[EpochPicture(draw)],
        loss=loss,
        **options,
    )
