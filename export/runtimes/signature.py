"""What the runtimes share: how a signature is described, and what is said when it is called wrongly."""

import difflib
from collections.abc import Callable, Iterable
from os import PathLike
from typing import NamedTuple

import numpy as np

Arrays = dict[str, np.ndarray]
RunSignature = Callable[[Arrays], Arrays]

# What fits one byte of the configuration that a TensorFlow session is given.
MOST_THREADS = 127


class Tensor(NamedTuple):
    """An input or output: its shape, batch first (-1 where any size will do), and its NumPy dtype's name.

    In a SavedModel the dtype may also be ``"string"``: NumPy holds it as an array of objects, each ``bytes``.
    """

    shape: tuple[int, ...]
    dtype: str


class Signature(NamedTuple):
    """The inputs and outputs of a signature by name."""

    inputs: dict[str, Tensor]
    outputs: dict[str, Tensor]


class TimedRun(NamedTuple):
    """What a runtime gave that has a clock of its own: outputs by name, and the milliseconds of each single run."""

    outputs: Arrays
    milliseconds: np.ndarray


def check_signature(path: str | PathLike[str], signature: str, known: Iterable[str]) -> None:
    """Raises ValueError, which names the nearest, unless ``signature`` is one of the ``known`` ones."""
    names = sorted(known)
    if signature in names:
        return
    if not names:
        raise ValueError(f"{path} has no signatures at all, expected {signature!r}: convert it with signatures")
    nearest = difflib.get_close_matches(signature, names, n=1, cutoff=0.4)
    hint = f" Did you mean {nearest[0]!r}?" if nearest else ""
    raise ValueError(f"{path} has no signature {signature!r}.{hint} It has: {', '.join(names)}")


def check_threads(threads: int) -> None:
    """Raises ValueError unless ``threads`` is a number of threads that every runtime takes."""
    if not 1 <= threads <= MOST_THREADS:
        raise ValueError(f"threads must be 1 to {MOST_THREADS}, received {threads}")


def check_inputs(signature: str, inputs: Arrays, tensors: dict[str, Tensor]) -> int:
    """How many samples ``inputs`` hold.

    Raises:
        ValueError: the names are not those of ``tensors``, a shape does not fit (the first dimension is
            free), the inputs differ in their number of samples, or there is no sample at all.
    """
    if inputs.keys() != tensors.keys():
        expected, received = ", ".join(tensors), ", ".join(inputs) or "none"
        raise ValueError(f"signature {signature!r} takes the inputs {expected}; received {received}")
    for name, tensor in tensors.items():
        if not _fits(inputs[name].shape, tensor.shape):
            wanted = ", ".join(["n", *(str(size) if size >= 0 else "any" for size in tensor.shape[1:])])
            raise ValueError(
                f"input {name!r} of signature {signature!r} must have the shape ({wanted}) with n samples, "
                f"received {inputs[name].shape}"
            )
    counts = {name: len(values) for name, values in inputs.items()}
    count = next(iter(counts.values()), 0)
    if count == 0 or any(other != count for other in counts.values()):
        raise ValueError(
            f"the inputs of signature {signature!r} must hold the same number of samples, at least one; "
            f"received {counts}"
        )
    return count


def _fits(shape: tuple[int, ...], expected: tuple[int, ...]) -> bool:
    if len(shape) != len(expected):
        return False
    return all(size == wanted or wanted < 0 for size, wanted in zip(shape[1:], expected[1:], strict=True))
