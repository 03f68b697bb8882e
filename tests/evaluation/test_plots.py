"""Pictures: what is drawn, that a PNG comes out whole, and what is refused."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from keraszoo.evaluation import (
    code_plots,
    plot_code_map,
    plot_error_against_code_size,
    plot_image_rows,
    plot_learning_curves,
    plot_reconstructions,
    plot_walks,
)


def pixels(path):
    with Image.open(path) as picture:
        assert picture.format == "PNG"
        return np.asarray(picture.convert("RGB"))


def has_colour(path):
    return bool(np.ptp(pixels(path).astype(int), axis=-1).max() > 30)


def test_reconstructions_show_the_images_themselves(images, tmp_path):
    path = tmp_path / "rows.png"
    original = np.zeros_like(images)
    original[:, :4] = 200

    plot_reconstructions(original, np.full(images.shape, 0.5, np.float32), path, count=3, titles=list("abc"))

    values, counts = np.unique(pixels(path)[..., 0], return_counts=True)
    shown = {int(value) for value in values[counts > 3 * 112 * 50]}
    assert {0, 200} <= shown
    assert shown & {127, 128}
    assert [file.name for file in tmp_path.iterdir()] == ["rows.png"]


def test_colour_rows_stay_in_colour_and_grey_ones_grey(images, tmp_path):
    plot_image_rows({"original": images.repeat(3, axis=-1) * np.uint8([1, 0, 0])}, tmp_path / "colour.png")
    plot_image_rows({"original": images}, tmp_path / "grey.png")
    assert has_colour(tmp_path / "colour.png")
    assert not has_colour(tmp_path / "grey.png")


def test_more_rows_make_a_taller_picture_and_large_images_do_not(images, tmp_path):
    sizes = {}
    for name, rows in {
        "one": {"a": images},
        "three": {"a": images, "b": images, "c": images},
        "large": {"a": images.repeat(40, axis=1).repeat(40, axis=2)},
    }.items():
        plot_image_rows(rows, tmp_path / name)
        sizes[name] = pixels(tmp_path / name).shape
    assert sizes["three"][0] == pytest.approx(sizes["one"][0] + 2 * 120, abs=3)
    assert sizes["large"][:2] == pytest.approx(sizes["one"][:2], abs=12)


@pytest.mark.parametrize(
    ("rows", "options", "message"),
    [
        ({}, {}, "at least one row"),
        ({"a": np.zeros((2, 8, 8, 1)), "b": np.zeros((2, 4, 4, 1))}, {}, "one shape"),
        ({"a": np.zeros((2, 8, 8, 2))}, {}, "1 channel .grey. or 3"),
        ({"a": np.full((2, 8, 8, 1), 255.0)}, {}, "floats in 0-1"),
        ({"a": np.full((2, 8, 8, 1), np.nan)}, {}, "NaN"),
        ({"a": np.zeros((0, 8, 8, 1))}, {}, "at least one image"),
        ({"a": np.zeros((2, 8, 8, 1))}, {"titles": ["x"]}, "titles: expected one for each of the 2"),
        ({"a": np.zeros((2, 8, 8, 1))}, {"count": 0}, "count: expected 1 or more"),
    ],
)
def test_bad_rows_are_refused_and_nothing_is_written(tmp_path, rows, options, message):
    with pytest.raises(ValueError, match=message):
        plot_image_rows(rows, tmp_path / "rows.png", **options)
    assert not list(tmp_path.iterdir())


def test_a_failed_save_leaves_the_old_picture(images, tmp_path, monkeypatch):
    path = tmp_path / "rows.png"
    plot_image_rows({"a": images}, path)
    before = path.read_bytes()
    save = Image.Image.save

    def full_disk(picture, file, **options):
        if isinstance(file, Path):
            file.write_bytes(b"half")
            raise OSError("No space left on device")
        save(picture, file, **options)

    monkeypatch.setattr(Image.Image, "save", full_disk)
    with pytest.raises(OSError, match="No space"):
        plot_image_rows({"b": images[::-1]}, path)
    assert path.read_bytes() == before
    assert [file.name for file in tmp_path.iterdir()] == ["rows.png"]


def test_walks_decode_the_straight_line_between_the_codes(tmp_path):
    seen = []

    def decode(codes):
        seen.append(codes)
        return np.full((len(codes), 8, 8, 1), 0.5, np.float32)

    plot_walks(decode, [[0.0, 0.0], [2.0, 2.0]], [[1.0, 4.0], [2.0, 0.0]], tmp_path / "walks.png", steps=3)

    assert len(seen) == 1
    np.testing.assert_allclose(seen[0], [[0, 0], [0.5, 2], [1, 4], [2, 2], [2, 1], [2, 0]])
    assert pixels(tmp_path / "walks.png").size


@pytest.mark.parametrize(
    ("start", "end", "steps", "images_made", "message"),
    [
        (np.zeros((2, 3)), np.zeros((1, 3)), 4, 8, "one shape"),
        (np.full((2, 3), np.inf), np.zeros((2, 3)), 4, 8, "NaN or infinity"),
        (np.zeros((2, 3)), np.zeros((2, 3)), 1, 2, "steps: expected 2 or more"),
        (np.zeros((2, 3)), np.zeros((2, 3)), 4, 5, "expected 8 images, one a code, received 5"),
        (np.zeros(3), np.zeros(3), 4, 8, "count, code_size"),
    ],
)
def test_bad_walks_are_refused(tmp_path, start, end, steps, images_made, message):
    with pytest.raises(ValueError, match=message):
        plot_walks(lambda _: np.zeros((images_made, 8, 8, 1)), start, end, tmp_path / "walks.png", steps)


@pytest.mark.parametrize("code_size", [1, 2, 30])
@pytest.mark.parametrize("count", [2, 60])
def test_code_maps_of_every_size(tmp_path, code_size, count):
    codes = np.random.default_rng(0).normal(size=(count, code_size))
    labels = np.arange(count) % 12
    plot_code_map(codes, labels, [f"class {label}" for label in range(12)], tmp_path / "map.png")
    assert has_colour(tmp_path / "map.png")


def test_a_code_map_without_labels_names_or_spread(tmp_path):
    codes = np.random.default_rng(0).normal(size=(60, 2))
    plot_code_map(codes, None, None, tmp_path / "plain.png")
    plot_code_map(codes, np.arange(60) % 3, None, tmp_path / "numbers.png")
    plot_code_map(np.zeros((60, 5)), np.arange(60) % 3, None, tmp_path / "collapsed.png")
    for picture in tmp_path.iterdir():
        assert pixels(picture).std() > 0


def test_class_names_do_not_cover_one_another(tmp_path, monkeypatch):
    boxes = []

    def keep_boxes(figure, _):
        figure.draw_without_rendering()
        texts = [text for text in figure.axes[0].texts if text.get_text().startswith("same")]
        boxes.extend(text.get_window_extent() for text in texts)

    monkeypatch.setattr(code_plots, "save_figure", keep_boxes)
    codes = np.random.default_rng(0).normal(size=(50, 2))
    plot_code_map(codes, np.arange(50) % 5, [f"same {i}" for i in range(5)], tmp_path / "map.png")
    assert len(boxes) == 5
    for index, box in enumerate(boxes):
        assert not any(box.shrunk(0.9, 0.9).overlaps(other.shrunk(0.9, 0.9)) for other in boxes[index + 1 :])


def test_large_code_maps_are_sampled_and_repeat(tmp_path, monkeypatch):
    monkeypatch.setattr(code_plots, "MOST_DOTS", 60)
    codes = np.random.default_rng(0).normal(size=(200, 5))
    for name in ("first.png", "second.png"):
        plot_code_map(codes, np.arange(200) % 3, None, tmp_path / name)
    np.testing.assert_array_equal(pixels(tmp_path / "first.png"), pixels(tmp_path / "second.png"))


@pytest.mark.parametrize(
    ("codes", "labels", "names", "message"),
    [
        (np.zeros((4, 2)), np.arange(3), None, "expected 4 integers"),
        (np.zeros((4, 2)), np.zeros(4), None, "received float64"),
        (np.zeros((4, 2)), np.arange(4), ["a", "b"], "labels: expected 0 to 1, received 0 to 3"),
        (np.zeros((4, 2)), np.arange(4) - 1, None, "received -1"),
        (np.full((4, 2), np.nan), None, None, "NaN"),
        (np.zeros((0, 2)), None, None, "at least one code"),
        (np.zeros((1, 2)), None, None, "at least 2 codes"),
    ],
)
def test_bad_code_maps_are_refused(tmp_path, codes, labels, names, message):
    with pytest.raises(ValueError, match=message):
        plot_code_map(codes, labels, names, tmp_path / "map.png")


@pytest.mark.parametrize(
    "history",
    [
        [{"loss": 0.5}],
        [{"loss": "0.5", "val_loss": "0.6", "learning_rate": "0.001"}, {"loss": "0.4", "val_loss": "0.5"}],
        [{"loss": 0.5, "val_loss": 0.4}, {"loss": float("nan"), "val_loss": float("inf")}],
        [{"loss": -0.5}, {"loss": 0.0}],
    ],
)
def test_learning_curves(tmp_path, history):
    plot_learning_curves(history, tmp_path / "curves.png")
    assert has_colour(tmp_path / "curves.png")


@pytest.mark.parametrize(
    ("history", "message"),
    [
        ([], "expected a finite 'loss', received 0 epochs"),
        ([{"accuracy": 1.0}], "expected a finite 'loss'"),
        ([{"loss": float("nan")}], "expected a finite 'loss'"),
        ([{"loss": "much"}], "expected numbers as 'loss'"),
    ],
)
def test_bad_histories_are_refused(tmp_path, history, message):
    with pytest.raises(ValueError, match=message):
        plot_learning_curves(history, tmp_path / "curves.png")


def test_error_against_code_size(tmp_path):
    curves = {"autoencoder": [(8, 12.0), (2, 30.0)], "PCA": [(2, 43.6), (8, 29.4), (9, 28.0)]}
    plot_error_against_code_size(curves, tmp_path / "sizes.png")
    assert has_colour(tmp_path / "sizes.png")


@pytest.mark.parametrize(
    ("curves", "message"),
    [
        ({}, "at least one"),
        ({"PCA": []}, "pairs for 'PCA'"),
        ({"PCA": [(2, 0.0)]}, "above 0"),
        ({"PCA": [(2, float("nan"))]}, "finite"),
    ],
)
def test_bad_curves_are_refused(tmp_path, curves, message):
    with pytest.raises(ValueError, match=message):
        plot_error_against_code_size(curves, tmp_path / "sizes.png")
