"""Pictures of readers: what is drawn where, that a PNG comes out whole, and what is refused."""

import matplotlib
import numpy as np
import pytest
from matplotlib.font_manager import fontManager
from PIL import Image

from keraszoo.evaluation import (
    plot_attention,
    plot_digit_confusion,
    plot_learning_ways,
    plot_length_curves,
    plot_selective,
    plot_strips,
    reading_curve_plots,
    reading_plots,
)

STRIPS = np.broadcast_to(np.uint8([40, 120, 200])[:, None, None, None], (4, 3, 8, 8, 1))
WORDS = ["three", "forty two", "six", "ten"]
READ = ["three", "forty too", "six", ""]
NUMBERS = np.array([3, 42, 6, 10])
ATTENTION = np.full((2, 10, 3), 0.25)


@pytest.fixture(autouse=True)
def bundled_fonts_only(monkeypatch):
    """As where no font for Hangul is installed."""
    bundled = [entry for entry in fontManager.ttflist if entry.fname.startswith(matplotlib.get_data_path())]
    monkeypatch.setattr(fontManager, "ttflist", bundled)


@pytest.fixture
def drawn(monkeypatch):
    """The figures that were saved, with what was drawn still in them."""
    figures = []
    save_figure = reading_plots.save_figure

    def keep(figure, path):
        save_figure(figure, path)
        figures.append(figure)

    for module in (reading_plots, reading_curve_plots):
        monkeypatch.setattr(module, "save_figure", keep)
    return figures


def written(axes):
    """Texts and whether they are red."""
    return [(text.get_text().strip("\n"), text.get_color() == reading_plots.MISTAKE_COLOUR) for text in axes.texts]


def pixels(path):
    with Image.open(path) as picture:
        assert picture.format == "PNG"
        return np.asarray(picture.convert("RGB")).astype(int)


def redness(path):
    shown = pixels(path)
    return int((shown[..., 0] - shown[..., 1] > 60).sum())


def test_mistakes_are_red_above_what_is_right(tmp_path, drawn):
    plot_strips(STRIPS, READ, WORDS, tmp_path / "strips.png", NUMBERS)
    assert [written(axes) for axes in drawn[0].axes] == [
        [("three", False)],
        [("forty too", True), ("forty two", False)],
        [("six", False)],
        [("(nothing)", True), ("ten", False)],
    ]
    assert drawn[0].get_suptitle() == "2 of 4 read right; mistakes in red, above what is right"
    plot_strips(STRIPS, WORDS, WORDS, tmp_path / "right.png", NUMBERS)
    assert drawn[1].get_suptitle() == "4 of 4 read right"
    assert redness(tmp_path / "strips.png") > 100
    assert redness(tmp_path / "right.png") == 0
    assert sorted(file.name for file in tmp_path.iterdir()) == ["right.png", "strips.png"]


def test_the_images_of_a_strip_stand_side_by_side(tmp_path, drawn):
    plot_strips(STRIPS / np.float32(255), WORDS, WORDS, tmp_path / "strips.png", NUMBERS, shown=1)
    (axes,) = drawn[0].axes
    shown = (axes.images[0].get_array() * 255).round()
    assert shown.shape[:2] == (8, 24)
    assert shown[0, ::8].ravel().tolist() == [40, 120, 200]


@pytest.mark.filterwarnings("error")
def test_words_that_no_font_has_are_numbers_instead(tmp_path, drawn):
    words = ["삼", "사십이", "육", "십"]
    plot_strips(STRIPS, ["삼", "사십", "육", "십"], words, tmp_path / "strips.png", NUMBERS)
    assert [written(axes) for axes in drawn[0].axes[:2]] == [[("3", False)], [("misread", True), ("42", False)]]
    plot_attention(STRIPS[:2], words[:2], ATTENTION, tmp_path / "attention.png")
    assert [label.get_text() for label in drawn[1].axes[3].get_yticklabels()] == ["1", "2", "3"]


