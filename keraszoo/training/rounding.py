"""Weights that int8 and float16 files hold as they are."""

import operator
from collections.abc import Iterator
from typing import Any

import keras
import numpy as np

BATCH_SIZE = 100
DAMPING = 0.01
LEVELS = 127
MOST_INPUTS = 4096
"""A kernel with more inputs is rounded to the nearest, since their moments would not fit in memory."""

Inputs = np.ndarray | dict[str, np.ndarray]


def round_weights(model: keras.Model, inputs: Inputs) -> None:
    """Round the weights, in place, to values that an int8 and a float16 file can hold; they stay float32.

    The kernels of dense and convolutional layers move to 255 evenly spaced levels an output channel, as TFLite's int8
    weights have them. They are rounded one input at a time, and the error made so far is taken off the ones to come
    (GPTQ: Frantar et al., "Accurate Post-Training Quantization for Generative Pre-trained Transformers", 2023). Then
    all weights are rounded to float16, which is all that happens to transposed and grouped convolutions. Where a
    converter makes one layer of a convolution, the scaling of pixels before it and the batch normalization behind it,
    it is that layer's weights that are rounded. A file in one of these formats then holds the model's own weights where
    it would else hold an approximation of them. Frozen layers stay as they are.

    Args:
        model: trained; a functional model, which may hold others.
        inputs: training data to weigh the errors with, ``(n, ...)`` or a dictionary of such by input.

    Raises:
        ValueError: for a weight beyond 65,504, the largest float16.
    """
    learned = [layer for layer in _leaves(model) if layer.trainable]
    for layer in learned:
        if isinstance(layer, keras.layers.Dense) or _is_convolution(layer):
            kernel = np.asarray(layer.kernel)
            matrix = kernel.reshape(-1, kernel.shape[-1]).astype(np.float64)
            moments = _second_moments(model, layer, inputs) if len(matrix) <= MOST_INPUTS else None
            layer.kernel.assign(_round(matrix, moments).reshape(kernel.shape))
    normalizations, scales = _normalizations(learned), _input_scales(model)
    folded = {id(normalization) for normalization in normalizations.values()}
    for layer in learned:
        if layer in normalizations or layer in scales:
            _round_folded(layer, scales.get(layer, 1.0), normalizations.get(layer))
        elif id(layer) not in folded:
            layer.set_weights([_float16(weights) for weights in layer.get_weights()])


def _leaves(model: keras.Model) -> Iterator[keras.layers.Layer]:
    for layer in model.layers:
        if isinstance(layer, keras.Model):
            yield from _leaves(layer)
        else:
            yield layer


def _normalizations(
    candidates: list[keras.layers.Layer],
) -> dict[keras.layers.Layer, keras.layers.BatchNormalization]:
    """The layers whose outputs go through a batch normalization of the same model and nowhere else."""
    found = {}
    for normalization in candidates:
        if isinstance(normalization, keras.layers.BatchNormalization):
            layer = normalization.input._keras_history.operation
            if _is_linear(layer) and len(layer._outbound_nodes) == 1:
                found[layer] = normalization
    return found


def _input_scales(model: keras.Model) -> dict[keras.layers.Layer, float]:
    """The convolutions that see the pixels as the model's ``scaling`` gives them, and what it multiplies them by."""
    parts = {layer.name: layer for layer in model.layers}
    scaling, encoder = parts.get("scaling"), parts.get("encoder")
    if not isinstance(scaling, keras.layers.Rescaling) or not isinstance(encoder, keras.Model):
        return {}
    first = [layer for layer in encoder.layers if _is_convolution(layer) and layer.input is encoder.input]
    return dict.fromkeys(first, float(scaling.scale))


def _is_linear(layer: Any) -> bool:
    weighted = isinstance(layer, keras.layers.Dense) or _is_convolution(layer)
    return weighted and layer.activation is keras.activations.linear


