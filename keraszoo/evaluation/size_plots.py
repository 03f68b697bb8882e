"""A score against the bytes of the files that reach it: how small a model may be."""

from collections.abc import Mapping, Sequence
from os import PathLike
from typing import NamedTuple

import numpy as np
from matplotlib.axes import Axes

from keraszoo.evaluation.figures import (
    TEXT_COLOUR,
    add_legend,
    label_log_axis,
    line_look,
    new_figure,
    save_figure,
    style_axes,
)


class SizedModel(NamedTuple):
    """A model's name in the plot, and of each format of its file ``(bytes, score)``; ``chosen`` draws it larger."""

    name: str
    files: Mapping[str, tuple[int, float]]
    chosen: bool = False


def plot_sizes(panels: Mapping[str, Sequence[SizedModel]], path: str | PathLike[str]) -> None:
    """Write a PNG of scores against kilobytes on a log axis: a panel for each measure, a line for each format.

    Args:
        panels: what stands above a panel and beside its scores -> its models, in any order.
        path: the PNG, replaced if it exists.

    Raises:
        ValueError: there is no panel, a panel without a model, or a model without a file.
        OSError: the file cannot be written.
    """
    if not panels or not all(models and all(model.files for model in models) for models in panels.values()):
        raise ValueError("panels: expected models with files in each; give {'accuracy': [SizedModel('small', {...})]}")
    figure = new_figure(1 + 4.2 * len(panels), 4.2)
    for axes, (title, models) in zip(figure.subplots(1, len(panels), squeeze=False)[0], panels.items(), strict=True):
        _draw_panel(axes, models)
        axes.set(title=title, xlabel="kilobytes")
        style_axes(axes)
    save_figure(figure, path)


def _draw_panel(axes: Axes, models: Sequence[SizedModel]) -> None:
    axes.set_xscale("log")
    formats = list(dict.fromkeys(name for model in models for name in model.files))
    for index, name in enumerate(formats):
        of_format = sorted((*model.files[name], model.chosen) for model in models if name in model.files)
        kilobytes, scores, chosen = np.array(of_format, dtype=float).T
        colour, marker = line_look(index)
        axes.plot(kilobytes / 1000, scores, marker + "-", color=colour, label=name, linewidth=1.8, markersize=5)
        axes.plot(kilobytes[chosen > 0] / 1000, scores[chosen > 0], marker, color=colour, markersize=11)
    for model in models:
        size, score = model.files[formats[0]]
        axes.annotate(
            model.name, (size / 1000, score), (0, 9), textcoords="offset points", ha="center", color=TEXT_COLOUR, size=8
        )
    label_log_axis(axes.xaxis, np.array([size / 1000 for model in models for size, _ in model.files.values()]))
    axes.margins(x=0.15, y=0.15)
    add_legend(axes)