@pytest.mark.parametrize("max_digits", [1, 3, 8])
def test_long_words_stay_apart(tmp_path, drawn, max_digits):
    words = ["seventy seven million seven hundred seventy seven thousand " * 2] * 9
    strips = np.zeros((9, max_digits, 8, 8, 1), np.uint8)
    plot_strips(strips, ["twenty-one " * 9] * 9, words, tmp_path / "strips.png", np.arange(9))
    # What is right begins with an empty line for each of what was read, so that its box is that of both.
    boxes = [axes.texts[1].get_window_extent() for axes in drawn[0].axes if axes.texts]
    assert len(boxes) == 9
    for index, box in enumerate(boxes):
        assert not any(box.overlaps(other) for other in boxes[index + 1 :])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"strips": STRIPS[:3]}, r"strips: expected 4 as .* received shape \(3, 3, 8, 8, 1\)"),
        ({"strips": STRIPS[:, 0]}, r"received shape \(4, 8, 8, 1\)"),
        ({"strips": STRIPS.astype(int)}, "received int64"),
        ({"strips": STRIPS.astype(float)}, "divide by 255"),
        ({"texts": READ[:3]}, "one text read for each of 4 strips, received 3"),
        ({"numbers": NUMBERS[:3]}, r"expected 4 numbers, .* received numbers of shape \(3,\)"),
        ({"shown": 0}, "and 0 shown"),
    ],
)
def test_bad_strips_are_refused_and_nothing_is_written(tmp_path, change, message):
    good = {"strips": STRIPS, "texts": READ, "expected": WORDS, "numbers": NUMBERS}
    with pytest.raises(ValueError, match=message):
        plot_strips(**{**good, **change}, path=tmp_path / "strips.png")
    assert not list(tmp_path.iterdir())


def test_attention_stands_below_its_images_with_a_row_a_character(tmp_path, drawn):
    attention = np.random.default_rng(0).dirichlet(np.ones(3), (2, 12))
    plot_attention(STRIPS[:2], ["three", "forty two"], attention, tmp_path / "attention.png")
    _, strip, _, weights, _ = drawn[0].axes
    assert [label.get_text() for label in weights.get_yticklabels()] == list("forty_two")
    np.testing.assert_allclose(weights.images[0].get_array(), attention[1, :9])
    assert strip.get_xlim() == weights.get_xlim() == (-0.5, 2.5)
    assert strip.get_position().x0 == pytest.approx(weights.get_position().x0)
    assert strip.get_position().width == pytest.approx(weights.get_position().width)
    assert strip.get_position().y0 >= weights.get_position().y1
    assert pixels(tmp_path / "attention.png").std() > 0


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"attention": ATTENTION[:, :8]}, r"attention: expected \(2, 9 or more, 3\), .* received shape \(2, 8, 3\)"),
        ({"attention": ATTENTION[..., :2]}, r"received shape \(2, 10, 2\)"),
        ({"attention": ATTENTION[0]}, r"received shape \(10, 3\)"),
        ({"attention": ATTENTION * np.nan}, "weights in 0-1, received nan"),
        ({"attention": ATTENTION - 1}, "weights in 0-1, received -0.75"),
        ({"texts": ["three", ""]}, "not empty"),
        ({"strips": STRIPS}, "strips: expected 2"),
    ],
)
def test_bad_attention_is_refused_and_nothing_is_written(tmp_path, change, message):
    good = {"strips": STRIPS[:2], "texts": WORDS[:2], "attention": ATTENTION}
    with pytest.raises(ValueError, match=message):
        plot_attention(**{**good, **change}, path=tmp_path / "attention.png")
    assert not list(tmp_path.iterdir())


def test_too_many_strips_for_attention_are_refused(tmp_path):
    strips = np.zeros((7, 3, 8, 8, 1), np.uint8)
    with pytest.raises(ValueError, match="up to 6"):
        plot_attention(strips, ["six"] * 7, np.full((7, 3, 3), 0.1), tmp_path / "attention.png")


def test_digits_are_confused_in_red(tmp_path):
    matrix = np.diag(np.full(11, 100))
    plot_digit_confusion(matrix, tmp_path / "right.png")
    matrix[4, 9] = 3
    plot_digit_confusion(matrix, tmp_path / "wrong.png")
    assert redness(tmp_path / "right.png") == 0 < redness(tmp_path / "wrong.png")
    with pytest.raises(ValueError, match="expected 10, one a class, received 11"):
        plot_digit_confusion(matrix[:10, :10], tmp_path / "small.png")


