"""The denoising family: trained to rebuild clean images from corrupted ones, scored beside classical filters."""

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import keras
import numpy as np

from export import QUANTIZED, Score
from keraszoo.data import ImageDataset
from keraszoo.evaluation import (
    add_noise,
    denoising_curve,
    denoising_scores,
    plot_denoising_curves,
    plot_denoising_grid,
    plot_image_rows,
    plot_learning_curves,
    reconstruction_scores,
)
from keraszoo.evaluation.denoising import NOISE_LEVELS
from keraszoo.models import denoising_autoencoder as build
from keraszoo.models import denoising_autoencoder_signatures as signatures
from keraszoo.training import fit, reconstruction_batches, small_warps
from keraszoo.training.callbacks import EpochPicture

__all__ = ["build", "evaluate", "export_inputs", "measure", "signatures", "summary", "train", "typical_inputs"]

CALIBRATION_IMAGES = 500
TEST_IMAGES = 1000
"""The first ones of the test split: non-local means takes 0.05 s an image."""
CORRUPTION_SEED = 0
FILTER_IMAGES = 100
"""Validation images that the settings of the classical filters are chosen on."""
NOISE, NOISE_SEED = 0.5, 0
"""Standard deviation of the noise that the one figure is about, and that a file is proven on, and its draw."""
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
        **options,
    )


def typical_inputs(model: keras.Model, images: np.ndarray) -> np.ndarray:
    """The images as the model's own corruption leaves them, float32 pixels 0-255; the same ones every time."""
    corrupt = keras.Model(model.input, model.get_layer("clipping").output)
    generators = [variable for variable in corrupt.variables if variable.path.endswith("seed_generator_state")]
    before = [keras.ops.convert_to_numpy(generator) for generator in generators]
    for number, generator in enumerate(generators):
        generator.assign([CORRUPTION_SEED, number])
    starts = range(0, len(images), 1000)
    noisy = np.concatenate([np.asarray(corrupt(images[start : start + 1000], training=True)) for start in starts])
    for generator, state in zip(generators, before, strict=True):
        generator.assign(state)
    return 255 * noisy


def evaluate(
    model: keras.Model,
    dataset: ImageDataset,
    folder: Path,
    history: list[dict[str, float]],
    noise_levels: Sequence[float] = NOISE_LEVELS,
) -> dict[str, Any]:
    """Score the first test images at these noise levels and at 0.5 beside classical filters, and draw three pictures.

    The ``measures`` are those at noise 0.5, ``gain_db`` over the best filter there, and ``clean_psnr``: of clean images
    that the model was given. ``own_corruption`` has the scores for what the model was trained against.
    """
    test = dataset.test.images[:TEST_IMAGES]
    denoise = partial(_denoise, signatures(model)["denoise"])
    levels = sorted({*noise_levels, NOISE})
    rows = denoising_curve(
        denoise, dataset.validation.images, test, levels, filter_images=FILTER_IMAGES, seed=NOISE_SEED
    )
    corrupted = typical_inputs(model, test)
    row = next(row for row in rows if row["noise"] == NOISE)

    plot_learning_curves(history, folder / "learning_curves.png")
    plot_denoising_curves(rows, folder / "denoising_curves.png")
    plot_denoising_grid(denoise, test, row, folder / "denoised.png")
    return {
        "measures": {**row["model"], "gain_db": row["gain_db"], "clean_psnr": rows[0]["model"]["psnr"]},
        "noise": NOISE,
        "images": len(test),
        "own_corruption": {
            "input": denoising_scores(test, corrupted / 255),
            "model": denoising_scores(test, denoise(corrupted)),
        },
        "curve": rows,
    }


def measure(loaded: Any, dataset: ImageDataset, evaluation: Mapping[str, Any]) -> dict[str, float]:
    """The measures that `evaluate` has at its noise; the filters, which it tuned, are not run again."""
    test = dataset.test.images[:TEST_IMAGES]
    scores = denoising_scores(test, loaded.denoise(add_noise(test, NOISE, NOISE_SEED)))
    row = next(row for row in evaluation["curve"] if row["noise"] == NOISE)
    return {**scores, "gain_db": scores["psnr"] - row["filters"][row["best_filter"]]["psnr"]}


def summary(scores: dict[str, Any]) -> list[str]:
    """A table of the input, the model and the best filter by noise."""
    lines = [f"{'noise':8}{'input dB':>10}{'model dB':>10}{'SSIM':>8}{'filter dB':>11}  best filter"]
    for row in scores["curve"]:
        best = row["best_filter"]
        beside = f"{row['filters'][best]['psnr']:11.2f}  {best}" if best else ""
        model = row["model"]
        lines.append(f"{row['noise']:<8g}{row['input']['psnr']:10.2f}{model['psnr']:10.2f}{model['ssim']:8.3f}{beside}")
    return lines


def export_inputs(model: keras.Model, dataset: ImageDataset) -> dict[str, Any]:
    """Noisy training images to calibrate on, noisy test images to prove on, and the squared error to the clean ones."""
    proof = dataset.test.images[:TEST_IMAGES]
    score = Score(
        "squared_error",
        "denoise",
        lambda outputs: reconstruction_scores(proof, outputs["reconstruction"])["squared_error"],
        higher_is_better=False,
        largest_loss=dict.fromkeys(QUANTIZED, 0.05),
    )
    calibration = typical_inputs(model, dataset.train.images[:CALIBRATION_IMAGES])
    samples = 255 * add_noise(proof, NOISE, NOISE_SEED)
    return {
        "calibration": {"denoise": {"image": calibration}},
        "samples": {"denoise": {"image": samples}},
        "score": score,
    }


def _denoise(graph: keras.Model, pixels: np.ndarray) -> np.ndarray:
    return graph.predict(pixels, batch_size=1000, verbose=0)["reconstruction"]
