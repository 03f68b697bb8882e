"""Pipelines give all data in their order, and have no autotuner to wait for."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from keraszoo.training import fit, predict, reconstruction_batches
from keraszoo.training.pipelines import array_batches

IMAGES = np.random.default_rng(0).integers(0, 256, (7, 4, 4, 1), dtype=np.uint8)


def scaled_sum():
    """A model of two inputs and two outputs."""
    image, other = keras.Input((4, 4, 1), name="image"), keras.Input((4, 4, 1), name="other")
    both = keras.layers.Add()([image, other])
    return keras.Model({"image": image, "other": other}, {"sum": both, "half": keras.layers.Rescaling(0.5)(both)})


def test_batches_hold_all_rows_in_their_order_and_structure():
    batches = list(array_batches(({"a": np.arange(7)}, [np.arange(7) * 2.0, IMAGES]), 3).as_numpy_iterator())
    assert [len(inputs["a"]) for inputs, _ in batches] == [3, 3, 1]
    np.testing.assert_array_equal(np.concatenate([inputs["a"] for inputs, _ in batches]), np.arange(7))
    np.testing.assert_array_equal(np.concatenate([targets[0] for _, targets in batches]), np.arange(7) * 2.0)
    np.testing.assert_array_equal(np.concatenate([targets[1] for _, targets in batches]), IMAGES)


def test_predict_gives_what_keras_gives():
    model, inputs = scaled_sum(), {"image": IMAGES, "other": IMAGES[::-1]}
    expected = model.predict(inputs, verbose=0)
    for name, values in predict(model, inputs, batch_size=3).items():
        np.testing.assert_array_equal(values, expected[name])


def test_a_model_of_one_input_predicts_from_an_array():
    image = keras.Input((4, 4, 1))
    model = keras.Model(image, keras.layers.Rescaling(2.0)(image))
    np.testing.assert_array_equal(predict(model, IMAGES, batch_size=3), IMAGES * np.float32(2))


@pytest.fixture
def tuned(monkeypatch):
    """Whether each data set that was gone through has an autotuner, in their order."""
    found = []
    iterate = tf.data.Dataset.__iter__

    def noted(dataset):
        found.append(dataset.options().autotune.enabled)
        return iterate(dataset)

    monkeypatch.setattr(tf.data.Dataset, "__iter__", noted)
    return found


def test_neither_training_nor_validation_nor_prediction_has_an_autotuner(tuned, tmp_path):
    image = keras.Input((4, 4, 1))
    model = keras.Model(image, keras.layers.Conv2D(1, 1)(image))
    validation = (IMAGES, IMAGES / np.float32(255))
    fit(
        model,
        reconstruction_batches(IMAGES, batch_size=3),
        validation=validation,
        folder=tmp_path,
        epochs=1,
        verbose=0,
    )
    predict(model, IMAGES)
    assert len(tuned) >= 3
    assert set(tuned) == {False}
