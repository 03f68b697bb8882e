"""Scores of rebuilt images: hand-computed values, agreement with scikit-image, PCA's known figures."""

import os
import subprocess
import sys

import numpy as np
import pytest
from skimage.metrics import structural_similarity

from keraszoo.evaluation import pca_curve, pca_reconstructions, pca_scores, reconstruction_scores
from keraszoo.evaluation import reconstruction as module


def rebuilt_of(images, noise=0.1):
    scaled = images / 255 + np.random.default_rng(1).normal(0, noise, images.shape)
    return scaled.clip(0, 1).astype(np.float32)


def test_errors_are_what_one_computes_by_hand():
    original = np.zeros((2, 4, 4, 1), np.uint8)
    rebuilt = np.zeros((2, 4, 4, 1), np.float32)
    rebuilt[0, 0, 0, 0] = 0.8
    rebuilt[1] = 0.1

    scores = reconstruction_scores(original, rebuilt)

    assert scores["mse"] == pytest.approx((0.64 / 16 + 0.01) / 2)
    assert scores["squared_error"] == pytest.approx((0.64 + 0.16) / 2)
    assert scores["psnr"] == pytest.approx((-10 * np.log10(0.04) + 20) / 2)


def test_a_perfect_image_scores_100_decibels_and_ssim_1(images):
    scores = reconstruction_scores(images, (images / 255).astype(np.float32))
    assert scores == pytest.approx({"mse": 0, "squared_error": 0, "psnr": 100, "ssim": 1}, abs=1e-9)


@pytest.mark.parametrize(("shape", "window"), [((28, 28, 1), 7), ((8, 8, 1), 7), ((12, 5, 3), 5), ((4, 4, 1), 3)])
def test_ssim_is_scikit_images_mean_over_images(shape, window):
    images = np.random.default_rng(2).integers(0, 256, (5, *shape), dtype=np.uint8)
    rebuilt = rebuilt_of(images)
    expected = [
        structural_similarity(image / 255, copy.astype(float), win_size=window, data_range=1, channel_axis=-1)
        for image, copy in zip(images, rebuilt, strict=True)
    ]
    assert reconstruction_scores(images, rebuilt)["ssim"] == pytest.approx(np.mean(expected), abs=1e-6)


def test_uint8_and_scaled_originals_score_alike(images):
    rebuilt = rebuilt_of(images)
    scaled = (images / 255).astype(np.float32)
    assert reconstruction_scores(images, rebuilt) == pytest.approx(reconstruction_scores(scaled, rebuilt))


@pytest.mark.parametrize(
    ("original", "rebuilt", "message"),
    [
        (np.zeros((2, 8, 8, 1)), np.zeros((3, 8, 8, 1)), "one shape"),
        (np.zeros((2, 8, 8)), np.zeros((2, 8, 8)), "count, height, width, channels"),
        (np.zeros((0, 8, 8, 1)), np.zeros((0, 8, 8, 1)), "at least one image"),
        (np.full((2, 8, 8, 1), 255.0), np.zeros((2, 8, 8, 1)), "original: expected floats in 0-1"),
        (np.zeros((2, 8, 8, 1)), np.full((2, 8, 8, 1), -0.5), "rebuilt: expected floats in 0-1"),
        (np.zeros((2, 8, 8, 1)), np.zeros((2, 8, 8, 1), np.uint8), "received uint8"),
        (np.zeros((2, 8, 8, 1), np.int64), np.zeros((2, 8, 8, 1)), "received int64"),
        (np.zeros((2, 8, 8, 1)), np.full((2, 8, 8, 1), np.nan), "NaN"),
        (np.zeros((2, 2, 8, 1)), np.zeros((2, 2, 8, 1)), "at least 3x3"),
    ],
)
def test_bad_images_are_refused(original, rebuilt, message):
    with pytest.raises(ValueError, match=message):
        reconstruction_scores(original, rebuilt)


def test_pca_with_every_component_rebuilds_exactly(images):
    train = np.random.default_rng(3).integers(0, 256, (200, 8, 8, 1), dtype=np.uint8)
    assert pca_scores(train, images, 64)["mse"] < 1e-9


def test_pca_curve_equals_single_fits_in_the_order_given(images):
    curve = pca_curve(images, images[:10], [8, 2])
    assert [row.pop("code_size") for row in curve] == [8, 2]
    for row, code_size in zip(curve, [8, 2], strict=True):
        assert row == pytest.approx(pca_scores(images, images[:10], code_size), rel=1e-3)
    assert curve[0]["mse"] < curve[1]["mse"]


def test_what_pca_rebuilds_is_not_clipped():
    train = np.random.default_rng(4).integers(0, 2, (100, 8, 8, 1)).astype(np.float32)
    rebuilt = pca_reconstructions(train, train, 32)
    assert rebuilt.shape == train.shape
    assert rebuilt.min() < 0
    assert rebuilt.max() > 1


def test_large_images_use_a_solver_that_stays_close(images, monkeypatch):
    exact = pca_scores(images, images, 4)["mse"]
    monkeypatch.setattr(module, "EXACT_PCA_PIXELS", 1)
    assert pca_scores(images, images, 4)["mse"] == pytest.approx(exact, rel=1e-2)


@pytest.mark.parametrize("code_size", [0, 41, 65, 2.5])
def test_a_code_size_that_does_not_fit_is_refused(images, code_size):
    with pytest.raises(ValueError, match=r"code_size: expected a whole number from 1 to 40 .40 training images of 64"):
        pca_scores(images, images, code_size)


def test_pca_refuses_test_images_of_another_shape_and_no_sizes(images):
    with pytest.raises(ValueError, match="one shape"):
        pca_scores(images, images[:, :4], 2)
    with pytest.raises(ValueError, match="at least one"):
        pca_curve(images, images, [])


def test_names_load_lazily_and_without_tensorflow_or_keras():
    code = (
        "import sys, keraszoo.evaluation as e; assert 'sklearn' not in sys.modules; "
        "[getattr(e, name) for name in dir(e)]; "
        "assert not {'tensorflow', 'keras', 'matplotlib.pyplot'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.skipif("TFDS_DATA_DIR" not in os.environ, reason="needs MNIST: set TFDS_DATA_DIR")
def test_pca_of_mnist_with_30_numbers():
    tfds, home = pytest.importorskip("tensorflow_datasets"), os.environ["TFDS_DATA_DIR"]
    train, test = (
        tfds.as_numpy(tfds.load("mnist", split=split, batch_size=-1, data_dir=home)) for split in ("train", "test")
    )
    scores = pca_scores(train["image"], test["image"], 30)
    assert scores["squared_error"] == pytest.approx(13.8663, abs=2e-4)
