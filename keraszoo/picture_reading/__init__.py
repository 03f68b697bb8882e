"""Read the digits in pictures as numbers: which digits there are, and what a trained reader makes of them."""

from keraszoo.picture_reading.numbers import Number, numbers_in
from keraszoo.picture_reading.reading import Reading, read_numbers

__all__ = ["Number", "Reading", "numbers_in", "read_numbers"]
