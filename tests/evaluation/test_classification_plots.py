"""Pictures of classifiers: what is drawn where, that a PNG comes out whole, and what is refused."""

from itertools import pairwise

import numpy as np
import pytest
from matplotlib.figure import Figure
from PIL import Image

from keraszoo.evaluation import (
    classification_plots,
    label_curve_plots,
    plot_confusion,
    plot_errors,
    plot_label_curves,
    plot_reliability,
    reliability_bins,
)

NAMES = ["t-shirt/top", "trouser", "pullover"]
MATRIX = np.array([[970, 3, 0], [30, 940, 0], [0, 0, 0]])


@pytest.fixture
def drawn(monkeypatch):
    """The figures that were saved, with what was drawn still in them."""
    figures: list[Figure] = []
    save_figure = classification_plots.save_figure

    def keep(figure, path):
        figures.append(figure)
        save_figure(figure, path)

    for module in (classification_plots, label_curve_plots):
        monkeypatch.setattr(module, "save_figure", keep)
    return figures


def pixels(path):
    with Image.open(path) as picture:
        assert picture.format == "PNG"
        return np.asarray(picture.convert("RGB")).astype(int)


def redness(path):
    """How many pixels are clearly redder than they are green."""
    shown = pixels(path)
    return int((shown[..., 0] - shown[..., 1] > 60).sum())


def errors_of(confidences):
    """Images of one grey each, of the class 0 and taken for 1 with these confidences."""
    greys = np.arange(10, 10 + len(confidences), dtype=np.uint8)
    images = np.broadcast_to(greys[:, None, None, None], (len(greys), 8, 8, 1))
    predictions = np.stack([1 - np.array(confidences), confidences, np.zeros(len(greys))], axis=1)
    return images, predictions, np.zeros(len(greys), int)


def titles(figure):
    return [axes.get_title() for axes in figure.axes if axes.get_title()]


def test_few_errors_stand_out_beside_many_right(tmp_path):
    plot_confusion(MATRIX, NAMES, tmp_path / "errors.png")
    plot_confusion(np.diag([970, 940, 5]), NAMES, tmp_path / "none.png")
    assert redness(tmp_path / "errors.png") > 5000
    assert redness(tmp_path / "none.png") == 0
    assert sorted(file.name for file in tmp_path.iterdir()) == ["errors.png", "none.png"]


def test_counts_stand_where_they_belong_with_the_true_class_down(tmp_path, drawn):
    plot_confusion(MATRIX, NAMES, tmp_path / "confusion.png")
    axes = drawn[0].axes[0]
    assert {text.get_position(): text.get_text() for text in axes.texts} == {
        (0, 0): "970",
        (1, 0): "3",
        (0, 1): "30",
        (1, 1): "940",
    }
    assert [label.get_text() for label in axes.get_yticklabels()] == NAMES
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("predicted", "true")
    assert axes.get_title() == "1,910 of 1,943 right (98.30%)"


@pytest.mark.parametrize("classes", [2, 10, 25, 70])
@pytest.mark.parametrize("name", ["7", "{}: a name too long to be written in full"])
def test_class_names_do_not_cover_one_another(tmp_path, drawn, classes, name):
    plot_confusion(np.eye(classes, dtype=int), [name.format(number) for number in range(classes)], tmp_path / "c.png")
    axes = drawn[0].axes[0]
    # Turned names are slanted stripes: what counts is how far apart they begin.
    labels = axes.get_xticklabels()
    gap = axes.transData.transform((1, 0))[0] - axes.transData.transform((0, 0))[0]
    places = axes.get_xticks()
    apart = gap * (places[1] - places[0])
    if labels[0].get_rotation() == 0:
        assert max(label.get_window_extent().width for label in labels) < apart
    else:
        font_height = labels[0].get_fontsize() * drawn[0].dpi / 72
        assert apart * np.sin(np.pi / 4) > 0.8 * font_height
    heights = [label.get_window_extent() for label in axes.get_yticklabels()]
    assert all(below.y1 <= above.y0 + 1 for above, below in pairwise(heights))


@pytest.mark.parametrize(
    ("matrix", "names", "message"),
    [
        (MATRIX[:2], NAMES, r"received shape \(2, 3\)"),
        (MATRIX[:1, :1], NAMES[:1], "two classes or more"),
        (MATRIX / 2, NAMES, "expected counts, not all 0, received float64"),
        (-MATRIX, NAMES, "received int64 in -970 to 0"),
        (0 * MATRIX, NAMES, "not all 0"),
        (MATRIX, NAMES[:2], "class_names: expected 3, one a class, received 2"),
    ],
)
def test_bad_matrices_are_refused_and_nothing_is_written(tmp_path, matrix, names, message):
    with pytest.raises(ValueError, match=message):
        plot_confusion(matrix, names, tmp_path / "confusion.png")
    assert not list(tmp_path.iterdir())


def test_reliability_shows_each_bin_at_its_accuracy_and_count(tmp_path, drawn):
    probabilities = np.array([[0.9, 0.1], [0.9, 0.1], [0.6, 0.4], [0.6, 0.4]])
    plot_reliability(reliability_bins(probabilities, [0, 1, 0, 0], bins=2), tmp_path / "reliability.png")
    above, below = drawn[0].axes
    assert [bar.get_height() for bar in above.patches] == [0.75]
    assert [bar.get_height() for bar in below.patches] == [4]
    assert above.get_title() == "Calibration error 0.00% (4 images)"
    assert below.get_yscale() == "log"
    assert pixels(tmp_path / "reliability.png").std() > 0


