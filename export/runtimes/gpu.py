"""Run a signature of a ``.tflite`` file with LiteRT's GPU delegate, on the GPU alone: nothing falls back to the CPU.

On Linux that is the WebGPU accelerator of ai-edge-litert over a Vulkan driver: SwiftShader, a GPU in software that a
browser comes with, so that every machine gives the same and none needs a GPU; or that of a GPU, if ``VK_ICD_FILENAMES``
names it. The first file that is compiled chooses for the whole process. A driver may crash or hang: run what must go on
in another process.
"""

import ctypes
import importlib.util
import os
import re
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np

from export.errors import RuntimeMissingError, one_line
from export.flatbuffer import pack, unpack
from export.runtimes.fixed_batch import Details, fixed_batch_run
from export.runtimes.signature import Arrays, RunSignature, check_threads
from export.single_signature import keep_signature

PACKAGE = "ai-edge-litert>=2.1.6"
VULKAN = "libvulkan.so.1"
DRIVER_VARIABLE = "VK_ICD_FILENAMES"
NEWER_DRIVER_VARIABLE = "VK_DRIVER_FILES"
"""Vulkan reads this one first, and old Vulkan only the other; where either is set, both are left as they are."""
SOFTWARE_DRIVERS = (
    "/usr/lib/chromium/vk_swiftshader_icd.json",
    "/usr/lib64/chromium-browser/vk_swiftshader_icd.json",
    "/opt/google/chrome/vk_swiftshader_icd.json",
)
"""SwiftShader as it comes with Debian's Chromium, Fedora's and Google Chrome; the first that there is."""
STDOUT, STDERR = 1, 2

# In the delegate's log, the operators that it refuses stand between these two lines: "MUL: the reason".
_REFUSED = re.compile(r"not supported by GPU delegate:\n(.*?)\n[^\n]*will run on the CPU", re.DOTALL)
_COMPLAINT = re.compile(r"^(?:ERROR|WARNING): (?!\[|Logging before)(.*)$", re.MULTILINE)
_NO_DEVICE = "No adapters found"


def check_installed() -> None:
    """Raises RuntimeMissingError, which says what to install, unless the delegate, Vulkan and a driver are there."""
    if importlib.util.find_spec("ai_edge_litert.gpu_options") is None:
        raise RuntimeMissingError(f"LiteRT's GPU delegate is not installed: pip install '{PACKAGE}'")
    try:
        ctypes.CDLL(VULKAN)
    except OSError as error:
        raise RuntimeMissingError(f"the GPU delegate needs {VULKAN}: apt-get install libvulkan1") from error
    if _named_driver() is None and _software_driver() is None:
        raise RuntimeMissingError(
            "the GPU delegate needs a Vulkan driver: apt-get install chromium, which SwiftShader comes with, "
            f"or set {DRIVER_VARIABLE} to the .json file of your GPU's driver"
        )


def open_signature(path: str | PathLike[str], signature: str, *, threads: int = 1) -> RunSignature:
    """A function that runs one signature of a ``.tflite`` file on the GPU, in float32.

    The function takes the inputs by name, each ``(n, ...)``, and returns the outputs by name, likewise. The file's
    batch size is fixed, mostly at 1, so the samples go through in turns, and in the model's units, as with LiteRT.

    Only this signature is compiled, which takes some seconds for a large graph. An app that opens the whole file
    compiles all of them: each must pass. Meanwhile stdout and stderr of the process go to a temporary file, and
    ``VK_ICD_FILENAMES`` is set unless a driver is named: let no other thread print or start a process.

    Args:
        path: the ``.tflite`` file; it may hold several signatures.
        signature: the name of one of them.
        threads: as other runtimes have them; a GPU has its own.

    Raises:
        ValueError: the file is no whole ``.tflite`` file, has no such signature, or the GPU refuses it: names each
            operator that would be left to the CPU, with the delegate's reason. The function raises it for wrong input
            names or shapes, and when a run fails.
        OSError: the file cannot be read.
        RuntimeMissingError: as `check_installed`, or the driver finds no device on this machine.
    """
    check_threads(threads)
    check_installed()
    model = unpack(path)
    keep_signature(model, signature, str(path))
    content = pack(model)
    compiled = _compile(content, f"{signature!r} of {path}")
    inputs, outputs = _details(content, signature)
    into = {name: compiled.create_input_buffer_by_name(signature, name) for name in inputs}
    out_of = {name: compiled.create_output_buffer_by_name(signature, name) for name in outputs}

    def run_batch(values: Arrays) -> Arrays:
        try:
            for name, buffer in into.items():
                buffer.write(values[name])
            compiled.run_by_name(signature, into, out_of)
            return {name: _read(buffer, outputs[name]) for name, buffer in out_of.items()}
        except RuntimeError as error:
            raise ValueError(f"the GPU delegate cannot run {signature!r} of {path}: {one_line(error)}") from error

    return fixed_batch_run(path, signature, inputs, outputs, run_batch)


