"""Run a signature of a SavedModel as TensorFlow Serving does: with TensorFlow's C++ loader and a session.

Python TensorFlow opens SavedModels that Serving refuses, since it finds their variables in another way: what
is to be served is proven here. Neither Keras nor Python TensorFlow takes part.
"""

from os import PathLike
from pathlib import Path
from typing import NamedTuple

import numpy as np

from export.errors import RuntimeMissingError
from export.runtimes.protobuf import fields, mapping, messages
from export.runtimes.session import Session
from export.runtimes.signature import (
    Arrays,
    RunSignature,
    Signature,
    Tensor,
    check_inputs,
    check_signature,
    check_threads,
)
from export.runtimes.tensorflow_c import DTYPES, STRING, library

DTYPE_NAMES = {**{number: dtype.name for number, dtype in DTYPES.items()}, STRING: "string"}


class _GraphSignature(NamedTuple):
    """A signature, and which tensors of the graph its inputs and outputs are."""

    signature: Signature
    input_tensors: dict[str, str]
    output_tensors: dict[str, str]


def check_installed() -> None:
    """Raises RuntimeMissingError, which says what to install, unless TensorFlow's C library is there."""
    library()


def signatures(folder: str | PathLike[str]) -> dict[str, Signature]:
    """The signatures of a SavedModel by name, with the shapes and dtypes of their inputs and outputs.

    Raises:
        ValueError: the folder is no whole SavedModel, or a signature has more than numbers and strings.
    """
    return {name: known.signature for name, known in _read_signatures(Path(folder)).items()}


def open_signature(folder: str | PathLike[str], signature: str, *, threads: int = 1) -> RunSignature:
    """A function that runs one signature of a SavedModel.

    The function takes the inputs by name, each ``(n, ...)``, and returns the outputs by name, likewise; all n
    samples go through in one run. Numbers are cast to the dtype of the input; strings are arrays of ``bytes``.

    Args:
        folder: the SavedModel: the folder that holds ``saved_model.pb`` and ``variables``.
        signature: the name of one of its signatures.
        threads: how many CPU threads TensorFlow uses. Its thread pool belongs to the process: who starts
            TensorFlow first sets the size.

    Raises:
        ValueError: the folder is no whole SavedModel, or has no such signature. The function raises it for
            wrong input names, shapes or strings, and with TensorFlow's message when a run fails.
        RuntimeMissingError: no tensorflow wheel is installed.
    """
    check_threads(threads)
    known = _read_signatures(Path(folder))
    check_signature(folder, signature, known)
    return _runner(f"{signature!r} of {folder}", signature, known[signature], _load(Path(folder), threads))


def open_signatures(folder: str | PathLike[str], *, threads: int = 1) -> dict[str, RunSignature]:
    """All signatures of a SavedModel by name, in one session as in a server; see `open_signature`."""
    check_threads(threads)
    known = _read_signatures(Path(folder))
    session = _load(Path(folder), threads)
    return {name: _runner(f"{name!r} of {folder}", name, graph, session) for name, graph in known.items()}


def _load(folder: Path, threads: int) -> Session:
    try:
        return Session(folder, threads)
    except RuntimeMissingError:
        raise
    except ValueError as error:
        raise ValueError(f"TensorFlow Serving cannot load {folder}: {error}") from error


def _runner(place: str, name: str, known: _GraphSignature, session: Session) -> RunSignature:
    (tensors, outputs), input_tensors, output_tensors = known

    def run(inputs: Arrays) -> Arrays:
        check_inputs(name, inputs, tensors)
        values = {input_tensors[key]: _cast(key, inputs[key], tensor.dtype) for key, tensor in tensors.items()}
        try:
            received = session.run(values, [output_tensors[key] for key in outputs])
        except ValueError as error:
            raise ValueError(f"TensorFlow Serving cannot run {place}: {error}") from error
        return dict(zip(outputs, received, strict=True))

    return run


def _cast(name: str, values: np.ndarray, dtype: str) -> np.ndarray:
    if dtype != "string":
        return np.asarray(values, dtype)
    # NumPy's own dtype of bytes has lost the zeros at the end of each value.
    others = [type(value).__name__ for value in values.flat if not isinstance(value, bytes)]
    if values.dtype != object or others:
        received = others[0] if others else f"dtype {values.dtype}"
        raise ValueError(f"input {name!r} takes an array of bytes objects (dtype object), received {received}")
    return values


def _read_signatures(folder: Path) -> dict[str, _GraphSignature]:
    """What ``saved_model.pb`` says of its signatures; numbers are fields of TensorFlow's ``.proto`` files."""
    for part in ("saved_model.pb", "variables/variables.index"):
        if not (folder / part).is_file():
            raise ValueError(f"expected a SavedModel folder at {folder}, found no {part} in it")
    try:
        graphs = messages((folder / "saved_model.pb").read_bytes(), 2)
        served = [graph for graph in graphs if b"serve" in messages(messages(graph, 1)[0], 4)]
        definitions = mapping(served[0], 5)
        return {
            name: _graph_signature(definition)
            for name, definition in definitions.items()
            if name != "__saved_model_init_op"
        }
    except IndexError:
        raise ValueError(f'expected a SavedModel at {folder}, saved_model.pb has no graph tagged "serve"') from None
    except ValueError as error:
        raise ValueError(f"expected a whole SavedModel at {folder}, saved_model.pb: {error}") from error


def _graph_signature(definition: bytes) -> _GraphSignature:
    """A SignatureDef: its inputs (1) and its outputs (2)."""
    inputs = {name: _tensor(info) for name, info in mapping(definition, 1).items()}
    outputs = {name: _tensor(info) for name, info in mapping(definition, 2).items()}
    return _GraphSignature(
        Signature(
            {name: tensor for name, (_, tensor) in inputs.items()},
            {name: tensor for name, (_, tensor) in outputs.items()},
        ),
        {name: graph_name for name, (graph_name, _) in inputs.items()},
        {name: graph_name for name, (graph_name, _) in outputs.items()},
    )


def _tensor(information: bytes) -> tuple[str, Tensor]:
    """A TensorInfo: a tensor's name (1), its dtype (2) and its shape (3), a list (2) of sizes (1)."""
    values = dict(fields(information))
    name, number = bytes(values.get(1, b"")).decode(), int(values.get(2, 0))
    if number not in DTYPE_NAMES:
        raise ValueError(f"expected numbers or strings in tensor {name!r}, received TensorFlow's dtype number {number}")
    sizes = [int(dict(fields(size)).get(1, 0)) for size in messages(bytes(values.get(3, b"")), 2)]
    # -1, any size, is stored as an unsigned 64-bit number.
    shape = tuple(size if size < 2**63 else -1 for size in sizes)
    return name, Tensor(shape, DTYPE_NAMES[number])
