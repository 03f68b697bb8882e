"""What is drawn of a reader's attention."""

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
