"""What the data sets of the zoo's own models are, and what they may be used for."""

import os
from typing import NamedTuple


class Source(NamedTuple):
    """A data set: what it is and under which licence, as a sentence, and what its pictures have in common."""

    description: str
    note: str


SOURCES = {
    "digits": Source(
        "The 1,797 handwritten digits of 8x8 pixels that come with scikit-learn (BSD-3-Clause): the test set of "
        "[Optical Recognition of Handwritten Digits](https://archive.ics.uci.edu/dataset/80) by E. Alpaydin and "
        "C. Kaynak, UCI, CC BY 4.0.",
        "Digits are light on dark and fill the picture.",
    ),
    "mnist": Source(
        "[MNIST](https://www.tensorflow.org/datasets/catalog/mnist): 70,000 handwritten digits of 28x28 pixels, by "
        "Y. LeCun and C. Cortes, CC BY-SA 3.0.",
        "Digits are light on dark, with a margin.",
    ),
    "fashion_mnist": Source(
        "[Fashion-MNIST](https://github.com/zalandoresearch/fashion-mnist): 70,000 pictures of clothes of 28x28 "
        "pixels, by H. Xiao, K. Rasul and R. Vollgraf, Zalando, MIT.",
        "Clothes are light on a black ground.",
    ),
}


def source_of(name: str) -> Source:
    """What is known of a source of images, as `load_images` takes it."""
    plain = name.partition(":")[0]
    if plain in SOURCES:
        return SOURCES[plain]
    if name.startswith((".", "~")) or os.path.isabs(name) or os.path.isdir(name):
        return Source("Pictures of a folder; their licence is that of their owners.", "")
    page = f"https://www.tensorflow.org/datasets/catalog/{plain.partition('/')[0]}"
    return Source(f"`{name}` of TensorFlow Datasets; its licence stands in [its catalogue]({page}).", "")
