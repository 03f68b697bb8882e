"""What the files of a binary-code autoencoder are scored by."""

import keras
import numpy as np
import pytest

from keraszoo.data import ImageDataset, Split
from keraszoo.families import binary_autoencoder as family
from keraszoo.families import check_options


def score_of(count):
    """Of a model of 2x2 images, for so many test images of two classes."""
    images = np.random.default_rng(0).integers(0, 256, (count, 2, 2, 1)).astype(np.uint8)
    split = Split(images, np.arange(count) % 2)
    keras.utils.set_random_seed(0)
    model = family.build((2, 2, 1), bits=4, hidden_units=(3,))
    return family.export_inputs(model, ImageDataset("any", split, split, split, ("even", "odd")))["score"]


@pytest.mark.parametrize(("count", "queries"), [(40, 40), (1000, 20)])
def test_of_few_images_each_is_looked_for_and_of_many_a_few_of_each_class(count, queries):
    score = score_of(count)
    right = np.repeat(np.arange(count) % 2, 4).reshape(count, 4)
    assert score.of({"bits": right}) == 1
    missed = 0
    for place in range(count):
        bits = right.copy()
        bits[place] = 1 - right[place]
        missed += score.of({"bits": bits}) < 1 - 0.4 / queries
    assert missed == queries, "one whose bits are wrong finds nothing that it should"


def test_where_no_class_has_two_images_nothing_is_looked_for(tmp_path):
    images = np.random.default_rng(0).integers(0, 256, (6, 3, 3, 1)).astype(np.uint8)
    split = Split(images, np.arange(6))
    dataset = ImageDataset("any", split, split, split, tuple("abcdef"))
    model = family.build((3, 3, 1), bits=4, hidden_units=(3,))
    scores = family.evaluate(model, dataset, tmp_path, [{"epoch": 1, "loss": 1.0}])
    assert "map" not in scores["measures"]
    assert family.export_inputs(model, dataset)["score"] is None


def test_a_loss_of_ones_own_is_refused_before_anything_is_trained():
    with pytest.raises(ValueError, match="'loss' is not an option of binary_autoencoder's training"):
        check_options("binary_autoencoder", (), ("loss",))
    check_options("denoising_autoencoder", (), ("loss",))
