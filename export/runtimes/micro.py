"""Run a signature of a ``.tflite`` file as a microcontroller does: with TFLite Micro, here in its own Python package.

TFLite Micro knows no signatures and runs the first subgraph, so it is given the signature as a file of its own. It has
fewer operators than LiteRT, takes int8 or float32 throughout, and works in one block of memory, its arena.
"""

import importlib.util
import os
import re
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from os import PathLike
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from export.children import end_of_child, run_child
from export.errors import RuntimeMissingError
from export.flatbuffer import pack, unpack
from export.gates import verdicts
from export.runtimes.fixed_batch import fixed_batch_run
from export.runtimes.signature import Arrays, RunSignature, check_threads
from export.single_signature import keep_signature

PACKAGE = "tflite-micro==0.dev20261023182759"
"""There are development builds only, so it is this one that files are proven with."""
AMPLE_ARENA = 1 << 28
"""Bytes; memory that no tensor touches is never taken."""
ARENA_STEP = 64
CHILD_COMMAND = (sys.executable, "-m", "export.runtimes.micro")
CHILD_TIME_LIMIT = 120.0
STDERR = 2


class _Graph(NamedTuple):
    """A file of one signature, its interpreter, and which of the inputs and outputs a name stands for."""

    content: bytes
    interpreter: Any
    inputs: dict[str, int]
    outputs: dict[str, int]


def check_installed() -> None:
    """Raises RuntimeMissingError, which says what to install, unless TFLite Micro's Python package is there."""
    if importlib.util.find_spec("tflite_micro") is None:
        raise RuntimeMissingError(f"TFLite Micro is not installed: pip install {PACKAGE} (Linux, x86-64, Python 3.11)")


def open_signature(path: str | PathLike[str], signature: str, *, threads: int = 1) -> RunSignature:
    """A function that runs one signature of a ``.tflite`` file.

    The function takes the inputs by name, each ``(n, ...)``, and returns the outputs by name, likewise. The file's
    batch size is fixed, mostly at 1, so the samples go through in turns, and in the model's units, as with LiteRT.

    Args:
        path: the ``.tflite`` file; it may hold several signatures.
        signature: the name of one of them.
        threads: as other runtimes have them; TFLite Micro has one.

    Raises:
        ValueError: the file is no whole ``.tflite`` file, has no such signature, or TFLite Micro refuses it, which
            names what it lacks. The function raises it for wrong input names or shapes, and when a run fails.
        OSError: the file cannot be read.
        RuntimeMissingError: TFLite Micro is not installed.
    """
    check_threads(threads)
    graph = _open(path, signature, AMPLE_ARENA)
    interpreter = graph.interpreter

    def run_batch(inputs: Arrays) -> Arrays:
        for name, index in graph.inputs.items():
            interpreter.set_input(inputs[name], index)
        with _refusals(graph.content, f"{signature!r} of {path}"):
            interpreter.invoke()
        return {name: interpreter.get_output(index) for name, index in graph.outputs.items()}

    inputs = {name: interpreter.get_input_details(index) for name, index in graph.inputs.items()}
    outputs = {name: interpreter.get_output_details(index) for name, index in graph.outputs.items()}
    return fixed_batch_run(path, signature, inputs, outputs, run_batch)


def smallest_arena(path: str | PathLike[str], signature: str) -> int:
    """The fewest bytes of arena in which TFLite Micro runs a signature, to 64; file and program are not counted.

    On a 32-bit processor, whose pointers are shorter, it is a little less. The search starts at what TFLite Micro says
    that it used of an ample arena, which is mostly the answer, but says nothing of what it needs while it plans.
    Each trial is a process of its own, since TFLite Micro crashes in some arenas that are too small.

    Raises:
        ValueError: as `open_signature`; or TFLite Micro refuses to run on zeros.
        OSError: the file cannot be read.
        RuntimeMissingError: TFLite Micro is not installed.
    """
    _open(path, signature, AMPLE_ARENA)
    with tempfile.TemporaryDirectory(prefix="export-micro-") as folder:
        log = Path(folder) / "log"

        def run(arena: int) -> int | None:
            arguments = [str(Path(path).resolve()), signature, str(arena)]
            return run_child([*CHILD_COMMAND, *arguments], log, CHILD_TIME_LIMIT)

        code = run(AMPLE_ARENA)
        used = re.findall(r"Arena allocation total (\d+) bytes", log.read_text(errors="replace"))
        if code != 0 or not used:
            end = f"no end in {CHILD_TIME_LIMIT:g} seconds" if code is None else end_of_child(code, log)
            raise ValueError(f"TFLite Micro cannot run {signature!r} of {path} on zeros: {end}")
        return _search(lambda arena: run(arena) == 0, int(used[-1]))


def _search(fits: Callable[[int], bool], least: int) -> int:
    """The smallest size that fits, ``least`` or, to 64 bytes, a larger one."""
    too_small, size, step = least - ARENA_STEP, least, ARENA_STEP
    while not fits(size):
        too_small, size, step = size, size + step, 2 * step
    while size - too_small > ARENA_STEP:
        middle = (too_small + size) // 2
        too_small, size = (too_small, middle) if fits(middle) else (middle, size)
    return size


def _open(path: str | PathLike[str], signature: str, arena: int) -> _Graph:
    check_installed()
    from tflite_micro import runtime

    model = unpack(path)
    kept = keep_signature(model, signature, str(path))
    inputs, outputs = list(model.subgraphs[0].inputs), list(model.subgraphs[0].outputs)
    content = pack(model)
    with _refusals(content, f"{signature!r} of {path}"):
        interpreter = runtime.Interpreter.from_bytes(content, arena_size=arena)
    return _Graph(
        content,
        interpreter,
        {each.name.decode(): inputs.index(each.tensorIndex) for each in kept.inputs},
        {each.name.decode(): outputs.index(each.tensorIndex) for each in kept.outputs},
    )


@contextmanager
def _refusals(content: bytes, what: str) -> Iterator[None]:
    """Turns a failure of TFLite Micro into a ValueError that says why, and keeps what it prints from stderr."""
    stderr = os.dup(STDERR)
    with tempfile.TemporaryFile() as printed:
        os.dup2(printed.fileno(), STDERR)
        try:
            yield
        except RuntimeError as error:
            printed.seek(0)
            words = [line.strip() for line in printed.read().decode(errors="replace").splitlines() if line.strip()]
            # It stops at the first operator that it lacks; the gate knows them all.
            reasons = verdicts(content)["micro"] or words or [str(error)]
            raise ValueError(f"TFLite Micro refuses {what}: {'; '.join(reasons)}") from error
        finally:
            os.dup2(stderr, STDERR)
            os.close(stderr)


def main() -> None:
    """Run the file, signature and arena of the command line once, on zeros, and print what the arena was used for."""
    path, signature, arena = sys.argv[1:]
    _, interpreter, inputs, _ = _open(path, signature, int(arena))
    for index in inputs.values():
        details = interpreter.get_input_details(index)
        interpreter.set_input(np.zeros(details["shape"], details["dtype"]), index)
    interpreter.invoke()
    interpreter.print_allocations()


if __name__ == "__main__":
    main()
