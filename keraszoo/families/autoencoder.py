"""The autoencoder family: trained on images as their own targets, scored by how well they are rebuilt."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import keras
import numpy as np

from export import QUANTIZED, Score
from keraszoo.data import ImageDataset
from keraszoo.evaluation import (
    fit_pca,
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
from keraszoo.training import fit, reconstruction_batches, small_warps
from keraszoo.training.callbacks import EpochPicture

__all__ = ["build", "evaluate", "export_inputs", "measure", "signatures", "summary", "train", "typical_inputs"]

CALIBRATION_IMAGES = 500
PROOF_IMAGES = 1000
PCA_CODE_SIZES = (2, 4, 8, 16, 32, 64)
SHOWN = 10
"""Images in a picture."""
MAPPED = 2000
"""Codes in the map."""


def train(
    model: keras.Model,
    dataset: ImageDataset,
    folder: Path,
    *,
    seed: int,
    batch_size: int = 256,
    warp_strength: float = 0.0,
    warp_share: float = 0.5,
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
        **options,
    )


def evaluate(
    model: keras.Model,
    dataset: ImageDataset,
    folder: Path,
    history: list[dict[str, float]],
    siblings: Sequence[keras.Model] = (),
) -> dict[str, Any]:
    """Score the test split beside PCA of the same code size, and draw five pictures into ``folder``.

    PCA learns from the training and the validation images, as it needs none to choose by. ``siblings`` are models
    with other code sizes, for the curve of the error against it.
    """
    graphs = signatures(model)
    test, learned = dataset.test.images, np.concatenate([dataset.train.images, dataset.validation.images])
    codes = _encode(graphs["encode"], test)
    decode = partial(_decode, graphs["decode"])
    rebuilt = decode(codes)
    code_size = codes.shape[1]
    scores = {"code_size": code_size, "measures": reconstruction_scores(test, rebuilt)}

    errors = {code_size: scores["measures"]["squared_error"]}
    for sibling in siblings:
        sibling_rebuilt = sibling.predict(test, batch_size=1000, verbose=0)
        sibling_size = sibling.get_layer("encoder").output_shape[-1]
        errors[sibling_size] = reconstruction_scores(test, sibling_rebuilt)["squared_error"]
    largest = min(len(learned), learned[0].size)
    sizes = sorted(size for size in {*errors, *PCA_CODE_SIZES} if size <= largest)
    components = fit_pca(learned, max(sizes))
    pca = {int(row.pop("code_size")): row for row in pca_curve(learned, test, sizes, pca=components)}
    scores["pca"] = pca.get(code_size)
    scores["squared_error_by_code_size"] = {
        "autoencoder": {str(size): errors[size] for size in sorted(errors)},
        "PCA": {str(size): row["squared_error"] for size, row in pca.items()},
    }

    rows = {"original": test[:SHOWN], "autoencoder": rebuilt[:SHOWN]}
    if code_size in pca:
        rows["PCA"] = pca_reconstructions(learned, test[:SHOWN], code_size, pca=components)
    plot_image_rows(rows, folder / "reconstructions.png")
    plot_learning_curves(history, folder / "learning_curves.png")
    labels = None if dataset.test.labels is None else dataset.test.labels[:MAPPED]
    plot_code_map(codes[:MAPPED], labels, dataset.class_names, folder / "code_map.png")
    ends = codes[:SHOWN]
    walks = max(1, len(ends) // 2)
    plot_walks(decode, ends[:walks], ends[-walks:], folder / "walks.png")
    curves = scores["squared_error_by_code_size"].items()
    plot_error_against_code_size(
        {name: [(int(size), error) for size, error in curve.items()] for name, curve in curves},
        folder / "error_against_code_size.png",
    )
    return scores


def measure(loaded: Any, dataset: ImageDataset) -> dict[str, float]:
    """The measures that `evaluate` has."""
    test = dataset.test.images
    return reconstruction_scores(test, loaded.reconstruct(test))


def summary(scores: dict[str, Any]) -> list[str]:
    """A table of the autoencoder and PCA, one line each."""
    code = f"code of {scores['code_size']} numbers"
    lines = [f"{code:20}{'squared error':>15}{'MSE':>10}{'PSNR dB':>10}{'SSIM':>8}"]
    for name, row in (("autoencoder", scores["measures"]), ("PCA", scores["pca"])):
        if row:
            lines.append(
                f"{name:20}{row['squared_error']:15.4f}{row['mse']:10.5f}{row['psnr']:10.2f}{row['ssim']:8.4f}"
            )
    return lines


def typical_inputs(model: keras.Model, images: np.ndarray) -> np.ndarray:
    """The images as they are."""
    return images


def export_inputs(model: keras.Model, dataset: ImageDataset) -> dict[str, Any]:
    """Training images and codes to calibrate on, test images and codes to prove on, and the squared error."""
    encode = signatures(model)["encode"]

    def inputs(images: np.ndarray) -> dict[str, dict[str, np.ndarray]]:
        pixels = images.astype(np.float32)
        return {
            "reconstruct": {"image": pixels},
            "encode": {"image": pixels},
            "decode": {"code": _encode(encode, pixels)},
        }

    proof = dataset.test.images[:PROOF_IMAGES]
    score = Score(
        "squared_error",
        "reconstruct",
        lambda outputs: reconstruction_scores(proof, outputs["reconstruction"])["squared_error"],
        higher_is_better=False,
        largest_loss=dict.fromkeys(QUANTIZED, 0.05),
    )
    return {
        "calibration": inputs(dataset.train.images[:CALIBRATION_IMAGES]),
        "samples": inputs(proof),
        "score": score,
    }


def _encode(graph: keras.Model, images: np.ndarray) -> np.ndarray:
    return graph.predict(images, batch_size=1000, verbose=0)["code"]


def _decode(graph: keras.Model, codes: np.ndarray) -> np.ndarray:
    return graph.predict(codes, batch_size=1000, verbose=0)["reconstruction"]
