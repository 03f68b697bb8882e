"""The autoencoder family: trained on images as their own targets, scored by how well they are rebuilt."""

from functools import partial
from pathlib import Path
from typing import Any

import keras
import numpy as np

from export import Score
from keraszoo.data import ImageDataset
from keraszoo.evaluation import (
    pca_curve,
    pca_reconstructions,
    plot_code_map,
    plot_error_against_code_size,
    plot_image_rows,
    plot_learning_curves,
    plot_reconstructions,
    plot_walks,
    reconstruction_scores,
)
from keraszoo.models import autoencoder as build
from keraszoo.models import autoencoder_signatures as signatures
from keraszoo.training import SmallWarps, fit, reconstruction_batches
from keraszoo.training.callbacks import EpochPicture

__all__ = ["build", "evaluate", "export_inputs", "signatures", "train"]

CALIBRATION_IMAGES = 500
PROOF_IMAGES = 1000
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
    **options: Any,
) -> list[dict[str, float]]:
    """Fit the model on the training images; ``options`` go to `keraszoo.training.fit`.

    With a ``warp_strength`` above 0 half of every batch is changed by `SmallWarps`. Pictures of the reconstruction
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
            augment=SmallWarps(warp_strength) if warp_strength else None,
        ),
        validation=(dataset.validation.images, dataset.validation.images / np.float32(255)),
        folder=folder,
        callbacks=[EpochPicture(draw)],
        **options,
    )


def evaluate(
    model: keras.Model, dataset: ImageDataset, folder: Path, history: list[dict[str, float]]
) -> dict[str, Any]:
    """Score the test split beside PCA of the same code size, and draw five pictures into ``folder``."""
    graphs = signatures(model)
    test = dataset.test.images
    codes = graphs["encode"].predict(test, batch_size=1000, verbose=0)["code"]
    decode = partial(_predict, graphs["decode"])
    rebuilt = decode(codes)
    code_size = codes.shape[1]
    scores = {"code_size": code_size, "autoencoder": reconstruction_scores(test, rebuilt)}

    sizes = sorted({size for size in (2, 4, 8, 16, 32, 64) if size <= _largest_pca(dataset)} | {code_size})
    sizes = [size for size in sizes if size <= _largest_pca(dataset)]
    curve = pca_curve(dataset.train.images, test, sizes)
    rows = {"original": test, "autoencoder": rebuilt}
    if code_size in sizes:
        scores["pca"] = curve[sizes.index(code_size)]
        rows["PCA"] = pca_reconstructions(dataset.train.images, test[:SHOWN], code_size)
    plot_image_rows({name: images[:SHOWN] for name, images in rows.items()}, folder / "reconstructions.png")
    plot_learning_curves(history, folder / "learning_curves.png")
    plot_code_map(codes[:2000], _first(dataset.test.labels, 2000), dataset.class_names, folder / "code_map.png")
    plot_walks(decode, codes[:5], codes[5:10], folder / "walks.png")
    plot_error_against_code_size(
        {
            "PCA": [(size, row["squared_error"]) for size, row in zip(sizes, curve, strict=True)],
            "autoencoder": [(code_size, scores["autoencoder"]["squared_error"])],
        },
        folder / "error_against_code_size.png",
    )
    return scores


def export_inputs(model: keras.Model, dataset: ImageDataset) -> tuple[dict, dict, Score]:
    """Training images and codes to calibrate on, test images and codes to prove on, and the squared error."""
    encode = signatures(model)["encode"]

    def inputs(images: np.ndarray) -> dict[str, dict[str, np.ndarray]]:
        pixels = images.astype(np.float32)
        codes = encode.predict(pixels, batch_size=1000, verbose=0)["code"]
        return {"reconstruct": {"image": pixels}, "encode": {"image": pixels}, "decode": {"code": codes}}

    proof = dataset.test.images[:PROOF_IMAGES]
    score = Score(
        "squared_error",
        "reconstruct",
        lambda outputs: reconstruction_scores(proof, outputs["reconstruction"])["squared_error"],
        higher_is_better=False,
        largest_loss={"int8": 0.05, "dynamic": 0.05},
    )
    return inputs(dataset.train.images[:CALIBRATION_IMAGES]), inputs(proof), score


def _predict(graph: keras.Model, codes: np.ndarray) -> np.ndarray:
    return graph.predict(codes, batch_size=1000, verbose=0)["reconstruction"]


def _first(labels: np.ndarray | None, count: int) -> np.ndarray | None:
    return None if labels is None else labels[:count]


def _largest_pca(dataset: ImageDataset) -> int:
    """PCA has no more components than there are training images or values in one."""
    images = dataset.train.images
    return min(len(images), int(np.prod(images.shape[1:])))
