"""Runs one signature in the guest of `export.runtimes.arm64`; needs numpy and ai_edge_litert only."""

import sys
from pathlib import Path
from typing import Any

import numpy as np

from export.prove_child import run_singly
from export.runtimes import litert


def main() -> None:
    """Do what the command line says: PATH SIGNATURE THREADS INPUTS OUTPUTS.

    INPUTS is an ``.npz`` file with ``input/<name>``, each ``(n, ...)``. OUTPUTS becomes one with ``output/<name>``,
    likewise, and ``milliseconds``, ``(n,)``; or with ``refused``, the reason why there are none.
    """
    path, signature, threads, given, received = sys.argv[1:]
    with np.load(given) as arrays:
        inputs = {name.removeprefix("input/"): arrays[name] for name in arrays.files}
    try:
        outputs, milliseconds = run_singly(litert.open_signature(path, signature, threads=int(threads)), inputs)
    except ValueError as error:
        np.savez(Path(received), refused=str(error))
        return
    named: dict[str, Any] = {f"output/{name}": values for name, values in outputs.items()}
    np.savez(Path(received), milliseconds=milliseconds, **named)
