"""The README's tables of what exported files do in each runtime, from the committed results."""

from collections.abc import Callable
from typing import Any

from results import read_results

RUNTIMES = {"litert": "LiteRT", "gpu": "GPU delegate", "micro": "TFLite Micro", "browser": "LiteRT.js"}
FORMATS = ("float32", "float16", "dynamic", "int8", "full_int8")
FLOATS = ("float32", "float16")
NOT_TRIED = "not tried"


def coverage(table: Callable[..., str]) -> str:
    """Where each family's files run, how far from Keras; what is not so, in words below."""
    families = read_results("export").get("coverage", {})
    rows, refused = [], []
    for family, found in families.items():
        for name in FORMATS:
            cells = []
            for runtime in RUNTIMES:
                verdict = found[name].get(runtime, NOT_TRIED)
                cells.append(_cell(verdict, found["differences"].get(name, {}).get(runtime), name))
                if verdict is not True and NOT_TRIED not in verdict:
                    refused.append(f"- {family}, {name}, {RUNTIMES[runtime]}: {verdict}")
            rows.append((family, name, *cells))
    if not rows:
        return ""
    return "\n".join(
        (
            "### In every runtime\n",
            "`python benchmarks/exporting.py coverage`: every signature of one MNIST model a family, on test images, in LiteRT",
            "(XNNPACK on 1, 2 and 4 threads, and its built-in kernels), its GPU delegate with nothing left to the CPU (on a",
            "software Vulkan driver), TFLite Micro and LiteRT.js in Chromium. Of floats the largest relative difference from",
            "Keras; of integers, whose score is what binds, that they agree. Every SavedModel agrees in TensorFlow's C++ loader.\n",
            table(("family", "format", *RUNTIMES.values()), rows),
            *(("", *refused) if refused else ()),
        )
    )


def _cell(verdict: Any, difference: float | None, name: str) -> str:
    if verdict is not True:
        return "" if NOT_TRIED in verdict else "**no**"
    return f"{difference:.0e}" if name in FLOATS and difference is not None else "agrees"


def peers(table: Callable[..., str]) -> str:
    """Beside ONNX Runtime, and MLPerf Tiny's reference."""
    results = read_results("export")
    sections = []
    if "vs_onnxruntime" in results:
        rows = [
            (f"`{row['model']}`, `{row['signature']}`", f"{row['milliseconds']:.3f}", onnx, f"{row['ratio']:.2f}")
            for row in results["vs_onnxruntime"].values()
            for onnx in [f"{row['onnxruntime_milliseconds']:.3f}"]
        ]
        sections.append(
            "`python benchmarks/exporting.py vs_onnxruntime`: one image, one thread, float32, beside ONNX Runtime on the same\n"
            "weights.\n\n" + table(("", "TFLite, ms", "ONNX Runtime, ms", "ratio"), rows)
        )
    if "mlperf_tiny" in results:
        tiny = results["mlperf_tiny"]
        sections.append(
            "MLPerf Tiny's anomaly detector with the reference's weights, int8 with one scale a layer as the reference has:\n"
            f"{tiny['int8']['size_ratio']:.3f} of the reference's bytes, {tiny['int8']['time_ratio']:.2f} of its time; as "
            "`export_model` writes it, with one\n"
            f"scale a channel: {tiny['full_int8']['size_ratio']:.3f} and {tiny['full_int8']['time_ratio']:.2f}."
        )
    return "\n\n".join(sections)
