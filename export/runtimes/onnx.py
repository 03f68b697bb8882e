"""Run a SavedModel's signature with ONNX Runtime, a peer that `export.benchmark` times beside the exported files.

No ONNX file is exported: one is converted by tf2onnx for as long as it is needed.
"""

import os
import sys
from importlib.util import find_spec
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np

from export.children import end_of_child, run_child
from export.errors import ExportError, RuntimeMissingError, one_line
from export.runtimes.signature import Arrays, RunSignature, Tensor, check_inputs, check_threads

PACKAGES = ("onnx", "onnxruntime", "tf2onnx")
OPSET = 18
"""The newest set of operators that tf2onnx writes."""
DTYPES = {
    "tensor(bool)": "bool",
    "tensor(float)": "float32",
    "tensor(int32)": "int32",
    "tensor(int64)": "int64",
    "tensor(uint8)": "uint8",
}
ERRORS_ONLY = 3


def check_installed() -> None:
    """Raises RuntimeMissingError, which says what to install, unless ONNX Runtime and its converter are there."""
    missing = [package for package in PACKAGES if find_spec(package) is None]
    if missing:
        raise RuntimeMissingError(f"ONNX Runtime needs {', '.join(missing)}: pip install {' '.join(PACKAGES)}")


def convert(
    saved_model: str | PathLike[str], signature: str, path: str | PathLike[str], *, time_limit: float = 300.0
) -> None:
    """Write one signature of a SavedModel as an ONNX file, in a process of its own.

    Args:
        saved_model: the folder. Inputs and outputs keep their names, and a batch of any size stays one.
        signature: the name of one of its signatures, all of whose inputs and outputs are numbers.
        path: the ``.onnx`` file; a file that stands there is replaced once the new one is whole.
        time_limit: seconds.

    Raises:
        RuntimeMissingError: the converter is not installed.
        ExportError: the conversion failed or took too long; ``path`` is as it was.
        OSError: the folder of ``path`` cannot be written.
    """
    check_installed()
    path = Path(path).resolve()
    unfinished, log = path.with_suffix(".unfinished"), path.with_suffix(".log")
    arguments = ["--saved-model", str(Path(saved_model).resolve()), "--signature_def", signature, "--tag", "serve"]
    command = [sys.executable, "-m", "tf2onnx.convert", *arguments, "--opset", str(OPSET), "--output", str(unfinished)]
    try:
        code = run_child(command, log, time_limit)
        if code is None:
            raise ExportError(f"tf2onnx did not convert {signature!r} within {time_limit:g} seconds; raise time_limit")
        if code != 0:
            raise ExportError(f"tf2onnx cannot convert {signature!r}: {end_of_child(code, log)}")
        os.replace(unfinished, path)
    finally:
        unfinished.unlink(missing_ok=True)
        log.unlink(missing_ok=True)


def open_signature(path: str | PathLike[str], signature: str, *, threads: int = 1) -> RunSignature:
    """A function that runs an ONNX file.

    The function takes the inputs by name, each ``(n, ...)``, and returns the outputs by name, likewise; all n samples
    go through in one run. Values are cast to the dtype of the input.

    Args:
        path: the ``.onnx`` file.
        signature: what messages call it: an ONNX file holds one graph, without a name.
        threads: how many CPU threads ONNX Runtime uses.

    Raises:
        RuntimeMissingError: ONNX Runtime is not installed.
        ValueError: there is no such file, it is no ONNX model, or ONNX Runtime lacks one of its operators. The
            function raises it for wrong input names or shapes, and with ONNX Runtime's message when a run fails.
    """
    check_threads(threads)
    check_installed()
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = ERRORS_ONLY
    try:
        session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
        tensors = {node.name: _tensor(node) for node in session.get_inputs()}
    except Exception as error:  # ONNX Runtime's own errors have no class in common
        raise ValueError(f"ONNX Runtime cannot open {path}: {one_line(error)}") from error
    outputs = [node.name for node in session.get_outputs()]

    def run(inputs: Arrays) -> Arrays:
        check_inputs(signature, inputs, tensors)
        values = {name: np.asarray(inputs[name], tensor.dtype) for name, tensor in tensors.items()}
        try:
            received = session.run(outputs, values)
        except Exception as error:
            raise ValueError(f"ONNX Runtime cannot run {signature!r} of {path}: {one_line(error)}") from error
        return dict(zip(outputs, received, strict=True))

    return run


def _tensor(node: Any) -> Tensor:
    """A size that any will do for is a name in ONNX, not a number."""
    if node.type not in DTYPES:
        raise ValueError(f"expected input {node.name!r} of {', '.join(DTYPES)}, received {node.type}")
    return Tensor(tuple(size if isinstance(size, int) else -1 for size in node.shape), DTYPES[node.type])
