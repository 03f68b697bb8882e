"""The bundled handwritten digits: 8x8, grey, there without a network."""

import numpy as np

from keraszoo.data.pictures import resize_images
from keraszoo.data.splits import SourceImages, Split, cut_last


def read_digits(image_size: tuple[int, int] | None = None) -> SourceImages:
    """Read scikit-learn's 1,797 digits of 8x8 pixels, their 0-16 rescaled to 0-255.

    They are the test part of "Optical Recognition of Handwritten Digits" (Alpaydin and Kaynak, 1998). The
    last 299 are the test split here.

    Args:
        image_size: ``(height, width)`` to resize to; 8x8 if not given.
    """
    from sklearn.datasets import load_digits  # slow to import

    digits = load_digits()
    images = np.round(digits.images * (255 / 16)).astype(np.uint8)[..., np.newaxis]
    if image_size is not None:
        images = resize_images(images, image_size)
    train, test = cut_last(Split(images, digits.target.astype(np.int64)))
    return SourceImages("digits", train, test, tuple(str(name) for name in digits.target_names))
