"""The reader family: what is drawn of its attention, and what is refused before it trains."""

import keras
import numpy as np
import pytest

from keraszoo.data import draw_number_strips, load_images, number_texts
from keraszoo.families import reader as family


@pytest.mark.parametrize("read", [(), (3,)])
def test_attention_is_drawn_of_strips_that_were_read_as_something(tmp_path, read):
    digits = load_images("digits")
    strips = draw_number_strips(digits.test, number_texts("en", 2), 40, seed=0)
    keras.utils.set_random_seed(0)
    model = family.build(digits.image_shape, max_digits=2, language="en", units=4, attention=True)
    longest = np.flatnonzero(strips.numbers > 9)
    words = np.full(40, "", object)
    words[longest[list(read)]] = "ten"
    family.evaluation._plot_attention(model, strips, words.tolist(), tmp_path / "attention.png")
    assert (tmp_path / "attention.png").exists() == bool(read)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"decoder_epochs": 0}, "decoder_epochs must be a positive integer; received 0"),
        ({"tuning_epochs": 1.5}, r"tuning_epochs must be a positive integer; received 1\.5"),
        ({"tuning_rate": 0.0}, r"tuning_rate must be a finite number greater than 0; received 0\.0"),
    ],
)
def test_numbers_of_later_stages_are_refused_before_the_first(tmp_path, options, message):
    digits = load_images("digits")
    model = family.build(digits.image_shape, max_digits=2, language="en", units=4)
    with pytest.raises(ValueError, match=message):
        family.train(model, digits, tmp_path, 2, "en", seed=0, method="fine_tuned", verbose=0, **options)
    assert not list(tmp_path.iterdir())