def _round_folded(
    layer: keras.layers.Layer, input_scale: float, normalization: keras.layers.BatchNormalization | None
) -> None:
    """Round the kernel times the scales before and behind it, and the offset that is left."""

    def value(weights: Any, default: float) -> np.ndarray:
        return np.asarray(default if weights is None else weights, np.float64)

    scale, shift = np.ones(()), np.zeros(())
    if normalization is not None:
        scale = value(normalization.gamma, 1) / np.sqrt(value(normalization.moving_variance, 1) + normalization.epsilon)
        shift = (value(layer.bias, 0) - value(normalization.moving_mean, 0)) * scale
        if normalization.beta is not None:
            normalization.beta.assign(_float16(value(normalization.beta, 0) + shift) - shift)
    elif layer.bias is not None:
        layer.bias.assign(_float16(layer.bias))
    factor = input_scale * np.where(scale == 0, 1, scale)
    layer.kernel.assign(_float16(value(layer.kernel, 0) * factor) / factor)


def _float16(weights: Any) -> np.ndarray:
    """The nearest values that float16 has."""
    with np.errstate(over="ignore"):
        rounded = np.asarray(weights).astype(np.float16)
    if not np.isfinite(rounded).all():
        raise ValueError("expected weights of at most 65,504, the largest float16; train with a smaller learning rate")
    return rounded.astype(np.float32)


def _second_moments(model: keras.Model, layer: keras.layers.Layer, inputs: Inputs) -> np.ndarray:
    """The mean product of each two of the values that one output of the layer is computed from."""
    original, seen = layer.call, []

    def call(x: Any, *args: Any, **options: Any) -> Any:
        seen.append(np.asarray(_receptive_fields(layer, x), dtype=np.float64))
        return original(x, *args, **options)

    moments: Any = 0.0
    count = 0
    layer.call = call
    try:
        for start in range(0, len(keras.tree.flatten(inputs)[0]), BATCH_SIZE):
            batch = keras.tree.map_structure(operator.itemgetter(slice(start, start + BATCH_SIZE)), inputs)
            model(batch, training=False)
            values = np.concatenate(seen)
            seen.clear()
            moments, count = moments + values.T @ values, count + len(values)
    finally:
        del layer.call
    return moments / count


def _receptive_fields(layer: keras.layers.Layer, x: Any) -> Any:
    """What each output of the layer is a weighted sum of, one row an output position."""
    if _is_convolution(layer):
        x = keras.ops.image.extract_patches(x, layer.kernel_size, layer.strides, layer.dilation_rate, layer.padding)
    return keras.ops.reshape(x, (-1, x.shape[-1]))


def _is_convolution(layer: keras.layers.Layer) -> bool:
    return type(layer) is keras.layers.Conv2D and layer.groups == 1


def _round(kernel: np.ndarray, moments: np.ndarray | None) -> np.ndarray:
    """Round a kernel ``(inputs, outputs)`` to `LEVELS` levels either side of 0, each output on its own scale."""
    largest = np.abs(kernel).argmax(axis=0)
    scale = np.abs(kernel).max(axis=0) / LEVELS
    scale[scale == 0] = 1.0
    if moments is None:
        return np.round(kernel / scale) * scale
    # Inputs that are all 0 tell nothing; any damping will do for them.
    damped = moments + (DAMPING * np.mean(np.diag(moments)) or 1.0) * np.eye(len(moments))
    spread = np.linalg.cholesky(np.linalg.inv(damped)).T
    rest, rounded = kernel.copy(), np.zeros_like(kernel)
    for row in range(len(kernel)):
        level = np.clip(np.round(rest[row] / scale), -LEVELS, LEVELS)
        # The largest weight keeps its level, from which a converter reads the scale.
        level = np.where(largest == row, np.sign(kernel[row]) * LEVELS, level)
        rounded[row] = level * scale
        rest[row + 1 :] -= np.outer(spread[row, row + 1 :], (rest[row] - rounded[row]) / spread[row, row])
    return rounded