def test_reliability_without_images_is_refused(tmp_path):
    bins = [{"low": 0.0, "high": 1.0, "count": 0, "confidence": None, "accuracy": None}]
    with pytest.raises(ValueError, match="expected one with images, received 1 without"):
        plot_reliability(bins, tmp_path / "reliability.png")


def test_the_most_confident_errors_come_first(tmp_path, drawn):
    images, probabilities, labels = errors_of([0.6, 0.97, 0.3, 0.8, 0.7])
    plot_errors(images, probabilities, labels, ["0", "1", "2"], tmp_path / "errors.png", shown=3)
    assert titles(drawn[0]) == ["0 > 1 (0.97)", "0 > 1 (0.80)", "0 > 1 (0.70)"]
    assert [round(axes.images[0].get_array()[0, 0] * 255) for axes in drawn[0].axes] == [11, 13, 14]
    assert drawn[0].get_suptitle() == "4 errors among 5 images (80.00%); the 3 most confident"


@pytest.mark.parametrize("names", [["0", "1", "2"], NAMES, ["k" * 100, "$x$" * 50, ""]])
@pytest.mark.parametrize("count", [1, 2, 8])
def test_titles_of_errors_do_not_cover_one_another(tmp_path, drawn, names, count):
    plot_errors(*errors_of(np.linspace(0.6, 0.9, count)), names, tmp_path / "errors.png")
    boxes = [axes.title.get_window_extent() for axes in drawn[0].axes if axes.get_title()]
    assert len(boxes) == count
    for index, box in enumerate(boxes):
        assert not any(box.overlaps(other) for other in boxes[index + 1 :])


def test_errors_in_colour_stay_in_colour(tmp_path):
    images, probabilities, labels = errors_of([0.9, 0.8])
    plot_errors(np.full((2, 8, 8, 3), (200, 0, 0), np.uint8), probabilities, labels, NAMES, tmp_path / "colour.png")
    plot_errors(images, probabilities, labels, NAMES, tmp_path / "grey.png")
    assert redness(tmp_path / "colour.png") > 10000
    assert redness(tmp_path / "grey.png") == 0


def test_no_errors_are_said_to_be_none(tmp_path, drawn):
    images, probabilities, _ = errors_of([0.9, 0.8])
    plot_errors(images, probabilities, [1, 1], NAMES, tmp_path / "errors.png")
    assert [text.get_text() for text in drawn[0].texts] == ["No errors among 2 images"]
    assert pixels(tmp_path / "errors.png").min() < 128


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"images": np.zeros((1, 8, 8, 1), np.uint8)}, "images: expected 2 as"),
        ({"images": np.zeros((2, 8, 8), np.uint8)}, r"received shape \(2, 8, 8\)"),
        ({"images": np.zeros((2, 8, 8, 2), np.uint8)}, r"1 or 3\), received shape \(2, 8, 8, 2\)"),
        ({"images": np.zeros((2, 8, 8, 1), int)}, "received int64"),
        ({"labels": [0, 3]}, "labels: expected 0 to 2"),
        ({"class_names": NAMES[:2]}, "class_names: expected 3"),
        ({"shown": 0}, "shown: expected 1 or more"),
    ],
)
def test_bad_errors_are_refused_and_nothing_is_written(tmp_path, change, message):
    images, probabilities, labels = errors_of([0.9, 0.8])
    good = {"images": images, "probabilities": probabilities, "labels": labels, "class_names": NAMES}
    with pytest.raises(ValueError, match=message):
        plot_errors(**{**good, **change}, path=tmp_path / "errors.png")
    assert not list(tmp_path.iterdir())


def test_label_curves_go_through_the_means_within_a_band_from_lowest_to_highest(tmp_path, drawn):
    curves = {"joint": {1000: [0.99, 0.97], 100: [0.9, 0.94, 0.95]}, "scratch": {100: [0.8]}}
    plot_label_curves(curves, tmp_path / "labels.png")
    axes = drawn[0].axes[0]
    lines = {line.get_label(): line.get_xydata() for line in axes.lines}
    np.testing.assert_allclose(lines["joint"], [[100, 7], [1000, 2]])
    np.testing.assert_allclose(lines["scratch"], [[100, 20]])
    box = axes.collections[0].get_paths()[0].get_extents()
    np.testing.assert_allclose([box.y0, box.y1], [1, 10])
    assert (axes.get_xscale(), axes.get_yscale()) == ("log", "log")
    assert (pixels(tmp_path / "labels.png").max(axis=-1) < 250).any()


def test_a_perfect_accuracy_is_drawn_at_the_foot_of_the_log_axis(tmp_path, drawn):
    plot_label_curves({"joint": {100: [1.0]}}, tmp_path / "labels.png")
    np.testing.assert_allclose(drawn[0].axes[0].lines[0].get_xydata(), [[100, 0.01]])


@pytest.mark.parametrize(
    ("curves", "message"),
    [
        ({}, "curves: expected at least one, received none"),
        ({"joint": {}}, "for 'joint', received none"),
        ({"joint": {100: []}}, "for 'joint' with 100 labels, received"),
        ({"joint": {100: [98.5]}}, "divide percents by 100"),
        ({"joint": {100: [float("nan")]}}, "accuracies in 0-1"),
        ({"joint": {0: [0.1]}}, "1 label or more for 'joint', received 0"),
    ],
)
def test_bad_label_curves_are_refused(tmp_path, curves, message):
    with pytest.raises(ValueError, match=message):
        plot_label_curves(curves, tmp_path / "labels.png")
    assert not list(tmp_path.iterdir())
