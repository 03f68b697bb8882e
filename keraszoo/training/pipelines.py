"""`tf.data` pipelines that end when they are told to.

TensorFlow 2.21's autotuner sleeps about as long as an iterator has lived, up to a minute, and whoever drops the
iterator waits for it. Keras makes and drops one for every training, validation and prediction from arrays.
"""

from typing import Any

import keras
import tensorflow as tf


def untuned(dataset: tf.data.Dataset) -> tf.data.Dataset:
    """The same data without an autotuner; a number of parallel calls must be given where they are wanted."""
    options = tf.data.Options()
    options.autotune.enabled = False
    return dataset.with_options(options)


def array_batches(arrays: Any, batch_size: int) -> tf.data.Dataset:
    """Arrays of equal length, in tuples and dictionaries, in batches and in their order; the last may be smaller."""
    arrays = keras.tree.map_structure(tf.constant, keras.tree.lists_to_tuples(arrays))
    count = len(keras.tree.flatten(arrays)[0])

    def batch(start: Any) -> Any:
        return keras.tree.map_structure(lambda array: array[start : start + batch_size], arrays)

    return untuned(tf.data.Dataset.range(0, count, batch_size).map(batch).prefetch(1))


def predict(model: keras.Model, inputs: Any, batch_size: int = 1000) -> Any:
    """What ``model.predict`` gives for arrays, ``(n, ...)`` each, without the wait.

    Args:
        model: any Keras model.
        inputs: an array, or a dictionary of arrays by input.
        batch_size: samples at once, 1 or more.

    Returns:
        The model's outputs for all ``n``, in its own structure.
    """
    return model.predict(array_batches((inputs,), batch_size), verbose=0)
