"""The classical filters: each restores, and its settings are the best of the grid."""

import json

import numpy as np
import pytest
from skimage.restoration import denoise_nl_means, denoise_tv_chambolle

from keraszoo.evaluation import add_noise, apply_filter, best_setting, reconstruction_scores
from keraszoo.evaluation.filters import FILTERS, PRELIMINARY_IMAGES


@pytest.fixture(autouse=True)
def small_grids(monkeypatch):
    """A part of the slow filters' grids, which hold hundreds of settings."""
    for name, part in {
        "non-local means": {"patch_size": (5,), "patch_distance": (4,)},
        "wavelet": {"mode": ("soft",), "wavelet": ("db1",)},
    }.items():
        function, grid = FILTERS[name]
        monkeypatch.setitem(FILTERS, name, (function, {**grid, **part}))


@pytest.fixture(scope="module")
def clean():
    """Discs of a random place and size, which all three filters are good at."""
    rng = np.random.default_rng(0)
    rows, columns = np.indices((16, 14))
    discs = [(rows - x) ** 2 + (columns - y) ** 2 < r**2 for x, y, r in rng.uniform((4, 4, 2), (12, 10, 6), (8, 3))]
    return np.stack(discs).astype(np.float32)[..., None]


def psnr(clean, restored):
    return reconstruction_scores(clean, restored)["psnr"]


@pytest.mark.parametrize("name", FILTERS)
@pytest.mark.parametrize("channels", [1, 3])
def test_each_restores_what_noise_took(name, channels, clean):
    clean = clean.repeat(channels, axis=-1)
    noisy = add_noise(clean, 0.4, seed=0)
    settings, score = best_setting(name, noisy, clean)
    restored = apply_filter(name, noisy, settings)
    assert (restored.shape, restored.dtype) == (clean.shape, np.float32)
    assert restored.min() >= 0
    assert restored.max() <= 1
    assert score == pytest.approx(psnr(clean, restored), abs=1e-3)
    assert score > psnr(clean, noisy) + 2
    assert json.loads(json.dumps(settings)) == settings


def test_the_setting_is_the_best_of_the_grid(clean):
    noisy = add_noise(clean, 0.4, seed=0)
    noise = float(np.sqrt(np.mean((noisy - clean) ** 2)))
    _, score = best_setting("total variation", noisy, clean)
    by_hand = []
    for multiple in FILTERS["total variation"][1]["weight"]:
        filtered = np.stack(
            [denoise_tv_chambolle(image[..., 0], multiple * noise, max_num_iter=200) for image in noisy]
        )
        gain, offset = np.polyfit(filtered.ravel(), clean.ravel(), 1)
        restored = (gain * filtered + offset).clip(0, 1)[..., None]
        by_hand.append(psnr(clean, restored.astype(np.float32)))
    assert score == pytest.approx(max(by_hand), abs=0.01)
    assert np.ptp(by_hand) > 0.1


def test_gain_and_offset_undo_what_clipping_did(clean):
    noisy = add_noise(clean, 0.6, seed=0)
    settings, score = best_setting("non-local means", noisy, clean)
    plain = apply_filter("non-local means", noisy, {**settings, "gain": 1.0, "offset": 0.0})
    assert score > psnr(clean, plain) + 1
    assert settings["gain"] > 1
    assert settings["offset"] < 0


def test_the_finals_are_run_on_all_images(clean, monkeypatch):
    seen = []
    function = FILTERS["total variation"][0]
    monkeypatch.setitem(
        FILTERS,
        "total variation",
        (lambda image, **options: seen.append(options["weight"]) or function(image, **options), {"weight": (0.5, 1.0)}),
    )
    many = clean.repeat(10, axis=0)
    best_setting("total variation", add_noise(many, 0.4, seed=0), many)
    assert len(many) > PRELIMINARY_IMAGES
    assert len(seen) == 2 * (PRELIMINARY_IMAGES + len(many))


def test_images_without_contrast_are_lifted_to_their_brightness():
    dark, bright = np.full((2, 8, 8, 1), 0.4, np.float32), np.full((2, 8, 8, 1), 0.5, np.float32)
    settings, _ = best_setting("total variation", dark, bright)
    np.testing.assert_allclose(apply_filter("total variation", dark, settings), bright, atol=1e-6)


def test_non_local_means_is_scikit_images(clean):
    settings = {"h": 0.2, "sigma": 0.1, "patch_size": 3, "patch_distance": 4, "gain": 1.0, "offset": 0.0}
    noisy = add_noise(clean, 0.2, seed=0)
    expected = denoise_nl_means(noisy[0, ..., 0], patch_size=3, patch_distance=4, h=0.2, sigma=0.1, fast_mode=True)
    np.testing.assert_allclose(
        apply_filter("non-local means", noisy, settings)[0, ..., 0], expected.clip(0, 1), atol=1e-5
    )


def test_an_unknown_filter_and_images_that_do_not_fit_are_refused(clean):
    with pytest.raises(ValueError, match=r"expected a filter .*received 'wavelets'.*wavelet"):
        best_setting("wavelets", clean * np.float32(0.9), clean)
    with pytest.raises(ValueError, match="noisy and clean of one shape"):
        best_setting("wavelet", clean[:2], clean)
    with pytest.raises(ValueError, match="noisy: expected images that differ"):
        best_setting("wavelet", clean, clean)
    with pytest.raises(ValueError, match="noisy: expected floats in 0-1"):
        apply_filter("wavelet", clean * 255, {"gain": 1.0, "offset": 0.0})
