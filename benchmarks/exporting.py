"""Size and speed of exported files beside a reference and a peer.

    python benchmarks/exporting.py [mlperf_tiny=FOLDER | coverage[=FAMILY[/RUNTIME]] | vs_onnxruntime | sizes ...]

By default all but the first run.

`mlperf_tiny` exports the architecture of MLPerf Tiny's anomaly detector with the weights of the reference's float32
file, and holds the int8 files against the reference's: FOLDER has ``ad01_fp32.tflite`` and ``ad01_int8.tflite`` of
https://github.com/mlcommons/tiny. `vs_onnxruntime` runs one image through the float32 TFLite file of a model of each
family, beside ONNX Runtime on the same weights, on one thread (``pip install 'keraszoo[onnx]'``). `coverage` exports
that model, or the one of FAMILY, and runs every signature of every file in every runtime (``make prove`` installs
them), or in RUNTIME, beside what was proven before: true where all agree with Keras, or what does not. With
`coverage=FAMILY/arm64`, which needs ``make prove-arm64``'s installation and up to half an hour, the emulated one
is added.
`sizes` weighs every exported file of saved_models/. Writes benchmarks/results/export.json.
"""

import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from mlperf_tiny import SIGNATURE, anomaly_autoencoder, compiled, interpreted, microseconds, spectra
from results import read_results, update_results, write_results
from turns import median_milliseconds

from export import export_model
from export.files import size_of
from export.peers import onnx_peer
from export.prove_runtimes import ALL
from export.runtimes import litert
from export.signatures import named_signatures, weight_count
from keraszoo import runs
from keraszoo.families import family

FAMILIES = {
    "autoencoder": "autoencoder-mnist",
    "denoising": "denoiser-mnist",
    "binary": "hasher-mnist",
    "extended": "classifier-mnist-100-labels",
    "reader": "reader-korean",
}
PROOF_SECONDS = 1200.0
MOST_BYTES = {"float32": (4 * 1.05, 20_000), "int8": (1.10, 40_000), "full_int8": (1.10, 40_000)}
"""Format to what a file may have: bytes for each weight, and bytes for what is no weight."""
UNROLLED, UNROLLED_BYTES = ("reader", "translator"), 120_000
"""Families with an unrolled recurrence, and what it may take instead."""


def mlperf_tiny(folder: Path) -> dict[str, Any]:
    """`int8`, like the reference's file, has int8 inputs and one scale a layer; `full_int8` has one scale a channel, as
    `export_model` writes it by default; `int8_float_inputs` is its file for those who have floats.

    `time_ratio` is by the calls of LiteRT's benchmark tool, `graph_ratio` of the graph alone; see `mlperf_tiny.py`.
    """
    model = anomaly_autoencoder(folder / "ad01_fp32.tflite")
    with tempfile.TemporaryDirectory() as scratch:
        per_layer, per_channel = (
            _anomaly_files(model, Path(scratch) / name, per_channel=name == "per_channel")
            for name in ("per_layer", "per_channel")
        )
        paths = {
            "reference": folder / "ad01_int8.tflite",
            "int8": per_layer / "full_int8.tflite",
            "full_int8": per_channel / "full_int8.tflite",
            "int8_float_inputs": per_channel / "int8.tflite",
        }
        times, graph_times = microseconds(paths, compiled), microseconds(paths, interpreted)
        sizes = {name: size_of(path) for name, path in paths.items()}
    return {
        name: {
            "bytes": sizes[name],
            "size_ratio": round(sizes[name] / sizes["reference"], 4),
            "microseconds": round(times[name], 3),
            "time_ratio": round(times[name] / times["reference"], 2),
            "graph_microseconds": round(graph_times[name], 3),
            "graph_ratio": round(graph_times[name] / graph_times["reference"], 2),
        }
        for name in paths
    }


def _anomaly_files(model: Any, folder: Path, *, per_channel: bool) -> Path:
    """The folder of the int8 files, proven."""
    calibration, samples = ({SIGNATURE: {"features": spectra(128, seed)}} for seed in (0, 1))
    export_model(
        {SIGNATURE: model},
        folder,
        name="anomaly-autoencoder",
        calibration=calibration,
        samples=samples,
        formats=("full_int8", "int8"),
        per_channel=per_channel,
    )
    return folder / "tflite"


