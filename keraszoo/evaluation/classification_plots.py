"""Pictures of a classifier: what it takes for what, how far its probabilities can be believed, and its errors."""

from collections.abc import Sequence
from os import PathLike
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator
from numpy.typing import ArrayLike

from keraszoo.evaluation.arrays import unit_images
from keraszoo.evaluation.classification import calibration_error, checked_predictions
from keraszoo.evaluation.figures import (
    GRID_COLOUR,
    LINE_COLOURS,
    TEXT_COLOUR,
    add_legend,
    new_figure,
    save_figure,
    style_axes,
)

# Beyond these, numbers in the cells and names beside them would cover one another.
MOST_COUNTED_CLASSES = 30
MOST_NAMED_CLASSES = 60
LEVEL_NAMES, LEVEL_LETTERS = 20, 5
LONGEST_NAME = 20
ERROR_COLUMNS = 6
LETTER_INCHES = 0.08


def plot_confusion(matrix: np.ndarray, class_names: Sequence[str], path: str | PathLike[str]) -> None:
    """Write a PNG of a confusion matrix: what is right in grey, errors in red by their share of the true class.

    The darkest red is the largest such share, so that few errors stand out too. Counts stand in the cells of up to 30
    classes, none for 0; of more than 60 classes only some are named.

    Args:
        matrix: counts, shape (classes, classes), rows true and columns predicted.
        class_names: one a class.
        path: the PNG, replaced if it exists.

    Raises:
        ValueError: the shape, type or range is another one, all counts are 0, or names are missing.
        OSError: the file cannot be written.
    """
    matrix = _checked_matrix(matrix, class_names)
    classes = len(matrix)
    shares = matrix / matrix.sum(axis=1, keepdims=True).clip(1)
    off_diagonal = ~np.eye(classes, dtype=bool)
    largest = shares[off_diagonal].max()
    side = min(2 + 0.55 * classes, 12)
    figure = new_figure(side + 1.4, side)
    axes = figure.subplots()
    # Four times the largest share: pale enough to be read on and to leave the strong colours to the errors.
    axes.imshow(np.ma.masked_array(shares, off_diagonal), cmap="Greys", vmin=0, vmax=4)
    if largest:
        errors = axes.imshow(
            np.ma.masked_array(shares, ~off_diagonal | (matrix == 0)), cmap="Reds", vmin=0, vmax=largest
        )
        bar = figure.colorbar(errors, ax=axes, shrink=0.7, format=FuncFormatter(lambda share, _: f"{100 * share:g}%"))
        bar.outline.set_visible(False)
        bar.ax.tick_params(labelsize=9, labelcolor=TEXT_COLOUR, color=GRID_COLOUR)
        bar.set_label("errors, of the true class", color=TEXT_COLOUR)
    if classes <= MOST_COUNTED_CLASSES:
        for row, column in np.argwhere(matrix):
            pale = row == column or shares[row, column] < 0.5 * largest
            colour = TEXT_COLOUR if pale else "white"
            axes.text(column, row, matrix[row, column], ha="center", va="center", fontsize=8, color=colour)
    _name_classes(axes, class_names)
    hits, total = int(np.trace(matrix)), int(matrix.sum())
    axes.set(title=f"{hits:,} of {total:,} right ({hits / total:.2%})", xlabel="predicted", ylabel="true")
    style_axes(axes, grid=False)
    save_figure(figure, path)


def plot_reliability(bins: Sequence[dict[str, Any]], path: str | PathLike[str]) -> None:
    """Write a PNG of the accuracy in each bin of confidence, beside the diagonal that it should be on, and the counts.

    Args:
        bins: from `reliability_bins`.
        path: the PNG, replaced if it exists.

    Raises:
        ValueError: no bin holds an image.
        OSError: the file cannot be written.
    """
    filled = [row for row in bins if row["count"]]
    if not filled:
        raise ValueError(f"bins: expected one with images, received {len(bins)} without; give what was classified")
    lows, widths = [row["low"] for row in filled], [row["high"] - row["low"] for row in filled]
    counts = np.array([row["count"] for row in filled])
    accuracy = [row["accuracy"] for row in filled]
    figure = new_figure(5.5, 6)
    above, below = figure.subplots(2, 1, sharex=True, height_ratios=[3, 1])
    bar = {"width": widths, "align": "edge", "edgecolor": "white", "linewidth": 1}
    above.bar(lows, accuracy, color=LINE_COLOURS[0], alpha=0.35, label="accuracy of a bin", **bar)
    above.plot([0, 1], [0, 1], "--", color=LINE_COLOURS[1], linewidth=1.4, label="as sure as right")
    confidence = [row["confidence"] for row in filled]
    above.plot(confidence, accuracy, "o", color=LINE_COLOURS[0], label="at its mean confidence", clip_on=False)
    above.set(xlim=(0, 1), ylim=(0, 1.03), ylabel="accuracy")
    above.set_title(f"Calibration error {calibration_error(filled):.2%} ({counts.sum():,} images)")
    below.bar(lows, counts, color=LINE_COLOURS[0], **bar)
    below.set_yscale("log")
    below.set(ylim=(0.5, 3 * counts.max()), ylabel="images", xlabel="confidence (probability of the likeliest class)")
    below.yaxis.set_major_locator(LogLocator(numticks=5))
    below.yaxis.set_minor_locator(NullLocator())
    below.yaxis.set_major_formatter(FuncFormatter(lambda count, _: f"{count:,.0f}"))
    for axes in (above, below):
        style_axes(axes)
    add_legend(above, loc="best")
    figure.align_ylabels()
    save_figure(figure, path)


