"""What a family is trained with on a folder of pictures, by their number and size, and how few are too few."""

import re

import pytest

from keraszoo.data.folder import Survey
from keraszoo.data.pictures import Header
from keraszoo.families import FAMILIES, family, folder_part, options_of
from keraszoo.settings.folder_defaults import folder_defaults

PARTS = {name: part for name in FAMILIES if (part := folder_part(name))}


def survey(count=2000, size=(600, 800), mode="RGB", classes=()):
    names = [f"{classes[number % len(classes)]}/{number}" if classes else f"{number}" for number in range(count)]
    sizes = {name: sum(path.startswith(f"{name}/") for path in names) for name in classes}
    return Survey("mine", {name: Header(*size, mode) for name in names}, sizes)


@pytest.mark.parametrize("name", PARTS)
@pytest.mark.parametrize("size", [(5, 6), (28, 28), (64, 48), (600, 800)])
def test_defaults_are_options_of_the_family_that_build_a_model(name, size):
    digits = [str(digit) for digit in range(10)]
    mode = "RGB" if size == (64, 48) else "L"
    chosen = folder_defaults(name, survey(size=size, mode=mode, classes=digits if PARTS[name].need.each else ()))
    builder, training = options_of(name)
    assert set(chosen.builder) <= set(builder)
    assert set(chosen.training) <= set(training)
    if name not in ("extended_autoencoder", "reader"):
        image_shape = (*chosen.image_size, 3 if mode == "RGB" else 1)
        model = family(name).build(image_shape, **chosen.builder)
        assert model.input_shape == (None, *image_shape)
        assert model.count_params() < 4_000_000


@pytest.mark.parametrize(
    ("size", "architecture", "filters"),
    [
        ((8, 8), "dense", None),
        ((16, 60), "convolutional", (32,)),
        ((28, 28), "convolutional", (32, 64)),
        ((64, 64), "convolutional", (32, 64, 128)),
    ],
)
def test_small_pictures_keep_their_size_and_are_halved_while_there_is_something_to_halve(size, architecture, filters):
    chosen = folder_defaults("autoencoder", survey(size=size))
    assert chosen.image_size == list(size)
    assert (chosen.builder["architecture"], chosen.builder.get("filters")) == (architecture, filters)


def test_large_pictures_are_shrunk_but_for_a_denoiser_cut():
    whole = folder_defaults("autoencoder", survey(size=(600, 800)))
    assert (whole.image_size, whole.patches) == ([48, 64], 0)
    cut = folder_defaults("denoising_autoencoder", survey(count=30, size=(600, 800)))
    assert (cut.image_size, cut.patches, cut.builder["architecture"]) == ([32, 32], 200, "residual")
    assert folder_defaults("denoising_autoencoder", survey(size=(40, 40))).patches == 0
    few = folder_defaults("denoising_autoencoder", survey(count=5, size=(64, 64)))
    assert few.patches == 16, "not more than there is to see"


def test_what_is_chosen_already_stays():
    data = survey(size=(600, 800))
    assert folder_defaults("denoising_autoencoder", data, patches=0).image_size == [48, 64]
    assert folder_defaults("denoising_autoencoder", data, image_size=[500, 700]).patches == 0
    assert folder_defaults("denoising_autoencoder", data, patches=7, image_size=[48, 48]).image_size == [48, 48]
    assert folder_defaults("autoencoder", survey(size=(9, 9), mode="L"), channels=3).builder["code_size"] == 10


@pytest.mark.parametrize(("count", "epochs"), [(30, 200), (1000, 133), (100_000, 10)])
def test_few_pictures_are_seen_more_often(count, epochs):
    assert folder_defaults("autoencoder", survey(count=count)).training["epochs"] == epochs


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        (
            "autoencoder",
            survey(19),
            "at least 20 pictures to train autoencoder, better 1000 or more, found 19",
        ),
        ("binary_autoencoder", survey(49), "at least 50 pictures"),
        ("denoising_autoencoder", survey(4), "at least 5 pictures"),
        ("denoising_autoencoder", survey(19, size=(32, 32)), "at least 20 pictures"),
        ("extended_autoencoder", survey(9, classes="ab"), "at least 5 pictures of each class .* found 4 pictures in b"),
        ("extended_autoencoder", survey(), "two classes or more, those of mine have 0: sort them into folders"),
        ("extended_autoencoder", survey(classes="a"), "two classes or more, those of mine have 1"),
        ("translator", survey(), "a family that learns from pictures, received 'translator'"),
        ("reader", survey(classes="ab"), "a reader reads digits: expected sub-folders 0 to 9 in mine, found a, b"),
    ],
)
def test_far_too_few(name, data, words):
    with pytest.raises(ValueError, match=words):
        folder_defaults(name, data)


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("autoencoder", survey(20), "20 pictures in mine are few for autoencoder, 1000 or more are good: what is new"),
        ("denoising_autoencoder", survey(5), "5 pictures in mine are few .* 20 or more are good: textures"),
        ("extended_autoencoder", survey(201, classes="abc"), "67 pictures in a are few .*, 100 or more are good"),
    ],
)
def test_too_few_is_said_and_what_to_expect(name, data, words):
    advice = folder_defaults(name, data).advice
    assert advice
    assert re.search(words, advice), advice


@pytest.mark.parametrize("name", ["autoencoder", "denoising_autoencoder", "extended_autoencoder"])
def test_enough_is_not_commented_on(name):
    assert folder_defaults(name, survey(classes="ab" if PARTS[name].need.each else ())).advice is None
