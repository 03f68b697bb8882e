"""Classical filters of scikit-image at their best, to compare a trained denoiser with."""

import warnings
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from itertools import product
from typing import Any

import numpy as np
from skimage.restoration import denoise_nl_means, denoise_tv_chambolle, denoise_wavelet

from keraszoo.evaluation.arrays import unit_images
from keraszoo.evaluation.reconstruction import LOWEST_MSE
from keraszoo.names import nearest_name_hint

Settings = dict[str, Any]

FILTERS: dict[str, tuple[Callable[..., np.ndarray], dict[str, Sequence[Any]]]] = {
    "non-local means": (
        partial(denoise_nl_means, fast_mode=True),
        {
            "h": (0.15, 0.2, 0.25, 0.35, 0.5, 0.7, 1.0, 1.4),
            "sigma": (0.0, 1.0),
            "patch_size": (3, 5, 7),
            "patch_distance": (3, 4, 6, 11),
        },
    ),
    "total variation": (
        partial(denoise_tv_chambolle, max_num_iter=200),
        {"weight": (0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.2, 1.5)},
    ),
    "wavelet": (
        denoise_wavelet,
        {
            "sigma": (0.15, 0.25, 0.35, 0.5, 0.7, 1.0, 1.4),
            "mode": ("soft", "hard"),
            "method": ("BayesShrink", "VisuShrink"),
            "wavelet": ("db1", "db2", "sym4"),
            "wavelet_levels": (None, 3),
        },
    ),
}
"""By name, the function and the grid of its settings. Those in `IN_UNITS_OF_NOISE` are multiples of the noise."""

IN_UNITS_OF_NOISE = {"h", "sigma", "weight"}
PRELIMINARY_IMAGES = 50
FINALISTS = 8


def best_setting(name: str, noisy: np.ndarray, clean: np.ndarray) -> tuple[Settings, float]:
    """The settings with which a filter restores these images best, by PSNR.

    Noise that a picture file clips to 0-1 makes black brighter and white darker, which no filter undoes. So that the
    comparison is fair to them, each setting comes with the gain and the offset that bring its output closest to the
    clean images by least squares; a plain filter would lose 1 to 4 dB. The whole grid is tried on the first 50 images,
    the best 8 settings on all.

    Args:
        name: a row of `FILTERS`.
        noisy: shape (count, height, width, channels), floats in 0-1. Validation images, not those to report on.
        clean: what they were before, uint8 in 0-255 or floats in 0-1.

    Returns:
        The arguments of the function with ``gain`` and ``offset``, for `apply_filter`, and the PSNR in decibels,
        mean over the images.

    Raises:
        ValueError: there is no such filter, or the images do not fit each other or have no noise.
    """
    noisy, clean = unit_images(noisy, "noisy"), unit_images(clean, "clean")
    if noisy.shape != clean.shape:
        raise ValueError(f"expected noisy and clean of one shape, received {noisy.shape} and {clean.shape}; pair them")
    noise = float(np.sqrt(np.mean(np.square(noisy - clean))))
    if noise == 0:
        raise ValueError("noisy: expected images that differ from clean, received the same; add noise")
    grid = _settings_grid(name, noise)
    few_noisy, few_clean = noisy[:PRELIMINARY_IMAGES], clean[:PRELIMINARY_IMAGES]
    grid.sort(key=lambda settings: _fitted(name, few_noisy, few_clean, settings)[1], reverse=True)
    finals = [_fitted(name, noisy, clean, settings) for settings in grid[:FINALISTS]]
    return max(finals, key=lambda final: final[1])


def apply_filter(name: str, noisy: np.ndarray, settings: Mapping[str, Any]) -> np.ndarray:
    """Images restored by a filter, then by the gain and offset of its settings, and clipped.

    Args:
        name: a row of `FILTERS`.
        noisy: shape (count, height, width, channels), floats in 0-1.
        settings: from `best_setting`.

    Returns:
        float32 in 0-1 of the same shape.

    Raises:
        ValueError: there is no such filter, or the images are none.
    """
    arguments = {key: value for key, value in settings.items() if key not in ("gain", "offset")}
    filtered = _filtered(name, unit_images(noisy, "noisy"), arguments)
    return (settings["gain"] * filtered + settings["offset"]).clip(0, 1).astype(np.float32)


def _settings_grid(name: str, noise: float) -> list[Settings]:
    """Every combination of a filter's grid, for images whose error has a root mean square of ``noise``."""
    _, grid = _filter(name)
    scaled = {
        key: [value * noise for value in values] if key in IN_UNITS_OF_NOISE else values for key, values in grid.items()
    }
    return [dict(zip(scaled, values, strict=True)) for values in product(*scaled.values())]


def _fitted(name: str, noisy: np.ndarray, clean: np.ndarray, settings: Settings) -> tuple[Settings, float]:
    """The settings with the best gain and offset behind them, and the PSNR with those."""
    filtered = _filtered(name, noisy, settings)
    spread = float(filtered.var())
    gain = float(np.mean((filtered - filtered.mean()) * (clean - clean.mean()))) / spread if spread > 0 else 1.0
    offset = float(clean.mean() - gain * filtered.mean())
    restored = (gain * filtered + offset).clip(0, 1)
    image_mse = np.square(restored - clean).mean(axis=(1, 2, 3))
    psnr = float(-10 * np.log10(np.maximum(image_mse, LOWEST_MSE)).mean())
    return {**settings, "gain": gain, "offset": offset}, psnr


def _filtered(name: str, images: np.ndarray, settings: Mapping[str, Any]) -> np.ndarray:
    function, _ = _filter(name)
    with warnings.catch_warnings():
        # Three levels are more than PyWavelets advises for small images; the grid tries whether they help.
        warnings.filterwarnings("ignore", message="Level value of")
        # scikit-image drops the channel axis of some grey images, so the shape is given back.
        restored = [function(image, channel_axis=-1, **settings).reshape(image.shape) for image in images]
    return np.stack(restored).astype(np.float64)


def _filter(name: str) -> tuple[Callable[..., np.ndarray], dict[str, Sequence[Any]]]:
    if name not in FILTERS:
        hint = nearest_name_hint(name, FILTERS)
        raise ValueError(f"expected a filter ({', '.join(FILTERS)}), received {name!r}.{hint}")
    return FILTERS[name]
