"""TFLite files from named signatures, each converted in a process of its own."""

import os
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np

from export.children import end_of_child
from export.errors import ExportError
from export.forking import run_forked
from export.formats import FORMATS, PER_LAYER
from export.four_axes import four_axes_signatures
from export.metadata import with_metadata
from export.operators import operators
from export.runtimes.fixed_batch import four_axes_shape
from export.saved_model import write_saved_model
from export.separate_relu import separate_relu
from export.signatures import Arrays, weight_count
from export.sub_pixel import sub_pixel_convolutions

CONVERTER = "export.convert_child"
CONVERSIONS_AT_A_TIME = 2
VARIABLE_OPERATORS = {"VAR_HANDLE", "READ_VARIABLE", "ASSIGN_VARIABLE", "CALL_ONCE"}


def write_tflite(
    signatures: Mapping[str, Any],
    folder: Path,
    calibration: Mapping[str, Arrays],
    scratch: Path,
    *,
    formats: Sequence[str],
    time_limit: float,
    metadata: Mapping[str, Any] | None = None,
    per_channel: bool = True,
) -> None:
    """Write ``<format>.tflite`` for each format: all signatures in one file, batch 1, builtin operators only.

    An input of more than four axes has four in the file, see `four_axes_shape`, since a GPU takes no more. Transposed
    convolutions are others, which run faster, see `sub_pixel_convolutions`, or at least have no ReLU fused into them,
    which no GPU takes, see `separate_relu`.

    Args:
        signatures: As `named_signatures` gives them.
        folder: Where the files go; is made.
        calibration: Signature name to input name to array ``(n, ...)``.
        scratch: An empty folder for what conversion needs on the way.
        formats: Rows of `FORMATS`.
        time_limit: Seconds for one conversion.
        metadata: What each file is to hold of its signatures and assets, as `describe_file` gives it.
        per_channel: Give int8 weights one scale a channel, rather than one a layer.

    Raises:
        ExportError: a conversion was refused, crashed or took too long, or gave a file without its weights.
        OSError: a folder cannot be written.
    """
    saved_model, arrays = scratch / "saved_model", scratch / "calibration.npz"
    write_saved_model(four_axes_signatures(signatures), saved_model, batch_size=1)
    named: dict[str, Any] = {
        f"{name}/{key}": array.reshape(four_axes_shape(array.shape))
        for name, inputs in calibration.items()
        for key, array in inputs.items()
    }
    np.savez(arrays, **named)
    folder.mkdir(parents=True)
    weights = weight_count(signatures)

    def convert(name: str) -> None:
        output = folder / f"{name}.tflite"
        arguments = [str(saved_model.resolve()), name, str(arrays.resolve()), str(output.resolve())]
        if not per_channel:
            arguments.insert(0, PER_LAYER)
        _run_child(name, arguments, scratch / f"{name}.log", time_limit)
        check_file(output, name, weights)
        content = separate_relu(sub_pixel_convolutions(output.read_bytes()))
        output.write_bytes(content if metadata is None else with_metadata(content, metadata))

    with ThreadPoolExecutor(CONVERSIONS_AT_A_TIME) as pool:
        conversions = [pool.submit(convert, name) for name in formats]
        try:
            for conversion in conversions:
                conversion.result()
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def _run_child(format_name: str, arguments: Sequence[str], log: Path, time_limit: float) -> None:
    code = run_forked(CONVERTER, arguments, log, time_limit)
    if code is None:
        raise ExportError(
            f"{format_name}: the converter did not finish within {time_limit:g} seconds; "
            "make the model smaller, unroll its loops or raise time_limit"
        )
    if code == os.EX_IOERR:
        raise OSError(f"{format_name}: the converter could not write {arguments[-1]}; is the disk full?")
    if code != 0:
        raise ExportError(f"{format_name}: {_failure(code, Path(f'{arguments[-1]}.error'), log)}")


def _failure(code: int, error: Path, log: Path) -> str:
    if error.exists():
        return f"the converter refused the model: {error.read_text(encoding='utf-8')}"
    return f"leave this format out or change the model: the converter ended with {end_of_child(code, log)}"


def check_file(path: Path, format_name: str, weights: int) -> None:
    """See that a converted file runs in plain LiteRT and holds its weights.

    A conversion that did not freeze the variables gives a file of a few KB that loads, runs and returns NaN.

    Args:
        path: The TFLite file.
        format_name: A row of `FORMATS`.
        weights: How many numbers the model's weights hold.

    Raises:
        ExportError: Flex or custom operators, operators on variables, or a file too small for its weights.
    """
    counts = operators(path)
    foreign = [name for name in counts if name.startswith(("Flex", "CUSTOM"))]
    if foreign:
        raise ExportError(f"{format_name}: {path.name} needs operators that plain LiteRT lacks: {', '.join(foreign)}")
    variables = sorted(VARIABLE_OPERATORS & set(counts))
    if variables:
        raise ExportError(f"{format_name}: {path.name} holds variables that are not frozen ({', '.join(variables)})")
    # Half, since the converter folds some weights into others and stores equal ones once.
    least = weights * FORMATS[format_name].bytes_per_weight // 2
    size = path.stat().st_size
    if size < least:
        raise ExportError(f"{format_name}: {path.name} has {size} bytes, too few to hold {weights} weights: not frozen")
