"""How clean noisy images become: by a model, and by the best of the classical filters."""

import logging
import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from keraszoo.evaluation.arrays import unit_images
from keraszoo.evaluation.filters import FILTERS, apply_filter, best_setting
from keraszoo.evaluation.reconstruction import reconstruction_scores

NOISE_LEVELS = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7)
LOWEST_PROBABILITY = np.float32(1e-7)
"""Keras clips by it before a logarithm."""

logger = logging.getLogger("keraszoo")


def add_noise(images: np.ndarray, stddev: float, seed: int) -> np.ndarray:
    """Images with Gaussian noise, clipped to 0-1 as a picture file clips it, but not rounded to its 256 values.

    One seed draws one noise, of which each ``stddev`` is a multiple, and fewer images get the same as the first of
    many.

    Args:
        images: shape (count, height, width, channels), uint8 in 0-255 or floats in 0-1.
        stddev: of the noise before it is clipped, of pixels in 0-1; 0 or more.
        seed: draws the noise.

    Returns:
        float32 in 0-1 of the same shape.

    Raises:
        ValueError: ``stddev`` is negative or not finite, or the images are none.
    """
    if not (math.isfinite(stddev) and stddev >= 0):
        raise ValueError(f"stddev: expected a finite number of 0 or more, received {stddev}; pixels count as 0-1")
    clean = unit_images(images, "images")
    noise = np.random.default_rng(seed).standard_normal(clean.shape, dtype=np.float32)
    return (clean + np.float32(stddev) * noise).clip(0, 1)


def denoising_scores(clean: np.ndarray, restored: np.ndarray) -> dict[str, float]:
    """How close restored images come to the clean ones.

    Args:
        clean: shape (count, height, width, channels), uint8 in 0-255 or floats in 0-1; sides of 3 or more.
        restored: the same shape, floats in 0-1.

    Returns:
        ``psnr`` (decibels) and ``ssim`` as `reconstruction_scores` has them, and ``bce``: binary cross-entropy a
        pixel, in nats, from probabilities clipped to 1e-7 and 1 - 1e-7 as Keras's loss clips them.

    Raises:
        ValueError: the shapes differ, or a shape, type or range is another one.
    """
    scores = reconstruction_scores(clean, restored)
    targets = unit_images(clean, "clean")
    # In float32, where 1 - 1e-7 is not quite that, as Keras does.
    probabilities = np.asarray(restored, np.float32).clip(LOWEST_PROBABILITY, 1 - LOWEST_PROBABILITY)
    likelihood = targets * np.log(probabilities) + (1 - targets) * np.log(1 - probabilities)
    return {"psnr": scores["psnr"], "ssim": scores["ssim"], "bce": -float(likelihood.mean(dtype=np.float64))}


def denoising_curve(
    denoise: Callable[[np.ndarray], np.ndarray],
    validation_images: np.ndarray,
    test_images: np.ndarray,
    noise_levels: Sequence[float] = NOISE_LEVELS,
    *,
    filter_images: int = 200,
    seed: int = 0,
    filters: Sequence[str] = tuple(FILTERS),
) -> list[dict[str, Any]]:
    """Score a model beside the classical filters at several strengths of noise, and on images without any.

    The filters' settings are chosen at each strength anew, on noisy validation images. On one core, 28x28 images take
    about half a minute a noise level with 200 validation and 1,000 test images, nearly all of it non-local means.

    Args:
        denoise: noisy pixels 0-255, float32 of shape (count, height, width, channels) -> cleaned images in 0-1.
            They are not rounded: what `add_noise` gives, times 255.
        validation_images: to choose the filters' settings on; uint8 in 0-255 or floats in 0-1.
        test_images: to measure all on, of the same height, width and channels.
        noise_levels: standard deviations, see `add_noise`.
        filter_images: how many of the validation images to choose with, from the first on.
        seed: draws the noise of the test images; that of the validation images is another.
        filters: rows of `FILTERS`.

    Returns:
        One dictionary a noise level, noise 0 before all: ``noise``; `denoising_scores` of the ``input`` and of the
        ``model``; ``filters``, by name their scores and ``settings``; ``best_filter``, the one with the highest PSNR;
        ``gain_db``, the model's PSNR less that. With noise 0, which leaves a filter nothing to do, or without filters
        the last three are empty or None.

    Raises:
        ValueError: images, noise or filters that cannot be, or a model's output of another shape or range.
    """
    chosen_on = np.asarray(validation_images)[:filter_images]
    rows = []
    for level in (0.0, *(float(level) for level in noise_levels if level != 0)):
        noisy = add_noise(test_images, level, seed)
        row: dict[str, Any] = {
            "noise": level,
            "input": denoising_scores(test_images, noisy),
            "model": denoising_scores(test_images, np.asarray(denoise(noisy * np.float32(255)))),
            "filters": {},
            "best_filter": None,
            "gain_db": None,
        }
        logger.info("noise %g: input %.2f dB, model %.2f dB", level, row["input"]["psnr"], row["model"]["psnr"])
        for name in filters if level > 0 else ():
            settings, _ = best_setting(name, add_noise(chosen_on, level, seed + 1), chosen_on)
            scores = denoising_scores(test_images, apply_filter(name, noisy, settings))
            row["filters"][name] = {**scores, "settings": settings}
            logger.info("noise %g: %s %.2f dB", level, name, scores["psnr"])
        if row["filters"]:
            row["best_filter"] = max(row["filters"], key=lambda name: row["filters"][name]["psnr"])
            row["gain_db"] = row["model"]["psnr"] - row["filters"][row["best_filter"]]["psnr"]
        rows.append(row)
    return rows
