"""Curves of readers: longer numbers, time spent on training, and answers withheld.

Accuracies are drawn by their errors on a log axis, since 0.99 and 0.995 differ as much as 0.5 and 0.75 do.
"""

from collections.abc import Mapping, Sequence
from os import PathLike
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator

from keraszoo.evaluation.figures import (
    TEXT_COLOUR,
    add_legend,
    label_log_axis,
    line_look,
    new_figure,
    save_figure,
    style_axes,
)

LOWEST_ERROR = 0.01
LENGTH_KEY = "word_accuracy_"
ROOM_PIXELS = 40


def plot_length_curves(rows: Mapping[str, Mapping[str, float]], path: str | PathLike[str]) -> None:
    """Write a PNG of the word accuracy against the number of digits, a line for each model.

    Beside it, dashed, stands the ceiling of a model whose digits were scored: their accuracy to the power of the
    number of digits. An error below 0.01 percent is drawn as that much.

    Args:
        rows: name of a model -> its scores: ``word_accuracy_<k>`` from `reading_scores`, ``digit_accuracy`` from
            `digit_scores` if there is a ceiling to draw; others are ignored.
        path: the PNG, replaced if it exists.

    Raises:
        ValueError: there is no model, one without any length, or an accuracy is out of range.
        OSError: the file cannot be written.
    """
    if not rows:
        raise ValueError("rows: expected at least one model, received none; give {'reader': reading_scores(...)}")
    curves = {name: _by_length(name, scores) for name, scores in rows.items()}
    figure = new_figure(7, 4.8)
    axes = figure.subplots()
    for index, (name, curve) in enumerate(curves.items()):
        _draw_curve(axes, index, name, curve)
        if "digit_accuracy" in rows[name]:
            ceiling = [(length, rows[name]["digit_accuracy"] ** length) for length, _ in curve]
            _draw_curve(axes, index, f"ceiling of {name}", ceiling, line="--", marker="")
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
    _label_accuracies(axes, "number of digits", "word accuracy (%)")
    save_figure(figure, path)


def plot_learning_ways(
    curves: Mapping[str, Sequence[tuple[float, float]]],
    path: str | PathLike[str],
    value_name: str = "word accuracy",
) -> None:
    """Write a PNG of an accuracy against the processor's seconds of training, a line for each way to train.

    The legend says where each ends. An error below 0.01 percent is drawn as that much.

    Args:
        curves: name of a way, such as ``end_to_end`` -> pairs of seconds and an accuracy in 0-1, in any order.
        path: the PNG, replaced if it exists.
        value_name: what the accuracies are, for the axis.

    Raises:
        ValueError: there is no curve, a curve is empty, or a number is out of range.
        OSError: the file cannot be written.
    """
    if not curves:
        raise ValueError("curves: expected at least one, received none; give {'end_to_end': [(60, 0.9)]}")
    figure = new_figure(7, 4.8)
    axes = figure.subplots()
    for index, (name, pairs) in enumerate(curves.items()):
        ordered = sorted(pairs)
        _check_curve(name, ordered)
        label = f"{name}: {ordered[-1][1]:.2%} after {ordered[-1][0]:,.0f} s"
        _draw_curve(axes, index, label, ordered)
    axes.set_xlim(left=0)
    _label_accuracies(axes, "seconds of training, of the processor", f"{value_name} (%)")
    save_figure(figure, path)


def plot_selective(curves: Mapping[str, Sequence[Mapping[str, Any]]], path: str | PathLike[str]) -> None:
    """Write a PNG of the accuracy of the answers against the share of strips that are answered, a line a model.

    Beside the points of the first model stands the least confidence that was asked, as far as there is room. An error
    below 0.01 percent is drawn as that much.

    Args:
        curves: name of a model -> rows of `selective_scores`; those without any answer are not drawn.
        path: the PNG, replaced if it exists.

    Raises:
        ValueError: there is no model, or one without any answer.
        OSError: the file cannot be written.
    """
    if not curves:
        raise ValueError("curves: expected at least one, received none; give {'reader': selective_scores(...)}")
    answered = {name: [row for row in rows if row["accuracy"] is not None] for name, rows in curves.items()}
    figure = new_figure(7, 4.8)
    axes = figure.subplots()
    for index, (name, rows) in enumerate(answered.items()):
        pairs = sorted((100 * row["coverage"], row["accuracy"]) for row in rows)
        _check_curve(name, pairs)
        _draw_curve(axes, index, name, pairs)
    _label_accuracies(axes, "strips answered (%)", "right among them (%)")
    _name_least_confidences(axes, next(iter(answered.values())))
    save_figure(figure, path)


def _draw_curve(
    axes: Axes, index: int, name: str, pairs: Sequence[tuple[float, float]], line: str = "-", marker: str | None = None
) -> None:
    places, accuracies = np.array(pairs, dtype=float).T
    colour, usual_marker = line_look(index)
    axes.plot(
        places,
        _errors(accuracies),
        (usual_marker if marker is None else marker) + line,
        color=colour,
        label=name,
        linewidth=1.8,
        markersize=5,
    )


def _errors(accuracies: np.ndarray) -> np.ndarray:
    """In percent, as they are drawn."""
    return (100 * (1 - accuracies)).clip(LOWEST_ERROR)


def _label_accuracies(axes: Axes, along: str, upward: str) -> None:
    """Turn the axis of errors into one of accuracies, the best on top, and name both axes."""
    axes.set_yscale("log")
    axes.invert_yaxis()
    label_log_axis(axes.yaxis, np.concatenate([line.get_ydata() for line in axes.lines]))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda error, _: f"{100 - error:.6g}"))
    axes.set(xlabel=along, ylabel=upward)
    add_legend(axes)
    style_axes(axes)


def _name_least_confidences(axes: Axes, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write the least confidence beside its point, unless the one before is too near."""
    last = np.full(2, -np.inf)
    for row in sorted(rows, key=lambda row: row["least"]):
        point = 100 * row["coverage"], _errors(np.array(row["accuracy"]))
        place = axes.transData.transform(point)
        if np.hypot(*(place - last)) > ROOM_PIXELS:
            text = f"{row['least']:g}"
            axes.annotate(text, point, (5, 3), textcoords="offset points", fontsize=8, color=TEXT_COLOUR)
            last = place


def _by_length(name: str, scores: Mapping[str, float]) -> list[tuple[int, float]]:
    pairs = sorted(
        (int(key.removeprefix(LENGTH_KEY)), accuracy)
        for key, accuracy in scores.items()
        if key.startswith(LENGTH_KEY) and key.removeprefix(LENGTH_KEY).isdecimal()
    )
    _check_curve(name, pairs)
    if not 0 <= scores.get("digit_accuracy", 1) <= 1:
        raise ValueError(f"expected a digit_accuracy in 0-1 of {name!r}, received {scores['digit_accuracy']}")
    return pairs


def _check_curve(name: str, pairs: Sequence[tuple[float, float]]) -> None:
    points = np.array(pairs, dtype=float)
    inside = points.ndim == 2 and points.shape[1] == 2 and np.isfinite(points).all() and points.min() >= 0
    if not inside or points[:, 1].max() > 1:
        raise ValueError(
            f"expected at least one point of {name!r}, 0 or more to the right and an accuracy in 0-1, received "
            f"{list(pairs)!r:.120}; divide percents by 100"
        )