def _details(content: bytes, signature: str) -> tuple[dict[str, Details], dict[str, Details]]:
    """What the interpreter tells of inputs and outputs, as the compiled model knows no scales."""
    from ai_edge_litert.interpreter import Interpreter

    runner = Interpreter(model_content=content).get_signature_runner(signature)
    return runner.get_input_details(), runner.get_output_details()


def _read(buffer: Any, details: Details) -> np.ndarray:
    """A copy of what an output buffer holds."""
    values: np.ndarray = buffer.read(int(details["shape"].prod()), details["dtype"])
    return values.reshape(details["shape"])


def _compile(content: bytes, source: str) -> Any:
    """The model, all of it on the GPU; ``source`` names it in errors."""
    from ai_edge_litert.compiled_model import CompiledModel
    from ai_edge_litert.gpu_options import GpuOptions
    from ai_edge_litert.hardware_accelerator import HardwareAccelerator
    from ai_edge_litert.options import Options

    # Without the CPU among the accelerators nothing can go there; without enforce_f32 a GPU may compute in float16.
    options = Options(HardwareAccelerator.GPU, gpu_options=GpuOptions(enforce_f32=True))
    with _driver(), _printed() as printed:
        try:
            return CompiledModel.from_buffer(content, options=options)
        except RuntimeError as error:
            raise _failure(source, printed(), error) from error


def _failure(source: str, log: str, error: RuntimeError) -> ValueError:
    if _NO_DEVICE in log:
        return RuntimeMissingError(
            f"the Vulkan driver {_named_driver()} finds no device on this machine: name another in {DRIVER_VARIABLE}, "
            f"or unset it and {NEWER_DRIVER_VARIABLE} for SwiftShader, which needs none"
        )
    refused = [line for block in _REFUSED.findall(log) for line in block.splitlines()]
    if refused:
        return ValueError(f"the GPU delegate refuses {source}: {', '.join(map(_refusal, dict.fromkeys(refused)))}")
    reasons = _COMPLAINT.findall(log) or [str(error)]
    return ValueError(f"the GPU delegate refuses {source}: {one_line(' '.join(reasons))}")


def _refusal(line: str) -> str:
    """``MUL: the reason.`` as ``MUL (the reason)``; weights to unpack for a refused operator have no reason."""
    operator, _, reason = line.partition(":")
    return f"{operator} ({reason.strip().rstrip('.')})" if reason.strip() else operator


def _named_driver() -> str | None:
    return os.environ.get(NEWER_DRIVER_VARIABLE) or os.environ.get(DRIVER_VARIABLE) or None


def _software_driver() -> str | None:
    return next((driver for driver in SOFTWARE_DRIVERS if Path(driver).is_file()), None)


@contextmanager
def _driver() -> Iterator[None]:
    """Names the software driver in the environment, where Vulkan looks for it, unless one is named there."""
    driver = _software_driver()
    if _named_driver() is not None or driver is None:
        yield
        return
    os.environ[DRIVER_VARIABLE] = driver
    try:
        yield
    finally:
        del os.environ[DRIVER_VARIABLE]


@contextmanager
def _printed() -> Iterator[Callable[[], str]]:
    """Keeps what the process prints, where the delegate says what it refuses; gives a function that reads it."""
    with tempfile.TemporaryFile() as file, ExitStack() as streams:

        def read() -> str:
            file.seek(0)
            return file.read().decode(errors="replace")

        for stream in (STDOUT, STDERR):
            kept = os.dup(stream)
            streams.callback(os.close, kept)
            streams.callback(os.dup2, kept, stream)
            os.dup2(file.fileno(), stream)
        yield read
