"""The picture of binary codes: how decided, balanced, different and spread they are."""

from os import PathLike

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike

from keraszoo.evaluation.diagnostics import UNDECIDED, bit_correlation, bucket_sizes, unit_codes
from keraszoo.evaluation.figures import LINE_COLOURS, add_legend, new_figure, save_figure, style_axes


def plot_code_diagnostics(soft_codes: ArrayLike, path: str | PathLike[str]) -> None:
    """Write a PNG of four panels: soft values, share of ones a bit, correlation of bits, and sizes of buckets.

    Args:
        soft_codes: shape (count, bits), in 0-1.
        path: the PNG, replaced if it exists.

    Raises:
        ValueError: the shape is another one, or a value is outside 0-1.
        OSError: the file cannot be written.
    """
    soft = unit_codes(soft_codes)
    bits = soft > 0.5
    figure = new_figure(10, 8)
    values, means, correlation, buckets = figure.subplots(2, 2).ravel()
    _draw_values(values, soft)
    _draw_means(means, bits)
    image = correlation.imshow(bit_correlation(bits), vmin=-1, vmax=1, cmap="RdBu_r")
    figure.colorbar(image, ax=correlation)
    correlation.set(title="Correlation of bits", xlabel="bit", ylabel="bit")
    _draw_buckets(buckets, bucket_sizes(bits), *bits.shape)
    for axes in (values, means, buckets):
        style_axes(axes)
    style_axes(correlation, grid=False)
    save_figure(figure, path)


def _draw_values(axes: Axes, soft: np.ndarray) -> None:
    undecided = float(((soft > UNDECIDED[0]) & (soft < UNDECIDED[1])).mean())
    axes.hist(soft.ravel(), bins=50, range=(0, 1), color=LINE_COLOURS[0])
    axes.axvspan(*UNDECIDED, color=LINE_COLOURS[1], alpha=0.15, linewidth=0)
    axes.set_yscale("log")
    axes.set(title=f"Soft values: {undecided:.1%} undecided", xlabel="soft value", ylabel="how many")


def _draw_means(axes: Axes, bits: np.ndarray) -> None:
    axes.bar(np.arange(bits.shape[1]), bits.mean(axis=0), color=LINE_COLOURS[0])
    axes.axhline(0.5, color=LINE_COLOURS[1], linewidth=1)
    axes.set(title="Share of ones", xlabel="bit", ylabel="share", ylim=(0, 1))


def _draw_buckets(axes: Axes, sizes: np.ndarray, count: int, width: int) -> None:
    """The sizes of the buckets in use, the largest first, beside the mean of evenly spread codes."""
    axes.plot(np.arange(1, len(sizes) + 1), sizes, color=LINE_COLOURS[0], label="these codes")
    expected = max(1.0, count / 2.0 ** min(width, 1000))
    axes.axhline(expected, color=LINE_COLOURS[1], linewidth=1, label="evenly spread")
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set(title=f"{len(sizes):,} buckets of {count:,} images", xlabel="bucket, largest first", ylabel="images")
    add_legend(axes)
