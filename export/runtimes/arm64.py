"""Run a signature of a ``.tflite`` file as a 64-bit ARM processor does: with the ARM64 build of LiteRT, under QEMU.

QEMU translates the instructions of one processor into those of another, so that the very kernels compute that a phone
or a Raspberry Pi has. It says whether they run and what they give, not how fast they are there.

The ARM64 Python, LiteRT and QEMU lie in a folder of their own, the *guest*: ``$KERASZOO_ARM64``, else
``$XDG_CACHE_HOME/keraszoo/arm64``, else ``~/.cache/keraszoo/arm64``. `export.runtimes.arm64_install` makes it.
"""

import importlib.metadata
import os
import tempfile
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np

from export.children import ROOT, end_of_child, run_child
from export.errors import RuntimeMissingError
from export.runtimes import litert
from export.runtimes.signature import Arrays, RunSignature, TimedRun, check_signature, check_threads

CPUS = {"cortex-a72": "0xd08", "cortex-a76": "0xd0b"}
"""The processors, QEMU's names with ARM's part numbers: those of the Raspberry Pi 4 and of the Raspberry Pi 5. The
second has dot products of int8, as phones since about 2019 have, and so other kernels."""
LITERT = "ai-edge-litert"
INSTALL_COMMAND = "python -m export.runtimes.arm64_install"
# Where the guest has what.
QEMU, PYTHON, PACKAGES = Path("usr/bin/qemu-aarch64"), Path("usr/bin/python3"), Path("usr/lib/python3/dist-packages")
# LiteRT crashes where /proc/cpuinfo has the processors of a PC, which older QEMUs show it.
PROCESSOR = """processor\t: {number}
CPU implementer\t: 0x41
CPU architecture: 8
CPU variant\t: 0x0
CPU part\t: {part}
CPU revision\t: 0

"""
START = "import sys; sys.path.append(sys.argv.pop(1)); from export.runtimes.arm64_guest import main; main()"


def check_installed() -> None:
    """Raises RuntimeMissingError, which says what to install, unless the guest has the LiteRT that is used here."""
    guest, wanted = guest_folder(), litert_version()
    there = importlib.metadata.distributions(name=LITERT, path=[str(guest / PACKAGES)])
    found = next((distribution.version for distribution in there), "none")
    if found != wanted:
        raise RuntimeMissingError(
            f"expected the ARM64 build of LiteRT {wanted} in {guest}, found {found}: "
            f"{INSTALL_COMMAND} (needs apt-get, but not root)"
        )


def open_signature(
    path: str | PathLike[str], signature: str, *, threads: int = 1, cpu: str = "cortex-a76"
) -> RunSignature:
    """A function that runs one signature of a ``.tflite`` file on an emulated processor.

    The function takes the inputs by name, each ``(n, ...)``, and returns the outputs by name, likewise. Each call
    starts a process, which takes two or three seconds: hand it all samples at once. It raises what `run_timed` does.

    Args:
        path: the ``.tflite`` file, of batch size 1; it may hold several signatures.
        signature: the name of one of them.
        threads: how many threads the interpreter uses.
        cpu: one of `CPUS`.

    Raises:
        RuntimeMissingError: the guest is not installed, or has another version of LiteRT.
        ValueError: there is no such file, processor or signature, or the file is truncated or no ``.tflite`` file.
    """
    _check(path, signature, threads, cpu)
    return lambda inputs: run_timed(path, signature, inputs, threads=threads, cpu=cpu).outputs


def run_timed(
    path: str | PathLike[str],
    signature: str,
    inputs: Arrays,
    *,
    threads: int = 1,
    cpu: str = "cortex-a76",
    time_limit: float = 300,
) -> TimedRun:
    """Run one signature of a ``.tflite`` file on an emulated processor, and time each run.

    Args:
        path: the ``.tflite`` file, of batch size 1.
        signature: the name of one of its signatures.
        inputs: the inputs by name, each ``(n, ...)``; values are given as `export.runtimes.litert` takes them.
        threads: how many threads the interpreter uses.
        cpu: one of `CPUS`.
        time_limit: seconds, for the start and all runs together.

    Returns:
        The outputs by name, each ``(n, ...)``, and the milliseconds of each run, ``(n,)`` float64. The first run is
        slower, since QEMU translates an instruction when it first comes by.

    Raises:
        RuntimeMissingError: as in `open_signature`.
        ValueError: as in `open_signature`; wrong input names or shapes; LiteRT refuses the file.
        TimeoutError: it was not done in time.
        OSError: the emulated process crashed.
    """
    _check(path, signature, threads, cpu)
    with tempfile.TemporaryDirectory(prefix="export-arm64-") as temporary:
        scratch = Path(temporary)
        given, received, log = (scratch / name for name in ("inputs.npz", "outputs.npz", "log"))
        named: dict[str, Any] = {f"input/{name}": values for name, values in inputs.items()}
        np.savez(given, **named)
        # No more than this package: beside it may lie the NumPy of this machine.
        (scratch / "code").mkdir()
        (scratch / "code" / "export").symlink_to(ROOT / "export")
        arguments = [Path(path).resolve(), signature, threads, given, received]
        command = [*guest_command(guest_folder(), scratch / "system", cpu), "-c", START, str(scratch / "code")]
        code = run_child([*command, *map(str, arguments)], log, time_limit)
        if code is None:
            raise TimeoutError(f"the emulated {cpu} was not done within {time_limit:g} seconds; raise time_limit")
        if code != 0 or not received.exists():
            raise OSError(
                f"LiteRT crashed on an emulated {cpu} with {signature!r} of {path}: {end_of_child(code, log)}"
            )
        with np.load(received) as arrays:
            if "refused" in arrays:
                raise ValueError(str(arrays["refused"]))
            outputs = {
                name.removeprefix("output/"): arrays[name] for name in arrays.files if name.startswith("output/")
            }
            return TimedRun(outputs, arrays["milliseconds"])


def _check(path: str | PathLike[str], signature: str, threads: int, cpu: str) -> None:
    check_installed()
    check_threads(threads)
    if cpu not in CPUS:
        raise ValueError(f"cpu must be one of {', '.join(CPUS)}; received {cpu!r}")
    check_signature(path, signature, litert.signatures(path))


def guest_folder() -> Path:
    """Where the guest lies, or would."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return Path(os.environ.get("KERASZOO_ARM64") or cache / "keraszoo" / "arm64").absolute()


def litert_version() -> str:
    """The version of LiteRT on this machine, which the guest's must be."""
    return importlib.metadata.version(LITERT)


def guest_command(guest: Path, system: Path, cpu: str) -> list[str]:
    """The command that starts a guest's Python; what is to be run is appended.

    Args:
        guest: the guest's folder.
        system: a folder that is made, and must outlive the command: what it has, the process sees instead of what
            lies there on this machine.
        cpu: one of `CPUS`.

    Raises:
        OSError: ``system`` exists or cannot be written.
    """
    (system / "proc").mkdir(parents=True)
    processors = [PROCESSOR.format(number=number, part=CPUS[cpu]) for number in range(os.cpu_count() or 1)]
    (system / "proc" / "cpuinfo").write_text("".join(processors), encoding="ascii")
    for name in ("lib", "usr"):
        (system / name).symlink_to(guest / name)
    return [str(guest / QEMU), "-cpu", cpu, "-L", str(system), str(guest / PYTHON), "-I"]
