"""Named signatures: what a model takes and gives, by name."""

from collections.abc import Collection, Mapping
from typing import Any

import keras
import numpy as np

Arrays = dict[str, np.ndarray]

ONLY_SIGNATURE = "predict"
"""What the one signature of a model is called that is handed in on its own."""


def named_signatures(signatures: Any) -> dict[str, Any]:
    """The signatures as models whose inputs and outputs are both dictionaries of names.

    Args:
        signatures: Name to functional ``keras.Model`` with named inputs and a dictionary of outputs. A model
            with one tensor as output is accepted: the output is named after its layer. A model on its own is the
            signature ``predict``.

    Raises:
        ValueError: no signatures, a name that no runtime can use, a value that is no functional model,
            several outputs without names, or an input whose shape is not fixed but for the batch.
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
    return keras.Model({tensor.name: tensor for tensor in model.inputs}, _named_outputs(name, model), name=model.name)


def _named_outputs(name: str, model: Any) -> dict[str, Any]:
    if isinstance(model, keras.Sequential):
        return {model.layers[-1].name: model.outputs[0]}
    if isinstance(model.output, dict):
        return model.output
    if len(model.outputs) != 1:
        raise ValueError(
            f"signature {name!r} has {len(model.outputs)} outputs without names; "
            "build it with keras.Model(inputs, {'name': output, ...})"
        )
    return {model.output_names[0]: model.outputs[0]}


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
