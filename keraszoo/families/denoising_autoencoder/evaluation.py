"""Score a denoiser beside classical filters."""

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import keras
import numpy as np

from keraszoo.data import ImageDataset
from keraszoo.evaluation import (
    add_noise,
    denoising_curve,
    denoising_scores,
    plot_denoising_curves,
    plot_denoising_grid,
    plot_learning_curves,
)
from keraszoo.evaluation.denoising import NOISE_LEVELS
from keraszoo.families.denoising_autoencoder.inference import typical_inputs
from keraszoo.models import denoising_autoencoder_signatures as signatures
from keraszoo.training import predict

TEST_IMAGES = 1000
"""The first ones of the test split: non-local means takes 0.05 s an image."""
FILTER_IMAGES = 100
"""Validation images that the settings of the classical filters are chosen on."""
NOISE, NOISE_SEED = 0.5, 0
"""Standard deviation of the noise that the one figure is about, and that a file is proven on, and its draw."""


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


def _denoise(graph: keras.Model, pixels: np.ndarray) -> np.ndarray:
    return predict(graph, pixels)["reconstruction"]
