"""Calibration and test samples, checked before anything slow starts."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from export.signatures import Arrays

# Pixels of 0-1 against pixels of 0-255 differ 255 times; two samples of one input hardly ever 10 times.
LARGEST_RANGE_RATIO = 10.0


def check_samples(signatures: Mapping[str, Any], samples: Any, role: str) -> dict[str, Arrays]:
    """The samples as arrays of the inputs' dtypes.

    Args:
        signatures: As `named_signatures` gives them.
        samples: Signature name to input name to array ``(n, ...)``, n of 1 or more, the same for all inputs; an array
            on its own where there is but one signature, of one input.
        role: ``"calibration"`` or ``"samples"``, for messages.

    Raises:
        ValueError: a signature or input without samples, an unknown name, a wrong shape or dtype, differing
            n, or values that are not finite.
    """
    samples = _nested(signatures, samples, role)
    _check_keys(role, "signature", set(signatures), set(samples))
    checked: dict[str, Arrays] = {}
    for name, model in signatures.items():
        _check_keys(f"{role}[{name!r}]", "input", set(model.input), set(samples[name]))
        checked[name] = {
            input_name: _check_array(f"{role}[{name!r}][{input_name!r}]", samples[name][input_name], tensor)
            for input_name, tensor in model.input.items()
        }
        counts = {input_name: len(array) for input_name, array in checked[name].items()}
        if len(set(counts.values())) != 1:
            raise ValueError(f"{role}[{name!r}]: inputs must have the same number of samples, received {counts}")
    return checked


def _nested(signatures: Mapping[str, Any], samples: Any, role: str) -> Mapping[str, Mapping[str, Any]]:
    if isinstance(samples, Mapping):
        return samples
    inputs = [(name, input_name) for name, model in signatures.items() for input_name in model.input]
    if len(inputs) != 1:
        example = {name: {input_name: "array"} for name, input_name in inputs}
        raise ValueError(f"{role} must name signatures and inputs, {example}; received {type(samples).__name__}")
    ((name, input_name),) = inputs
    return {name: {input_name: samples}}


def _check_keys(where: str, kind: str, expected: set[str], received: set[str]) -> None:
    if missing := sorted(expected - received):
        raise ValueError(f"{where} has nothing for {kind} {', '.join(missing)}; received {sorted(received)}")
    if unknown := sorted(received - expected):
        raise ValueError(f"{where} names unknown {kind} {', '.join(unknown)}; expected {sorted(expected)}")


def _check_array(where: str, value: Any, tensor: Any) -> np.ndarray:
    array = np.asarray(value)
    shape = tuple(tensor.shape[1:])
    if array.shape[1:] != shape or array.ndim == 0 or len(array) == 0:
        expected = ", ".join(["n", *map(str, shape)])
        raise ValueError(f"{where}: expected shape ({expected}) with n of 1 or more, received {array.shape}")
    if not np.can_cast(array.dtype, tensor.dtype, "same_kind"):
        raise ValueError(f"{where}: expected {tensor.dtype} or what casts to it, received {array.dtype}")
    with np.errstate(over="ignore"):
        cast = np.ascontiguousarray(array, dtype=tensor.dtype)
    if not np.all(np.isfinite(cast)):
        raise ValueError(f"{where}: expected finite values of {tensor.dtype}, received NaN or infinity, or larger ones")
    if np.issubdtype(cast.dtype, np.integer) and not np.array_equal(cast, array):
        raise ValueError(f"{where}: expected values that {tensor.dtype} has, received {array.min()} to {array.max()}")
    return cast


def check_ranges(calibration: Mapping[str, Arrays], samples: Mapping[str, Arrays]) -> None:
    """See that calibration and test samples share a value range: int8 clips what calibration never saw.

    Raises:
        ValueError: the largest magnitudes of an input differ more than tenfold, or calibration is all zeros.
    """
    for name, inputs in calibration.items():
        for input_name, array in inputs.items():
            if not np.issubdtype(array.dtype, np.floating):
                continue
            test = samples[name][input_name]
            smaller, larger = sorted((float(np.abs(array).max()), float(np.abs(test).max())))
            if larger > LARGEST_RANGE_RATIO * smaller:
                raise ValueError(
                    f"signature {name!r}, input {input_name!r}: calibration lies in {_range(array)} but "
                    f"samples in {_range(test)}; give both in the same units, for example pixels 0-255"
                )


def _range(array: np.ndarray) -> str:
    return f"{array.min():g} to {array.max():g}"
