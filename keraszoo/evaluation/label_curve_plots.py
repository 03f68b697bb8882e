"""The error against the number of labels: how far a few labels go."""

from collections.abc import Mapping, Sequence
from os import PathLike

import numpy as np

from keraszoo.evaluation.figures import (
    add_legend,
    label_log_axis,
    label_log_axis_at,
    line_look,
    new_figure,
    save_figure,
    style_axes,
)

LOWEST_ERROR = 0.01


def plot_label_curves(curves: Mapping[str, Mapping[int, Sequence[float]]], path: str | PathLike[str]) -> None:
    """Write a PNG of errors in percent against labels, both on log axes, a line for each way of training.

    The line goes through the means over the seeds; the band reaches from the lowest to the highest seed. An error
    below 0.01 percent is drawn as that much.

    Args:
        curves: name of a way -> number of labels -> accuracies in 0-1, one a seed.
        path: the PNG, replaced if it exists.

    Raises:
        ValueError: there is no curve, a curve or a number of labels has no accuracy, or a number is out of range.
        OSError: the file cannot be written.
    """
    if not curves:
        raise ValueError("curves: expected at least one, received none; give {'joint': {100: [0.98, 0.99]}}")
    points = {name: _points(name, curve) for name, curve in curves.items()}
    figure = new_figure(7, 4.8)
    axes = figure.subplots()
    axes.set_xscale("log")
    axes.set_yscale("log")
    for index, (name, (labels, means, lowest, highest)) in enumerate(points.items()):
        colour, marker = line_look(index)
        axes.fill_between(labels, lowest, highest, color=colour, alpha=0.18, linewidth=0)
        axes.plot(labels, means, marker + "-", color=colour, label=name, linewidth=1.8, markersize=6)
    together = np.concatenate(list(points.values()), axis=1)
    label_log_axis_at(axes.xaxis, together[0])
    label_log_axis(axes.yaxis, together[1:].ravel())
    axes.set(title="Mean and range over the seeds", xlabel="labels", ylabel="errors (%)")
    add_legend(axes)
    style_axes(axes)
    save_figure(figure, path)


def _points(name: str, curve: Mapping[int, Sequence[float]]) -> np.ndarray:
    """Rows of labels and of the mean, lowest and highest error in percent, by rising number of labels."""
    if not curve:
        raise ValueError(f"curves: expected accuracies by number of labels for {name!r}, received none; give some")
    columns = []
    for labels, values in sorted(curve.items()):
        accuracies = np.array(values, dtype=float)
        if accuracies.ndim != 1 or not accuracies.size or not ((accuracies >= 0) & (accuracies <= 1)).all():
            raise ValueError(
                f"curves: expected accuracies in 0-1, one a seed, for {name!r} with {labels} labels, received "
                f"{values!r}; divide percents by 100"
            )
        if labels < 1:
            raise ValueError(f"curves: expected 1 label or more for {name!r}, received {labels}; a log axis has no 0")
        errors = (100 * (1 - accuracies)).clip(LOWEST_ERROR)
        columns.append((labels, errors.mean(), errors.min(), errors.max()))
    return np.array(columns, dtype=float).T