def lines_of(figure):
    return {line.get_label(): np.asarray(line.get_xydata()) for line in figure.axes[0].lines}


def test_lengths_are_drawn_beside_the_ceiling(tmp_path, drawn):
    scores = {"word_accuracy_2": 0.98, "word_accuracy_1": 0.99, "word_accuracy_seen": 1.0, "digit_accuracy": 0.995}
    plot_length_curves({"ours": scores, "book": {"word_accuracy_1": 0.9, "word_accuracy": 0.1}}, tmp_path / "l.png")
    lines = lines_of(drawn[0])
    assert list(lines) == ["ours", "ceiling of ours", "book"]
    np.testing.assert_allclose(lines["ours"], [[1, 1], [2, 2]])
    np.testing.assert_allclose(lines["ceiling of ours"], [[1, 0.5], [2, 100 * (1 - 0.995**2)]])
    np.testing.assert_allclose(lines["book"], [[1, 10]])
    assert drawn[0].axes[0].yaxis_inverted()
    labels = {
        float(place): label.get_text()
        for place, label in zip(drawn[0].axes[0].get_yticks(), drawn[0].axes[0].get_yticklabels(), strict=True)
    }
    assert labels[1] == "99"
    assert (pixels(tmp_path / "l.png").max(axis=-1) < 250).any()


def test_ways_end_in_the_legend_and_perfection_at_the_top(tmp_path, drawn):
    plot_learning_ways({"separate": [(60, 1.0), (30, 0.9)], "fine_tuned": [(90, 0.5)]}, tmp_path / "ways.png")
    lines = lines_of(drawn[0])
    assert list(lines) == ["separate: 100.00% after 60 s", "fine_tuned: 50.00% after 90 s"]
    np.testing.assert_allclose(lines["separate: 100.00% after 60 s"], [[30, 10], [60, 0.01]])


def test_answers_are_drawn_at_their_coverage_with_the_least_confidence(tmp_path, drawn):
    rows = [
        {"least": 0.0, "coverage": 1.0, "accuracy": 0.9},
        {"least": 0.5, "coverage": 0.99999, "accuracy": 0.9},
        {"least": 0.9, "coverage": 0.5, "accuracy": 0.99},
        {"least": 0.99, "coverage": 0.0, "accuracy": None},
    ]
    plot_selective({"reader": rows}, tmp_path / "selective.png")
    np.testing.assert_allclose(lines_of(drawn[0])["reader"], [[50, 1], [99.999, 10], [100, 10]])
    assert [text.get_text() for text in drawn[0].axes[0].texts] == ["0", "0.9"]


@pytest.mark.parametrize(
    ("plot", "curves", "message"),
    [
        (plot_length_curves, {}, "rows: expected at least one model, received none"),
        (plot_length_curves, {"a": {"word_accuracy": 1.0}}, "at least one point of 'a'"),
        (plot_length_curves, {"a": {"word_accuracy_1": 98.0}}, "divide percents by 100"),
        (plot_length_curves, {"a": {"word_accuracy_1": 0.9, "digit_accuracy": 98.0}}, "digit_accuracy in 0-1 of 'a'"),
        (plot_learning_ways, {}, "curves: expected at least one, received none"),
        (plot_learning_ways, {"a": []}, "at least one point of 'a'"),
        (plot_learning_ways, {"a": [(10, 98.0)]}, "divide percents by 100"),
        (plot_learning_ways, {"a": [(-1, 0.5)]}, "0 or more to the right"),
        (plot_learning_ways, {"a": [(10, float("nan"))]}, "accuracy in 0-1"),
        (plot_selective, {}, "curves: expected at least one, received none"),
        (plot_selective, {"a": [{"least": 1.0, "coverage": 0.0, "accuracy": None}]}, "at least one point of 'a'"),
    ],
)
def test_bad_curves_are_refused_and_nothing_is_written(tmp_path, plot, curves, message):
    with pytest.raises(ValueError, match=message):
        plot(curves, tmp_path / "curves.png")
    assert not list(tmp_path.iterdir())
