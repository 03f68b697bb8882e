"""Pictures of denoising: the scores against the noise, and what becomes of noisy images."""

from collections.abc import Callable, Mapping, Sequence
from os import PathLike
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from keraszoo.evaluation.arrays import unit_images
from keraszoo.evaluation.denoising import add_noise
from keraszoo.evaluation.figures import LINE_COLOURS, add_legend, label_log_axis, new_figure, save_figure, style_axes
from keraszoo.evaluation.filters import apply_filter
from keraszoo.evaluation.image_plots import plot_image_rows

MEASURES = {"psnr": "PSNR (dB)", "ssim": "SSIM", "bce": "binary cross-entropy"}


def plot_denoising_curves(rows: Sequence[Mapping[str, Any]], path: str | PathLike[str]) -> None:
    """Write a PNG of PSNR, SSIM and binary cross-entropy against noise: the input, the best filter and the model.

    The model's curve begins at noise 0, where the input is the clean image itself and has no point.

    Args:
        rows: from `denoising_curve`.
        path: the PNG, replaced if it exists.

    Raises:
        ValueError: no row has noise.
        OSError: the file cannot be written.
    """
    noisy = [row for row in rows if row["noise"] > 0]
    if not noisy:
        raise ValueError(f"rows: expected some with noise above 0, received {len(rows)} without; measure some")
    filtered = [row for row in noisy if row["best_filter"] is not None]
    curves = {
        "model": [(row["noise"], row["model"]) for row in rows],
        "best filter": [(row["noise"], row["filters"][row["best_filter"]]) for row in filtered],
        "input": [(row["noise"], row["input"]) for row in noisy],
    }
    figure = new_figure(11, 3.6)
    panels = figure.subplots(1, len(MEASURES))
    for axes, (measure, label) in zip(panels, MEASURES.items(), strict=True):
        _draw_curves(axes, {name: [(noise, scores[measure]) for noise, scores in c] for name, c in curves.items()})
        if measure == "bce":
            axes.set_yscale("log")  # the input's is ten times the others'
            label_log_axis(axes.yaxis, np.array([scores["bce"] for curve in curves.values() for _, scores in curve]))
        axes.set_ylabel(label)
        axes.set_xlabel("standard deviation of the noise")
        style_axes(axes)
    add_legend(panels[0])
    save_figure(figure, path)


def plot_denoising_grid(
    denoise: Callable[[np.ndarray], np.ndarray],
    images: np.ndarray,
    row: Mapping[str, Any],
    path: str | PathLike[str],
    *,
    seed: int = 0,
    count: int = 10,
) -> None:
    """Write a PNG with the rows clean, noisy, filtered by the best filter, and cleaned by the model.

    Args:
        denoise: as for `denoising_curve`.
        images: the test images of that, of which the first ``count`` are shown with the noise they had there.
        row: one of its rows, which says how strong the noise is and which filter is best.
        path: the PNG, replaced if it exists.
        seed: as for `denoising_curve`.
        count: how many images to show.

    Raises:
        ValueError: images that cannot be shown.
        OSError: the file cannot be written.
    """
    clean = unit_images(images[:count], "images")
    noisy = add_noise(clean, row["noise"], seed)
    shown = {"clean": clean, f"noisy, {row['noise']:g}": noisy}
    if row["best_filter"] is not None:
        name = row["best_filter"]
        shown[name] = apply_filter(name, noisy, row["filters"][name]["settings"])
    shown["cleaned"] = np.asarray(denoise(noisy * np.float32(255)))
    plot_image_rows(shown, path, count=count)


def _draw_curves(axes: Axes, curves: Mapping[str, Sequence[tuple[float, float]]]) -> None:
    for (name, points), colour, marker in zip(curves.items(), LINE_COLOURS, "osD", strict=False):
        if points:
            noise, values = zip(*points, strict=True)
            axes.plot(noise, values, marker + "-", color=colour, label=name, linewidth=1.8, markersize=5)
