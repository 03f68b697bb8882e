"""What the demo says and shows of each family's model, of models whose answers are known."""

from types import SimpleNamespace

import numpy as np
import pytest

from keraszoo.data import load_images, number_words
from keraszoo.demo_panels import Reader, cleaned, nearest, panels, read_aloud, rebuilt, told_apart
from keraszoo.loading import Classification, Words


@pytest.fixture(scope="module")
def digits():
    return load_images("digits").test


@pytest.fixture
def digit_of(digits):
    """Gives the digit that an image shows."""
    labels = {image.tobytes(): int(label) for image, label in zip(digits.images, digits.labels, strict=True)}
    return lambda image: labels[np.asarray(image).astype(np.uint8).tobytes()]


def reader_of(digit_of, language, max_digits, mistaken=()):
    """Reads every number right but for the words of ``mistaken``."""

    def read(numbers):
        assert all(len(number) <= max_digits for number in numbers)
        values = [int("".join(str(digit_of(image)) for image in number)) for number in numbers]
        return [Words("wrong" if value in mistaken else number_words(value, language), 1.0) for value in values]

    return Reader(SimpleNamespace(name=f"reads-{language}", read=read), language, max_digits)


def test_an_image_of_each_class_stands_above_its_reconstruction(digits):
    model = SimpleNamespace(name="half", reconstruct=lambda images: images / 510, encode=lambda _: np.zeros(5))
    panel = rebuilt(model, digits)
    assert panel.title.startswith("half: rebuilt from 5 numbers, ")
    np.testing.assert_allclose(panel.rows["rebuilt"], panel.rows["original"] / 2)
    shown = (255 * panel.rows["original"]).round().astype(np.uint8)
    places = [next(place for place, each in enumerate(digits.images) if (each == image).all()) for image in shown]
    assert digits.labels[places].tolist() == list(range(10))


def test_noise_is_shown_with_what_it_costs(digits):
    panel = cleaned(SimpleNamespace(name="idle", denoise=lambda noisy: noisy), digits)
    np.testing.assert_array_equal(panel.rows["noisy"], panel.rows["cleaned"])
    assert np.abs(panel.rows["noisy"] - panel.rows["clean"]).max() > 0.5
    before, after = panel.title.split("from ")[1].removesuffix(" dB").split(" to ")
    assert before == after


def test_the_nearest_is_another_image_and_red_if_it_shows_another_digit(digits):
    by_label = SimpleNamespace(name="h", hash=lambda _: np.eye(10, dtype=np.uint8)[digits.labels])
    panel = nearest(by_label, digits)
    assert panel.title == "h: nearest by 10 bits, 299 of 299 show the same digit"
    assert [[caption.text for caption in lines] for lines in panel.captions] == [["0 bits"]] * 10
    assert not (panel.rows["query"] == panel.rows["nearest"]).all(axis=(1, 2, 3)).any()

    blind = SimpleNamespace(name="h", hash=lambda images: np.zeros((len(images), 4), np.uint8))
    assert not any(caption.right for (caption,) in nearest(blind, digits).captions), "all find the same, another image"


def test_a_class_that_is_wrong_is_counted_and_red(digits):
    def classify(images):
        labels = [0 if label == 3 else label for label in digits.labels.tolist()]
        return [Classification(str(label), 0.996, {}) for label in labels]

    panel = told_apart(SimpleNamespace(name="c", classify=classify), digits)
    assert panel.title == f"c: {299 - (digits.labels == 3).sum()} of 299 right"
    assert [[caption.text for caption in lines] for lines in panel.captions][3:5] == [["0", "100%"], ["4", "100%"]]
    assert [lines[0].right for lines in panel.captions] == [label != 3 for label in range(10)]


def test_readers_read_the_same_numbers_one_of_single_digits_digit_by_digit(digits, digit_of):
    panel = read_aloud([reader_of(digit_of, "en", 1), reader_of(digit_of, "fr", 2, mistaken={30})], digits)
    english, french = panel.title.split(";  ")
    assert english == "reads-en: 200 of 200 numbers right"
    assert french.startswith("reads-fr: 19")
    assert panel.rows["number"].shape == (11, 8, 17, 1)
    assert [lines[0].text.count(" ") for lines in panel.captions] == [1] * 11
    assert [lines[1].right for lines in panel.captions] == [lines[0].text != "three zero" for lines in panel.captions]


def test_where_no_font_has_hangul_it_says_which_number_was_read(digits, digit_of, monkeypatch):
    monkeypatch.setattr("keraszoo.demo_panels.font_families", lambda _: None)
    panel = read_aloud([reader_of(digit_of, "ko", 2, mistaken={30})], digits)
    texts = [lines[0].text for lines in panel.captions]
    assert texts[0] == "misread"
    assert all(text.isdigit() for text in texts[1:])


def test_presets_get_the_panels_of_their_families_and_readers_share_one(digits, digit_of):
    def classify(images):
        return [Classification("0", 0.9, {}) for _ in images]

    models = {
        "reader-digits": reader_of(digit_of, "ko", 2).model,
        "classifier-digits": SimpleNamespace(name="c", classify=classify),
        "reader-digits-en": reader_of(digit_of, "en", 2).model,
    }
    assert [panel.title.split(":")[0] for panel in panels(models, digits)] == ["c", "reads-ko"]
    assert panels({}, digits) == []
