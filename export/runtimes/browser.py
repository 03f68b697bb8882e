"""Run a signature of a ``.tflite`` file as a web page does: with LiteRT.js, in a headless Chromium.

The page uses LiteRT.js's CPU backend, which is WebAssembly. All that it needs comes from a server on localhost.

LiteRT.js is the npm package that ``browser_page/package.json`` pins. It is looked for in the folder ``node_modules`` of
``$KERASZOO_LITERTJS``, else of ``$XDG_CACHE_HOME/keraszoo/litertjs``, else of ``~/.cache/keraszoo/litertjs``.
"""

import json
import os
import shlex
from os import PathLike
from pathlib import Path

import numpy as np

from export.errors import RuntimeMissingError
from export.runtimes import litert
from export.runtimes.browser_server import serve_page
from export.runtimes.chromium import find_chromium, show_page
from export.runtimes.fixed_batch import four_axes_samples
from export.runtimes.signature import Arrays, RunSignature, TimedRun, check_inputs, check_signature, check_threads

PAGE = Path(__file__).parent / "browser_page"
LIMITS = "it takes builtin operators, fixed shapes, and inputs and outputs of float32, int32 and uint8"


def check_installed() -> None:
    """Raises RuntimeMissingError, which says what to install, unless there are a Chromium and LiteRT.js."""
    find_chromium()
    _node_modules()


def install_command() -> str:
    """The shell command that puts LiteRT.js where it is looked for; it needs npm, but not root."""
    packages = [f"{name}@{version}" for name, version in _pinned().items()]
    return shlex.join(["npm", "install", "--prefix", str(_folder()), *packages])


def open_signature(path: str | PathLike[str], signature: str, *, threads: int = 1) -> RunSignature:
    """A function that runs one signature of a ``.tflite`` file in a browser.

    The function takes the inputs by name, each ``(n, ...)``, and returns the outputs by name, likewise. Each call
    starts a browser, which takes two or three seconds: hand it all samples at once. It raises what `run_timed` does.

    Args:
        path: the ``.tflite`` file; it may hold several signatures.
        signature: the name of one of them.
        threads: how many threads the page uses.

    Raises:
        RuntimeMissingError: no Chromium or no LiteRT.js is installed.
        ValueError: there is no such file, it is truncated or no ``.tflite`` file, or has no such signature.
    """
    check_installed()
    check_threads(threads)
    check_signature(path, signature, litert.signatures(path))
    return lambda inputs: run_timed(path, signature, inputs, threads=threads).outputs


def run_timed(
    path: str | PathLike[str], signature: str, inputs: Arrays, *, threads: int = 1, time_limit: float = 120
) -> TimedRun:
    """Run one signature of a ``.tflite`` file in a browser, and time each run.

    The file's batch size is fixed, mostly at 1, so the samples go through in turns.

    Args:
        path: the ``.tflite`` file.
        signature: the name of one of its signatures.
        inputs: the inputs by name, each ``(n, ...)``; values are cast to the dtype of the input.
        threads: how many threads the page uses.
        time_limit: seconds, for the browser's start and all runs together.

    Returns:
        The outputs by name, each ``(n, ...)``, and the milliseconds of each run, ``(runs,)`` float64, from arrays of
        numbers in JavaScript to arrays of numbers. The first run is slower.

    Raises:
        RuntimeMissingError: no Chromium or no LiteRT.js is installed.
        ValueError: as in `open_signature`; wrong input names or shapes; LiteRT.js refuses the file.
        TimeoutError: the page was not done in time.
        OSError: the browser ended by itself.
    """
    check_threads(threads)
    known = litert.signatures(path)
    check_signature(path, signature, known)
    tensors = known[signature]
    inputs = four_axes_samples(inputs, tensors.inputs)
    count = check_inputs(signature, inputs, tensors.inputs)
    batch_size = min(tensor.shape[0] for tensor in tensors.inputs.values())
    if count % batch_size:
        raise ValueError(f"{path} takes a multiple of its batch size {batch_size}, received {count} samples")
    job = {"signature": signature, "threads": threads, "runs": count // batch_size}
    contents = {
        **_page(),
        "/job.json": json.dumps(job).encode(),
        "/model.tflite": Path(path).read_bytes(),
        **{f"/inputs/{name}": inputs[name].astype(tensor.dtype).tobytes() for name, tensor in tensors.inputs.items()},
    }
    with serve_page(contents, last_words=("/milliseconds", "/error")) as server:
        show_page(f"{server.url}/index.html", server.finished, time_limit)
    if "/error" in server.posted:
        reason = " ".join(server.posted["/error"].decode(errors="replace").split())
        raise ValueError(f"LiteRT.js cannot run {signature!r} of {path}: {reason}; {LIMITS}")
    outputs = {
        name: np.frombuffer(server.posted[f"/outputs/{name}"], tensor.dtype).reshape(count, *tensor.shape[1:])
        for name, tensor in tensors.outputs.items()
    }
    return TimedRun(outputs, np.frombuffer(server.posted["/milliseconds"], np.float64))


def _page() -> dict[str, bytes | Path]:
    """The page and the scripts that it imports, by the path that it asks for."""
    node_modules = _node_modules()
    scripts = [*node_modules.glob("@litertjs/*/dist/*.js"), *node_modules.glob("@litertjs/core/wasm/*")]
    return {
        "/index.html": PAGE / "index.html",
        "/page.js": PAGE / "page.js",
        **{f"/node_modules/{script.relative_to(node_modules).as_posix()}": script for script in scripts},
    }


def _node_modules() -> Path:
    folder = _folder() / "node_modules"
    for name, version in _pinned().items():
        package = folder / name / "package.json"
        found = json.loads(package.read_bytes())["version"] if package.is_file() else "none"
        if found != version:
            raise RuntimeMissingError(f"expected {name} {version} in {folder}, found {found}: {install_command()}")
    return folder


def _folder() -> Path:
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return Path(os.environ.get("KERASZOO_LITERTJS") or cache / "keraszoo" / "litertjs")


def _pinned() -> dict[str, str]:
    versions: dict[str, str] = json.loads((PAGE / "package.json").read_bytes())["dependencies"]
    return versions
