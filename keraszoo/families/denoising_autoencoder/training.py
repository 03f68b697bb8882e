"""Train a denoiser to rebuild clean images from corrupted ones."""

from pathlib import Path
from typing import Any

import keras
import numpy as np

from keraszoo.data import ImageDataset
from keraszoo.evaluation import plot_image_rows
from keraszoo.families.denoising_autoencoder.inference import typical_inputs
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
    """Fit the model on clean training images, which its own layers corrupt; ``options`` go to `keraszoo.training.fit`.

    The validation images are corrupted once. Pictures of some of them, as the model learns to clean them, go to
    ``folder/progress``.
    """
    clean = dataset.validation.images
    noisy = typical_inputs(model, clean)

    def draw(current: keras.Model, epoch: int) -> None:
        rows = {
            "clean": clean[:SHOWN],
            "noisy": noisy[:SHOWN] / 255,
            "cleaned": current.predict_on_batch(noisy[:SHOWN]),
        }
        plot_image_rows(rows, folder / "progress" / f"epoch_{epoch:04d}.png")

    return fit(
        model,
        reconstruction_batches(
            dataset.train.images,
            batch_size=batch_size,
            seed=seed,
            augment=small_warps(warp_strength, warp_share),
        ),
        validation=(noisy, clean / np.float32(255)),
        folder=folder,
        callbacks=[EpochPicture(draw)],
        loss=loss,
        **options,
    )