def vs_onnxruntime() -> dict[str, Any]:
    """The first signature of a model of each family; `ratio` is TFLite's time over ONNX Runtime's."""
    figures: dict[str, Any] = {}
    for kind, name in FAMILIES.items():
        path = runs.SAVED_MODELS / name / "tflite" / "float32.tflite"
        if not path.exists():
            print(f"{kind}: {name} is not exported, left out")
            continue
        signature, model = next(iter(_signatures(runs.SAVED_MODELS / name).items()))
        sample = _random_sample(model)
        ours = litert.open_signature(path, signature, threads=1)
        theirs = onnx_peer(model, sample, (1,)).runs[1]
        times = median_milliseconds({"tflite": lambda: ours(sample), "onnx": lambda: theirs(sample)})  # noqa: B023
        figures[kind] = {
            "model": name,
            "signature": signature,
            "milliseconds": round(times["tflite"], 4),
            "onnxruntime_milliseconds": round(times["onnx"], 4),
            "ratio": round(times["tflite"] / times["onnx"], 2),
        }
    return figures


def coverage(only: str | None = None, runtime: str = ALL) -> dict[str, Any]:
    """What `covered` says of each family's model, exported anew; an export keeps what was proven of equal files."""
    figures: dict[str, Any] = {}
    for kind in [only] if only else FAMILIES:
        folder = runs.SAVED_MODELS / FAMILIES[kind]
        if (folder / "model.keras").exists():
            figures[kind] = covered(runs.export(folder, runtimes=[runtime], time_limit=PROOF_SECONDS))
        else:
            print(f"{kind}: {folder.name} is not trained, left out")
    return figures


def covered(report: dict[str, Any]) -> dict[str, Any]:
    """Format to runtime: true, or what does not agree; ``saved_model`` is what TensorFlow Serving loads.

    ``litert_reference`` are LiteRT's reference kernels, which are there to compare with, and lack some operators.
    ``differences`` are the largest relative ones, of all signatures and ways to run the runtime.
    """
    table: dict[str, Any] = {"saved_model": {"serving": True}}
    differences: dict[str, Any] = {}
    for row in report["runtimes"]:
        found = table.setdefault(row["format"], {})
        runtime = "litert_reference" if "reference" in (row["variant"] or "") else row["runtime"]
        if row["status"] == "agrees":
            found.setdefault(runtime, True)
        elif found.get(runtime, True) is True:
            found[runtime] = ": ".join(filter(None, (row["signature"], row["status"], row["reason"])))
        if row["relative_difference"] is not None:
            largest = differences.setdefault(row["format"], {})
            largest[runtime] = max(largest.get(runtime, 0.0), row["relative_difference"])
    return {"model": report["name"], **table, "differences": differences}


def sizes() -> dict[str, Any]:
    """`of_limit` is the size over what the file may have, and at most 1."""
    figures: dict[str, Any] = {}
    for run in sorted(path.parent for path in runs.SAVED_MODELS.glob("*/tflite")):
        weights = weight_count(_signatures(run))
        unrolled = runs.open_run(run)[0].family in UNROLLED
        figures[run.name] = {"weights": weights}
        for path in sorted((run / "tflite").glob("*.tflite")):
            size = size_of(path)
            figures[run.name][path.stem] = {"bytes": size, "bytes_per_weight": round(size / weights, 3)}
            if path.stem in MOST_BYTES:
                each, rest = MOST_BYTES[path.stem]
                limit = each * weights + (UNROLLED_BYTES if unrolled else rest)
                figures[run.name][path.stem]["of_limit"] = round(size / limit, 3)
    return figures


def _signatures(run: Path) -> dict[str, Any]:
    settings, _, model = runs.open_run(run)
    return named_signatures(family(settings.family).signatures(model))


def _random_sample(model: Any) -> dict[str, np.ndarray]:
    """One image of noise, 0-255: what it shows takes no part in the time."""
    generator = np.random.default_rng(0)
    inputs: Mapping[str, Any] = model.input
    return {
        name: generator.uniform(0, 255, (1, *tensor.shape[1:])).astype("float32") for name, tensor in inputs.items()
    }


PARTS: dict[str, Callable[[], Any]] = {"coverage": coverage, "vs_onnxruntime": vs_onnxruntime, "sizes": sizes}


def main(arguments: list[str]) -> None:
    for argument in arguments or PARTS:
        part, _, value = argument.partition("=")
        if part == "mlperf_tiny" and value:
            figures = mlperf_tiny(Path(value))
        elif part == "coverage" and value.partition("/")[0] in FAMILIES:
            only, _, runtime = value.partition("/")
            figures = coverage(only, runtime or ALL)
        elif argument in PARTS:
            figures = PARTS[argument]()
        else:
            families = "|".join(FAMILIES)
            raise SystemExit(
                f"expected mlperf_tiny=FOLDER, coverage={families}[/RUNTIME] or one of {', '.join(PARTS)}; received "
                f"{argument!r}"
            )
        if part == "sizes":  # of the models that are there, and no longer of others
            write_results("export", {**read_results("export"), part: figures})
        else:
            update_results("export", {part: figures})


if __name__ == "__main__":
    main(sys.argv[1:])
