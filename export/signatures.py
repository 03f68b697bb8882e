"""Named signatures: what a model takes and gives, by name."""

import itertools
import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import keras
import numpy as np

Arrays = dict[str, np.ndarray]

OTHER_PRECISIONS = ("float16", "bfloat16", "float64")

ONLY_SIGNATURE = "predict"
"""What the one signature of a model is called that is handed in on its own."""


def named_signatures(signatures: Any) -> dict[str, Any]:
    """The signatures as models whose inputs and outputs are both dictionaries of names.

    Args:
        signatures: Name to functional ``keras.Model`` with named inputs and a dictionary of outputs. A model
            with one tensor as output is accepted: the output is named after its layer. A model on its own is the
            signature ``predict``. Names that Keras counted up in this process, such as ``keras_tensor_159`` and
            ``dense_4``, become ``input``, or ``input_1``, ``input_2`` where there are several, and ``output``.

    Raises:
        ValueError: no signatures, a name that no runtime can use, a value that is no functional model, a layer that
            does not compute in float32, several outputs without names, or an input whose shape is not fixed but for
            the batch.
    """
    if isinstance(signatures, keras.Model):
        signatures = {ONLY_SIGNATURE: signatures}
    if not isinstance(signatures, Mapping) or not signatures:
        raise ValueError(f"expected a model, or signatures such as {{'encode': model}}; received {signatures!r:.60}")
    named = {name: _named(name, model) for name, model in signatures.items()}
    for name, model in named.items():
        _check_names(name, [name, *model.input, *model.output])
        for input_name, tensor in model.input.items():
            if tensor.shape[0] is not None or None in tensor.shape[1:]:
                raise ValueError(
                    f"signature {name!r}: input {input_name!r} has shape {tensor.shape}; expected None for "
                    "the batch and fixed sizes after it: build the model with keras.Input(shape)"
                )
    return named


def _named(name: str, model: Any) -> Any:
    if not isinstance(model, keras.Model) or not getattr(model, "inputs", None):
        raise ValueError(
            f"signature {name!r} must be a functional keras.Model with named inputs, received {type(model).__name__}; "
            "of a model of another kind keras.Model(image, model(image)) makes one, image being keras.Input(shape)"
        )
    _check_precision(name, model)
    inputs, outputs = _named_inputs(model.inputs), _named_outputs(name, model)
    if all(tensor.name == key for key, tensor in inputs.items()):
        return keras.Model(inputs, outputs, name=model.name)
    graph = keras.Model(model.inputs, outputs, name=model.name)
    inputs = {
        key: keras.Input(batch_shape=tensor.shape, dtype=tensor.dtype, name=key) for key, tensor in inputs.items()
    }
    return keras.Model(inputs, graph(list(inputs.values())), name=model.name)


def _check_precision(name: str, model: Any) -> None:
    """Raises ValueError at a layer of another precision, as that of a model under ``mixed_float16``."""
    for layer in model._flatten_layers(include_self=False):  # wrapped ones too, which `layers` leaves out
        if layer.compute_dtype in OTHER_PRECISIONS and not isinstance(layer, keras.layers.InputLayer):
            raise ValueError(
                f"signature {name!r}: layer {layer.name!r} computes in {layer.compute_dtype}, expected float32: build "
                "the model again after keras.config.set_dtype_policy('float32'), and give it the weights: "
                "float32_model.set_weights(model.get_weights())"
            )


def _named_inputs(tensors: Sequence[Any]) -> dict[str, Any]:
    """The inputs by name; those that Keras named, after tensors or, in a model that was saved, layers, by number."""
    unnamed = [tensor.name for tensor in tensors if re.fullmatch(r"(keras_tensor|input_layer)(_\d+)?", tensor.name)]
    given = {tensor.name for tensor in tensors}
    if len(unnamed) == 1 and "input" not in given:
        names = {unnamed[0]: "input"}
    else:
        free = (name for number in itertools.count(1) if (name := f"input_{number}") not in given)
        names = dict(zip(unnamed, free, strict=False))
    return {names.get(tensor.name, tensor.name): tensor for tensor in tensors}


def _named_outputs(name: str, model: Any) -> dict[str, Any]:
    if isinstance(model, keras.Sequential):
        return {_output_name(model.layers[-1]): model.outputs[0]}
    if isinstance(model.output, dict):
        return model.output
    if len(model.outputs) != 1:
        raise ValueError(
            f"signature {name!r} has {len(model.outputs)} outputs without names; "
            "build it with keras.Model(inputs, {'name': output, ...})"
        )
    last = next(operation for operation in model.operations if operation.name == model.output_names[0])
    return {_output_name(last): model.outputs[0]}


def _output_name(operation: Any) -> str:
    """The layer's name, unless Keras named it after its class: ``dense``, then ``dense_1``."""
    of_class = type(operation).__name__.replace("_", "").lower()
    counted = re.sub(r"_\d+$", "", operation.name).replace("_", "") == of_class
    return "output" if counted else str(operation.name)


def _check_names(signature: str, names: list[str]) -> None:
    for name in names:
        if not name.isidentifier():
            raise ValueError(
                f"signature {signature!r}: {name!r} is no usable name; use letters, digits and underscores"
            )


def describe(signatures: Mapping[str, Any], texts: Mapping[str, Collection[str]] | None = None) -> dict[str, Any]:
    """Shapes and dtypes: ``{signature: {"inputs": {name: {"shape", "dtype"}}, "outputs": ...}}``.

    Args:
        signatures: As `named_signatures` gives them.
        texts: Signature name to the names of its outputs that are text, dtype ``"string"``, one for each sample.
    """

    def tensors(named: Mapping[str, Any]) -> dict[str, Any]:
        return {
            name: {"shape": list(tensor.shape), "dtype": keras.backend.standardize_dtype(tensor.dtype)}
            for name, tensor in named.items()
        }

    def strings(signature: str) -> dict[str, Any]:
        return {name: {"shape": [None], "dtype": "string"} for name in (texts or {}).get(signature, ())}

    return {
        name: {"inputs": tensors(model.input), "outputs": {**tensors(model.output), **strings(name)}}
        for name, model in signatures.items()
    }


def predict(signatures: Mapping[str, Any], samples: Mapping[str, Arrays]) -> dict[str, Arrays]:
    """Keras's own outputs for the samples, layers in inference mode: what every file is compared with.

    Raises:
        ValueError: an output is NaN or infinite.
    """
    outputs = {name: model.predict(samples[name], batch_size=64, verbose=0) for name, model in signatures.items()}
    for name, named in outputs.items():
        for output, array in named.items():
            if not np.all(np.isfinite(array)):
                raise ValueError(
                    f"signature {name!r}: Keras itself gives NaN or infinity in output {output!r}; "
                    "train the model again"
                )
    return outputs


def weight_count(signatures: Mapping[str, Any]) -> int:
    """How many numbers the signatures' weights hold together, shared weights counted once."""
    weights = {id(weight): weight for model in signatures.values() for weight in model.weights}
    return sum(int(np.prod(weight.shape)) for weight in weights.values())
