"""Curves: the loss while a model learns, and the error against the size of the code."""

from collections.abc import Mapping, Sequence
from os import PathLike

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from keraszoo.evaluation.figures import (
    LINE_COLOURS,
    TEXT_COLOUR,
    add_legend,
    label_log_axis,
    label_log_axis_at,
    line_look,
    new_figure,
    save_figure,
    style_axes,
)


def plot_learning_curves(history: Sequence[Mapping[str, float]], path: str | PathLike[str]) -> None:
    """Write a PNG of training and validation loss by epoch, with the learning rate below if there is one.

    The losses are on a log scale unless one is zero or negative; a loss that is not finite leaves a gap.

    Args:
        history: one dictionary an epoch, in order, with ``loss`` and perhaps ``val_loss``, ``learning_rate``;
            other keys are ignored and numbers may be text, as read from a CSV log.
        path: the PNG, replaced if it exists.

    Raises:
        ValueError: there is no epoch, no finite loss, or a value is not a number.
        OSError: the file cannot be written.
    """
    loss, validation, rate = (_column(history, key) for key in ("loss", "val_loss", "learning_rate"))
    if not np.isfinite(loss).any():
        raise ValueError(f"history: expected a finite 'loss', received {len(loss)} epochs without; train first")
    epochs = np.arange(1, len(loss) + 1)
    has_rate = bool(np.isfinite(rate).any())
    figure = new_figure(7, 5 if has_rate else 4)
    panels = figure.subplots(2 if has_rate else 1, 1, sharex=True, squeeze=False, height_ratios=[3, 1][: 1 + has_rate])
    axes = panels[0, 0]
    style = {"linewidth": 1.8, "marker": "o", "markersize": 3 if len(loss) <= 40 else 0}
    axes.plot(epochs, loss, color=LINE_COLOURS[0], label="training", **style)
    if np.isfinite(validation).any():
        axes.plot(epochs, validation, color=LINE_COLOURS[1], label="validation", **style)
        _mark_best(axes, epochs, validation)
    losses = np.concatenate([loss, validation])
    losses = losses[np.isfinite(losses)]
    if losses.min() > 0:
        axes.set_yscale("log")
        label_log_axis(axes.yaxis, losses)
    axes.set_ylabel("loss")
    add_legend(axes)
    if has_rate:
        panels[1, 0].plot(epochs, rate, color=LINE_COLOURS[2], drawstyle="steps-mid", **style)
        panels[1, 0].set_ylabel("learning rate")
        rates = rate[np.isfinite(rate)]
        if rates.min() > 0:
            panels[1, 0].set_yscale("log")
            label_log_axis(panels[1, 0].yaxis, rates, sparse=True)
    panels[-1, 0].set_xlabel("epoch")
    panels[-1, 0].xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1, steps=[1, 2, 5, 10]))
    for panel in panels[:, 0]:
        style_axes(panel)
    figure.align_ylabels()
    save_figure(figure, path)


def plot_error_against_code_size(
    curves: Mapping[str, Sequence[tuple[float, float]]],
    path: str | PathLike[str],
    error_name: str = "squared error per image",
) -> None:
    """Write a PNG with one curve for each model: error against code size, both on log axes.

    Args:
        curves: name of a curve -> (code size, error) pairs in any order, all above 0.
        path: the PNG, replaced if it exists.
        error_name: what the errors are, for the axis.

    Raises:
        ValueError: there is no curve, a curve is empty, or a number is not finite and above 0.
        OSError: the file cannot be written.
    """
    if not curves:
        raise ValueError("curves: expected at least one, received none; give {'PCA': [(2, 43.6), (8, 29.4)]}")
    points = {name: _sorted_points(name, pairs) for name, pairs in curves.items()}
    figure = new_figure(7, 4.5)
    axes = figure.subplots()
    axes.set_xscale("log")
    axes.set_yscale("log")
    for index, (name, pairs) in enumerate(points.items()):
        colour, marker = line_look(index)
        axes.plot(pairs[:, 0], pairs[:, 1], marker + "-", color=colour, label=name, linewidth=1.8, markersize=6)
    together = np.concatenate(list(points.values()))
    label_log_axis_at(axes.xaxis, together[:, 0])
    label_log_axis(axes.yaxis, together[:, 1])
    axes.set_xlabel("code size (numbers per image)")
    axes.set_ylabel(error_name)
    add_legend(axes)
    style_axes(axes)
    save_figure(figure, path)


def _column(history: Sequence[Mapping[str, float]], key: str) -> np.ndarray:
    """The values of ``key``, one an epoch, NaN where it is missing."""
    try:
        return np.array([float(epoch.get(key, np.nan)) for epoch in history])
    except (TypeError, ValueError) as error:
        raise ValueError(f"history: expected numbers as {key!r}, {error}; check the log") from error


def _mark_best(axes: Axes, epochs: np.ndarray, validation: np.ndarray) -> None:
    best = int(np.nanargmin(np.where(np.isfinite(validation), validation, np.nan)))
    axes.plot(
        epochs[best],
        validation[best],
        "o",
        markersize=8,
        markerfacecolor="none",
        markeredgecolor=TEXT_COLOUR,
        label=f"best: {validation[best]:.4g} at epoch {epochs[best]}",
    )


def _sorted_points(name: str, pairs: Sequence[tuple[float, float]]) -> np.ndarray:
    points = np.array(sorted(pairs), dtype=float)
    if points.ndim != 2 or points.shape[1] != 2:
        raise ValueError(f"curves: expected (code size, error) pairs for {name!r}, received {pairs!r}; give some")
    if not (np.isfinite(points).all() and points.min() > 0):
        raise ValueError(
            f"curves: expected finite numbers above 0 for {name!r}, received {pairs!r}; a log axis shows no others"
        )
    return points
