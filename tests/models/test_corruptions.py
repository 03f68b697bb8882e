"""Corruption layers: how much they damage and when, and that a model with one trains, saves and reloads."""

import json

import keras
import numpy as np
import pytest
from keras import layers

from keraszoo.model_files import load_model, save_model
from keraszoo.models.corruptions import (
    CORRUPTIONS,
    LowerResolution,
    PixelMasking,
    RandomStrength,
    SaltAndPepper,
    named_corruption,
)

MAKERS = {
    "masking": lambda seed=None: PixelMasking(0.3, seed=seed),
    "salt and pepper": lambda seed=None: SaltAndPepper(0.3, seed=seed),
    "lower resolution": lambda **_: LowerResolution(3),
    "random gaussian": lambda seed=None: RandomStrength(layers.GaussianNoise(0.5, seed=seed), seed=seed),
    "random masking": lambda seed=None: RandomStrength(PixelMasking(0.3, seed=seed), seed=seed),
}
RANDOM = [name for name in MAKERS if name != "lower resolution"]


@pytest.fixture(scope="module")
def images():
    return np.random.default_rng(0).uniform(0.1, 0.9, (32, 16, 14, 3)).astype(np.float32)


def damaged(layer, images):
    return np.asarray(layer(images, training=True))


@pytest.mark.parametrize("name", MAKERS)
def test_images_pass_untouched_at_inference(name, images):
    layer = MAKERS[name]()
    np.testing.assert_array_equal(layer(images), images)
    np.testing.assert_array_equal(layer(images, training=False), images)
    assert not np.array_equal(damaged(layer, images), images)


@pytest.mark.parametrize("name", RANDOM)
def test_each_call_draws_anew_and_a_seed_draws_the_same_again(name, images):
    layer, twin = MAKERS[name](seed=3), MAKERS[name](seed=3)
    first, second = damaged(layer, images), damaged(layer, images)
    assert not np.array_equal(first, second)
    np.testing.assert_array_equal(damaged(twin, images), first)
    np.testing.assert_array_equal(damaged(twin, images), second)


@pytest.mark.parametrize("share", [0.0, 0.2, 1.0])
def test_masking_blackens_its_share_of_whole_pixels(share, images):
    result = damaged(PixelMasking(share, seed=0), images)
    black = result == 0
    np.testing.assert_array_equal(black.all(axis=-1), black.any(axis=-1))
    assert black.mean() == pytest.approx(share, abs=0.02)
    np.testing.assert_array_equal(result[~black], images[~black])


@pytest.mark.parametrize("share", [0.0, 0.2, 1.0])
def test_salt_and_pepper_blackens_and_whitens_alike(share, images):
    result = damaged(SaltAndPepper(share, seed=0), images)
    black, white = result == 0, result == 1
    for hit in (black, white):
        np.testing.assert_array_equal(hit.all(axis=-1), hit.any(axis=-1))
        assert hit.mean() == pytest.approx(share / 2, abs=0.02)
    np.testing.assert_array_equal(result[~(black | white)], images[~(black | white)])


def test_lower_resolution_keeps_flat_images_and_means_and_drops_fine_detail():
    checkered = np.indices((12, 12)).sum(axis=0)[None, ..., None] % 2
    flat = np.full((1, 12, 12, 1), 0.3, np.float32)
    np.testing.assert_allclose(damaged(LowerResolution(4), flat), flat, atol=1e-6)
    np.testing.assert_allclose(damaged(LowerResolution(4), checkered.astype(np.float32)), 0.5, atol=1e-6)
    halves = np.repeat([0.0, 1.0], 6)[None, None, :, None] * np.ones((1, 12, 1, 1))
    ramp = damaged(LowerResolution(3), halves)[0, 0, :, 0]
    np.testing.assert_allclose(ramp, [0, 0, 0, 0, 0, 1 / 3, 2 / 3, 1, 1, 1, 1, 1], atol=1e-6)


@pytest.mark.parametrize(("height", "width", "factor"), [(7, 9, 2), (7, 9, 4), (5, 8, 5), (5, 8, 1), (4, 31, 3)])
def test_lower_resolution_of_any_size_averages_whole_blocks(height, width, factor):
    images = np.random.default_rng(1).random((2, height, width, 3)).astype(np.float32)
    result = damaged(LowerResolution(factor), images)
    assert result.shape == images.shape
    if factor == 1:
        np.testing.assert_allclose(result, images, atol=1e-6)
    # The corner lies outside the centres of all blocks, so interpolation leaves it its block's average.
    np.testing.assert_allclose(result[:, 0, 0], images[:, :factor, :factor].mean(axis=(1, 2)), atol=1e-6)


