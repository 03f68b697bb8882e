"""Signatures as TFLite files have them: an input of more than four axes, which no GPU takes, comes in with four."""

from collections.abc import Mapping
from typing import Any

import keras
from keras import ops

from export.runtimes.fixed_batch import four_axes_shape


def four_axes_signatures(signatures: Mapping[str, Any]) -> dict[str, Any]:
    """The signatures, those with inputs of more than four axes behind a reshape of `four_axes_shape`.

    Where a signature itself begins with a reshape, such as one that sees each image of a strip alone, the converter
    makes one of both, and no tensor of the file has more than four axes.

    Args:
        signatures: As `named_signatures` gives them.
    """
    return {name: _with_four_axes(model) for name, model in signatures.items()}


def _with_four_axes(model: Any) -> Any:
    merged = {name for name, tensor in model.input.items() if four_axes_shape(tensor.shape) != tensor.shape}
    if not merged:
        return model
    inputs = {
        name: keras.Input(four_axes_shape(tensor.shape)[1:], dtype=tensor.dtype, name=name)
        for name, tensor in model.input.items()
    }
    given = {
        name: ops.reshape(tensor, (-1, *model.input[name].shape[1:])) if name in merged else tensor
        for name, tensor in inputs.items()
    }
    return keras.Model(inputs, model(given), name=model.name)
