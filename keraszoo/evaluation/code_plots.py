"""The map of a code: every image a dot in the plane, coloured by its label."""

from collections.abc import Sequence
from os import PathLike

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patheffects import withStroke
from matplotlib.text import Text
from matplotlib.transforms import Bbox
from sklearn.decomposition import PCA
from sklearn.manifold import TSNE
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from keraszoo.evaluation.arrays import finite_codes
from keraszoo.evaluation.figures import (
    CLASS_COLOURS,
    LINE_COLOURS,
    TEXT_COLOUR,
    add_legend,
    new_figure,
    save_figure,
    style_axes,
)

# t-SNE of 1,000 codes takes a few seconds; many more dots would also hide one another.
MOST_DOTS = 1000
TSNE_STEPS = 500
FEWEST_FOR_TSNE = 50
LEGEND_ROWS = 20
TSNE_METHOD = ", laid out by t-SNE"


def plot_code_map(
    codes: np.ndarray,
    labels: np.ndarray | None,
    class_names: Sequence[str] | None,
    path: str | PathLike[str],
) -> None:
    """Write a PNG of codes in two dimensions, coloured by label.

    A code of 2 numbers is drawn as it is, one of 1 number with a row for each class. A larger code is laid
    out by t-SNE (van der Maaten & Hinton 2008), which keeps neighbours together, or by PCA if there are fewer
    than 50. Of more than 1,000 codes a fixed random sample of 1,000 is shown. The title says which.

    Args:
        codes: shape (count, code_size), at least 2 of them.
        labels: shape (count,), integers from 0; None draws all dots in one colour.
        class_names: the name of each label; None uses the numbers.
        path: the PNG, replaced if it exists.

    Raises:
        ValueError: codes and labels do not fit each other, or a label has no name.
        OSError: the file cannot be written.
    """
    codes = finite_codes(codes, "codes")
    if len(codes) < 2:
        raise ValueError("codes: expected at least 2 codes, received 1; encode more images")
    if labels is not None:
        labels = _checked_labels(labels, class_names, len(codes))
    total = len(codes)
    if total > MOST_DOTS:
        chosen = np.sort(np.random.default_rng(0).choice(total, MOST_DOTS, replace=False))
        codes = codes[chosen]
        labels = None if labels is None else labels[chosen]
    points, method, axis_names = _lay_out(codes, labels)

    classes = 1 if labels is None else len(np.unique(labels))
    legend_columns = -(-classes // LEGEND_ROWS)
    figure = new_figure(6 + 1.5 * legend_columns, 6)
    axes = figure.subplots()
    if labels is None:
        names = []
        axes.scatter(points[:, 0], points[:, 1], s=12, color=LINE_COLOURS[0], alpha=0.7, linewidths=0)
    else:
        names = _draw_classes(axes, points, labels, class_names)
        add_legend(axes, loc="center left", bbox_to_anchor=(1, 0.5), markerscale=1.8, ncols=legend_columns)
    counted = f"{total:,} codes" if len(codes) == total else f"{len(codes):,} of {total:,} codes"
    size = "1 number" if codes.shape[1] == 1 else f"{codes.shape[1]} numbers"
    axes.set_title(f"{counted} of {size}{method}")
    axes.set_xlabel(axis_names[0])
    axes.set_ylabel(axis_names[1])
    style_axes(axes, grid=False)
    if method == TSNE_METHOD:
        axes.set_xticks([])
    if method == TSNE_METHOD or codes.shape[1] == 1:
        axes.set_yticks([])
    _move_apart(figure, axes, names)
    save_figure(figure, path)


def _checked_labels(labels: np.ndarray, class_names: Sequence[str] | None, count: int) -> np.ndarray:
    labels = np.asarray(labels)
    if labels.shape != (count,) or not np.issubdtype(labels.dtype, np.integer):
        raise ValueError(
            f"labels: expected {count} integers, one a code, received {labels.dtype} of shape "
            f"{labels.shape}; pass the labels of exactly these images"
        )
    names = len(class_names) if class_names is not None else labels.max() + 1
    if labels.min() < 0 or labels.max() >= names:
        raise ValueError(
            f"labels: expected 0 to {names - 1}, received {labels.min()} to {labels.max()}; name every class"
        )
    return labels


def _lay_out(codes: np.ndarray, labels: np.ndarray | None) -> tuple[np.ndarray, str, tuple[str, str]]:
    """Points in the plane, how they came there, and what the axes are."""
    count, code_size = codes.shape
    collapsed = np.ptp(codes, axis=0).max() == 0
    method = ", all the same" if collapsed else ""
    if code_size == 1:
        rows = 0 if labels is None else np.unique(labels, return_inverse=True)[1]
        heights = rows + np.random.default_rng(0).uniform(-0.35, 0.35, count)
        height_name = "random height" if labels is None else "one row a class"
        return np.stack([codes[:, 0], heights], axis=1), method, ("code 1", height_name)
    if code_size == 2 or collapsed:
        return codes[:, :2], method, ("code 1", "code 2")
    if count < FEWEST_FOR_TSNE:
        points = PCA(2, svd_solver="full").fit_transform(codes)
        return points, ", projected by PCA", ("first principal component", "second principal component")
    # t-SNE's threads wait for one another busily: on cores that others use, many are far slower than one.
    with threadpool_limits(1):
        points = TSNE(init="pca", max_iter=TSNE_STEPS, random_state=0).fit_transform(codes)
    return points, TSNE_METHOD, ("", "")


def _draw_classes(axes: Axes, points: np.ndarray, labels: np.ndarray, class_names: Sequence[str] | None) -> list[Text]:
    """One colour and marker a class; names of up to ten classes stand amid their dots and are returned."""
    present = np.unique(labels)
    markers = "o^sDvP*X<>"
    names = []
    for label in present:
        dots = points[labels == label]
        name = str(label) if class_names is None else class_names[label]
        colour = CLASS_COLOURS[label % len(CLASS_COLOURS)]
        marker = markers[label // len(CLASS_COLOURS) % len(markers)]
        axes.scatter(dots[:, 0], dots[:, 1], s=14, color=colour, marker=marker, alpha=0.75, linewidths=0, label=name)
        if len(present) <= len(CLASS_COLOURS):
            across, height = np.median(dots, axis=0)
            text = axes.text(across, height, name, ha="center", va="center", fontweight="bold")
            text.set(fontsize=11, color=TEXT_COLOUR, path_effects=[withStroke(linewidth=3, foreground="white")])
            names.append(text)
    return names


def _move_apart(figure: Figure, axes: Axes, texts: Sequence[Text]) -> None:
    """Move texts upwards, the lowest first, until none covers another."""
    figure.draw_without_rendering()
    placed: list[Bbox] = []
    for text in sorted(texts, key=lambda text: text.get_position()[1]):
        box = text.get_window_extent()
        upwards = 0.0
        while any(box.translated(0, upwards).overlaps(other) for other in placed):
            upwards += 1
        placed.append(box.translated(0, upwards))
        across, height = axes.transData.transform(text.get_position())
        x, y = axes.transData.inverted().transform((across, height + upwards))
        text.set_position((x, y))
