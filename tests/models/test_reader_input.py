"""What a reader refuses, and what it says."""

import keras
import pytest
from keras import layers

from keraszoo.models import reader, reader_signatures, strip_encoder

IMAGE_SHAPE, MAX_DIGITS, VOCABULARY_SIZE, LENGTH = (8, 8, 1), 3, 9, 6


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"max_digits": 0}, "max_digits must be an integer from 1 to 8; received 0"),
        ({"max_digits": 9}, "max_digits must be an integer from 1 to 8; received 9"),
        ({"max_digits": True}, "max_digits must be an integer from 1 to 8; received True"),
        ({"vocabulary_size": 3}, "vocabulary_size must be an integer of 4 or more; received 3"),
        ({"length": 1}, "length must be an integer of 2 or more; received 1"),
        ({"length": 6.0}, "length must be an integer of 2 or more; received 6.0"),
        ({"units": 0}, "units must be an integer of 1 or more; received 0"),
        ({"embedding_size": -1}, "embedding_size must be an integer of 1 or more; received -1"),
        ({"recurrent_layer": "gur"}, "recurrent_layer must be one of gru, lstm; received 'gur'. Did you mean 'gru'?"),
        ({"image_shape": (8, 8)}, "image_shape must be (height, width, channels)"),
        ({"filters": ()}, "filters must be a list of one or more positive integers; received ()"),
    ],
)
def test_refuses_what_cannot_be(arguments, message):
    usual = {"image_shape": IMAGE_SHAPE, "max_digits": 2, "vocabulary_size": 5, "length": 4}
    with pytest.raises(ValueError) as error:  # noqa: PT011 - the message is what is compared
        reader(**{**usual, **arguments})
    assert message in str(error.value)


def test_refuses_parts_that_do_not_fit():
    fitting = reader(IMAGE_SHAPE, MAX_DIGITS, VOCABULARY_SIZE, LENGTH, filters=(4,), hidden_units=(8,), units=12)
    encoder, decoder = fitting.get_layer("encoder"), fitting.get_layer("decoder")
    with pytest.raises(
        ValueError, match=r"encoder must turn \(batch, 2, 8, 8, 1\) into \(batch, 2, 11\); received one"
    ):
        reader(IMAGE_SHAPE, 2, VOCABULARY_SIZE, LENGTH, encoder=encoder)
    with pytest.raises(ValueError, match="the decoder was built with length=6; received length=7: make them the same"):
        reader(IMAGE_SHAPE, MAX_DIGITS, VOCABULARY_SIZE, 7, decoder=decoder)
    with pytest.raises(ValueError, match=r"the decoder must be a functional model from .*; received 'encoder' from"):
        reader(IMAGE_SHAPE, MAX_DIGITS, VOCABULARY_SIZE, LENGTH, decoder=encoder)
    with pytest.raises(ValueError, match=r"the image encoder must turn .* into \(batch, 11\); received one from"):
        strip_encoder(encoder, MAX_DIGITS)


def test_signatures_of_another_model_are_refused():
    other = keras.Sequential([keras.Input((MAX_DIGITS, *IMAGE_SHAPE)), layers.Flatten(name="encoder")], name="mine")
    with pytest.raises(ValueError, match=r"a reader has layers .*'mine' lacks scaling, decoder"):
        reader_signatures(other)