def plot_errors(
    images: np.ndarray,
    probabilities: ArrayLike,
    labels: ArrayLike,
    class_names: Sequence[str],
    path: str | PathLike[str],
    shown: int = 24,
) -> None:
    """Write a PNG of misclassified images, the most confident errors first, or of the words that there are none.

    Above each stand its true class, the predicted one, and the probability of that.

    Args:
        images: shape (count, height, width, 1 or 3), uint8 in 0-255 or floats in 0-1.
        probabilities: shape (count, classes), each row summing to 1.
        labels: shape (count,), integers from 0.
        class_names: one a class.
        path: the PNG, replaced if it exists.
        shown: how many errors to show; fewer if there are fewer.

    Raises:
        ValueError: a shape, type or range is another one, or names are missing.
        OSError: the file cannot be written.
    """
    probabilities, labels = checked_predictions(probabilities, labels)
    images = np.asarray(images)
    if images.ndim != 4 or len(images) != len(labels) or images.shape[-1] not in (1, 3):
        raise ValueError(
            f"images: expected {len(labels)} as (count, height, width, 1 or 3), received shape {images.shape}; "
            "pass exactly those that were classified"
        )
    _check_names(class_names, probabilities.shape[1])
    if shown < 1:
        raise ValueError(f"shown: expected 1 or more, received {shown}; give how many errors to show")
    predicted, confidence = probabilities.argmax(axis=1), probabilities.max(axis=1)
    errors = np.flatnonzero(predicted != labels)
    chosen = errors[np.argsort(-confidence[errors], kind="stable")][:shown]
    names = [_short(name) for name in class_names]
    between = " > " if max(map(len, names)) <= LEVEL_LETTERS else " >\n"
    titles = [f"{names[labels[i]]}{between}{names[predicted[i]]} ({confidence[i]:.2f})" for i in chosen]
    heading = _error_heading(len(errors), len(labels), len(chosen))
    if not len(chosen):
        _draw_words(heading, path)
    else:
        _draw_grid(unit_images(images[chosen], "images").clip(0, 1), titles, heading, path)


def _draw_grid(images: np.ndarray, titles: Sequence[str], heading: str, path: str | PathLike[str]) -> None:
    """Images in rows of six, each below its title."""
    columns = min(ERROR_COLUMNS, len(images))
    rows = -(-len(images) // columns)
    lines = [title.split("\n") for title in titles]
    width = max(1.35, LETTER_INCHES * max(len(line) for title in lines for line in title))
    height = 1.25 * images.shape[1] / images.shape[2] + 0.15 + 0.15 * max(map(len, lines))
    figure = new_figure(max(width * columns, 4), height * rows + 0.4)
    for place, axes in enumerate(figure.subplots(rows, columns, squeeze=False).ravel()):
        axes.axis("off")
        if place < len(images):
            axes.imshow(images[place], "gray", vmin=0, vmax=1)
            axes.set_title(titles[place], fontsize=9, color=TEXT_COLOUR, parse_math=False)
    figure.suptitle(heading, fontsize=11, color=TEXT_COLOUR)
    save_figure(figure, path)


def _draw_words(words: str, path: str | PathLike[str]) -> None:
    figure = new_figure(5, 1.2)
    figure.text(0.5, 0.5, words, ha="center", va="center", fontsize=11, color=TEXT_COLOUR)
    save_figure(figure, path)


def _error_heading(errors: int, count: int, shown: int) -> str:
    if not errors:
        return f"No errors among {count:,} images"
    some = f"; the {shown} most confident" if shown < errors else ""
    return f"{errors:,} errors among {count:,} images ({errors / count:.2%}){some}"


def _name_classes(axes: Axes, class_names: Sequence[str]) -> None:
    """Names along both axes, those below turned where they are long or many, and not all where there are too many."""
    every = -(-len(class_names) // MOST_NAMED_CLASSES)
    places = range(0, len(class_names), every)
    names = [_short(class_names[place]) for place in places]
    axes.set_yticks(places, names, parse_math=False)
    crowded = max(map(len, names)) > LEVEL_LETTERS or len(names) > LEVEL_NAMES
    turned: dict[str, Any] = {"rotation": 45, "ha": "right", "rotation_mode": "anchor"} if crowded else {}
    axes.set_xticks(places, names, parse_math=False, **turned)
    axes.tick_params(length=0)


def _short(name: str) -> str:
    return name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 1]}…"


def _checked_matrix(matrix: np.ndarray, class_names: Sequence[str]) -> np.ndarray:
    matrix = np.asarray(matrix)
    if matrix.ndim != 2 or matrix.shape[0] != matrix.shape[1] or len(matrix) < 2:
        raise ValueError(
            f"matrix: expected (classes, classes) with two classes or more, received shape {matrix.shape}; "
            "pass what confusion_matrix gives"
        )
    if not np.issubdtype(matrix.dtype, np.integer) or matrix.min() < 0 or not matrix.any():
        raise ValueError(
            f"matrix: expected counts, not all 0, received {matrix.dtype} in {matrix.min()} to {matrix.max()}; "
            "pass what confusion_matrix gives"
        )
    _check_names(class_names, len(matrix))
    return matrix


def _check_names(class_names: Sequence[str], classes: int) -> None:
    if len(class_names) != classes:
        raise ValueError(f"class_names: expected {classes}, one a class, received {len(class_names)}; name them all")