def test_random_strength_gives_each_image_a_strength_of_its_own():
    images = np.full((2000, 6, 6, 1), 0.5, np.float32)
    layer = RandomStrength(layers.GaussianNoise(0.4, seed=0), seed=0)
    strengths = (damaged(layer, images) - images).std(axis=(1, 2, 3)) / 0.4
    assert strengths.mean() == pytest.approx(0.5, abs=0.03)
    assert strengths.std() == pytest.approx(1 / np.sqrt(12), abs=0.03)
    blacked = damaged(RandomStrength(PixelMasking(1.0), seed=0), images)
    np.testing.assert_allclose(blacked.std(axis=(1, 2, 3)), 0, atol=1e-6)
    assert blacked[:, 0, 0, 0].std() == pytest.approx(0.5 / np.sqrt(12), abs=0.02)


@pytest.mark.parametrize("name", MAKERS)
def test_a_model_with_one_learns_under_xla_and_reloads(name, images, tmp_path):
    image = keras.Input(images.shape[1:], name="image")
    x = MAKERS[name](seed=1)(image)
    model = keras.Model(image, layers.Conv2D(3, 3, padding="same", name="convolution")(x))
    model.compile("sgd", "mse", jit_compile=True)
    losses = model.fit(images, images, batch_size=16, epochs=2, verbose=0).history["loss"]
    assert np.isfinite(losses).all()
    assert losses[1] < losses[0]

    save_model(model, tmp_path / "model.keras")
    reloaded = load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(reloaded(images), model(images))
    before, after = model.layers[1], reloaded.layers[1]
    assert json.dumps(after.get_config()) == json.dumps(before.get_config())
    assert not np.array_equal(damaged(after, images), images)


def test_half_precision_stays_half_precision(images):
    for make in MAKERS.values():
        layer = make()
        half = type(layer).from_config({**layer.get_config(), "dtype": "mixed_float16"})
        assert half(images, training=True).dtype == "float16"


@pytest.mark.parametrize("name", CORRUPTIONS)
def test_a_corruption_is_made_by_its_name(name, images):
    layer, strength = CORRUPTIONS[name]
    usual = named_corruption(name)
    assert type(usual) is layer
    assert usual.name == "corruption"
    assert strength in usual.get_config().values()
    assert damaged(usual, images).shape == images.shape


def test_a_name_may_bring_its_strength():
    assert named_corruption("masking:0.4").share == 0.4
    assert named_corruption("gaussian_noise:0.3").stddev == 0.3
    assert named_corruption("lower_resolution:3").factor == 3


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("maskin", r"expected a corruption \(gaussian_noise, .*received 'maskin'.*masking"),
        ("masking:much", "a number after masking: as its strength, received 'masking:much'"),
        ("masking:nan", "'masking:nan': expected share as a number within 0-1, received nan"),
        ("lower_resolution:2.5", "received 2.5"),
        ("gaussian_noise:-1", "'gaussian_noise:-1'"),
        ("", "received ''"),
    ],
)
def test_a_text_that_names_no_corruption_is_refused(text, message):
    with pytest.raises(ValueError, match=message):
        named_corruption(text)


@pytest.mark.parametrize("kind", [PixelMasking, SaltAndPepper])
@pytest.mark.parametrize("share", [-0.1, 1.1, float("nan"), float("inf"), "half", None, True])
def test_a_share_outside_0_to_1_is_refused(kind, share):
    with pytest.raises(ValueError, match=f"share as a number within 0-1, received {share!r}"):
        kind(share)


@pytest.mark.parametrize("factor", [0, -2, 2.5, float("nan"), float("inf"), "two", None, True])
def test_a_factor_that_is_no_whole_number_above_0_is_refused(factor):
    with pytest.raises(ValueError, match=f"factor as a whole number of 1 or more, received {factor!r}"):
        LowerResolution(factor)


def test_a_factor_larger_than_the_image_is_refused(images):
    with pytest.raises(ValueError, match="factor 1 to 14, the shorter side of images of 16x14 pixels, received 15"):
        LowerResolution(15)(images)
    with pytest.raises(ValueError, match="known height and width"):
        LowerResolution(2)(keras.Input((None, 8, 1)))


def test_what_is_no_layer_or_no_images_is_refused(images):
    with pytest.raises(ValueError, match="corruption as a Keras layer, received 2"):
        RandomStrength(2)
    for make in MAKERS.values():
        with pytest.raises(ValueError, match="expected ndim=4"):
            make()(images[0])
