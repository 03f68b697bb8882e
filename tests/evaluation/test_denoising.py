"""Noise and what is measured of cleaning it: hand-computed values, Keras's own loss, and the rows of the curve."""

import json
import logging

import keras
import numpy as np
import pytest
from PIL import Image

from keraszoo.evaluation import (
    add_noise,
    denoising_curve,
    denoising_scores,
    plot_denoising_curves,
    plot_denoising_grid,
    reconstruction_scores,
)


def to_halves(pixels):
    """A model of sorts: every pixel black or white."""
    return (pixels > 127).astype(np.float32)


@pytest.fixture
def black_and_white():
    return np.random.default_rng(0).integers(0, 2, (12, 10, 8, 1), dtype=np.uint8) * np.uint8(255)


@pytest.fixture
def rows(black_and_white):
    return denoising_curve(
        to_halves, black_and_white[:4], black_and_white[4:], (0.2, 0.5), filters=("total variation", "wavelet")
    )


def test_noise_has_its_stddev_and_is_clipped():
    grey = np.full((50, 20, 20, 1), 0.5, np.float32)
    noisy = add_noise(grey, 0.1, seed=0)
    assert noisy.dtype == np.float32
    assert (noisy - grey).std() == pytest.approx(0.1, rel=0.02)
    assert (noisy - grey).mean() == pytest.approx(0, abs=0.002)
    strong = add_noise(grey, 2.0, seed=0)
    assert (strong.min(), strong.max()) == (0, 1)
    assert len(np.unique(noisy)) > 1000  # not rounded to a picture's 256 values


def test_noise_is_a_function_of_its_seed(images):
    np.testing.assert_array_equal(add_noise(images, 0.3, seed=1), add_noise(images, 0.3, seed=1))
    np.testing.assert_array_equal(add_noise(images, 0.3, seed=1)[:5], add_noise(images[:5], 0.3, seed=1))
    assert not np.array_equal(add_noise(images, 0.3, seed=1), add_noise(images, 0.3, seed=2))
    np.testing.assert_array_equal(add_noise(images, 0.0, seed=1), images / np.float32(255))


@pytest.mark.parametrize("stddev", [-0.1, float("nan"), float("inf")])
def test_noise_that_cannot_be_is_refused(stddev, images):
    with pytest.raises(ValueError, match="stddev: expected a finite number of 0 or more"):
        add_noise(images, stddev, seed=0)


def test_scores_are_keras_loss_and_the_scores_of_reconstruction(images):
    restored = add_noise(images, 0.4, seed=0)  # with exact zeros and ones, which the loss clips
    scores = denoising_scores(images, restored)
    expected = keras.losses.BinaryCrossentropy()(images / np.float32(255), restored)
    assert scores["bce"] == pytest.approx(float(expected), rel=1e-5)
    rebuilt = reconstruction_scores(images, restored)
    assert {key: scores[key] for key in ("psnr", "ssim")} == {key: rebuilt[key] for key in ("psnr", "ssim")}


def test_cross_entropy_by_hand():
    clean = np.full((1, 3, 3, 1), 255, np.uint8)
    assert denoising_scores(clean, np.full((1, 3, 3, 1), 0.25, np.float32))["bce"] == pytest.approx(np.log(4))


def test_rows_have_every_noise_and_begin_without(rows):
    assert [row["noise"] for row in rows] == [0, 0.2, 0.5]
    assert rows[0]["input"]["psnr"] == rows[0]["model"]["psnr"] == 100
    assert (rows[0]["filters"], rows[0]["best_filter"], rows[0]["gain_db"]) == ({}, None, None)
    for row in rows[1:]:
        scores = {name: filtered["psnr"] for name, filtered in row["filters"].items()}
        assert set(scores) == {"total variation", "wavelet"}
        assert scores[row["best_filter"]] == max(scores.values())
        assert row["gain_db"] == pytest.approx(row["model"]["psnr"] - max(scores.values()))
    assert json.loads(json.dumps(rows)) == rows


def test_the_model_sees_pixels_of_0_to_255_that_are_not_rounded(black_and_white):
    seen = []

    def denoise(pixels):
        seen.append(pixels)
        return pixels / 255

    _, noisy = denoising_curve(denoise, black_and_white, black_and_white, (0.3,), seed=5, filters=())
    assert noisy["model"]["psnr"] == pytest.approx(noisy["input"]["psnr"], abs=1e-3)
    assert [pixels.dtype for pixels in seen] == [np.float32, np.float32]
    np.testing.assert_array_equal(seen[0], black_and_white)
    np.testing.assert_array_equal(seen[1], add_noise(black_and_white, 0.3, seed=5) * np.float32(255))
    assert (noisy["filters"], noisy["best_filter"], noisy["gain_db"]) == ({}, None, None)


def test_settings_are_chosen_without_the_test_images(black_and_white):
    def settings(test_images):
        rows = denoising_curve(
            to_halves, black_and_white[:6], test_images, (0.3,), filter_images=4, filters=("total variation",)
        )
        return rows[1]["filters"]["total variation"]["settings"]

    assert settings(black_and_white[6:]) == settings(255 - black_and_white[6:] // 2)


def test_progress_is_logged(black_and_white, caplog):
    with caplog.at_level(logging.INFO, logger="keraszoo"):
        denoising_curve(to_halves, black_and_white, black_and_white, (0.3,), filters=("total variation",))
    assert [record.getMessage().split(":")[0] for record in caplog.records] == ["noise 0", "noise 0.3", "noise 0.3"]
    assert "total variation" in caplog.text


def test_a_model_of_another_shape_is_refused(black_and_white):
    with pytest.raises(ValueError, match="one shape"):
        denoising_curve(lambda pixels: pixels[:, :-1] / 255, black_and_white, black_and_white, (0.3,))


def test_pictures_are_drawn(rows, black_and_white, tmp_path):
    plot_denoising_curves(rows, tmp_path / "curves.png")
    plot_denoising_grid(to_halves, black_and_white[4:], rows[-1], tmp_path / "grid.png", count=3)
    plot_denoising_grid(to_halves, black_and_white[4:], rows[0], tmp_path / "clean.png", count=3)
    sizes = {}
    for path in tmp_path.iterdir():
        with Image.open(path) as picture:
            assert picture.format == "PNG"
            sizes[path.stem] = picture.size
    assert set(sizes) == {"curves", "grid", "clean"}
    assert sizes["grid"][1] > sizes["clean"][1]  # a row more, the filter's


def test_curves_without_noise_are_refused(rows, tmp_path):
    with pytest.raises(ValueError, match="some with noise above 0, received 1 without"):
        plot_denoising_curves(rows[:1], tmp_path / "curves.png")
