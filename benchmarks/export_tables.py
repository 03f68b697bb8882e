"""What exported files do in each runtime, and how fast, as Markdown from the committed results."""

from typing import Any

from results import read_results
from table_text import DATASETS, KINDS, table

from export.summary import percent

RUNTIMES = {
    "litert": "LiteRT",
    "gpu": "GPU delegate",
    "micro": "TFLite Micro",
    "browser": "LiteRT.js",
    "arm64": "LiteRT, ARM64",
}
FORMATS = ("float32", "float16", "dynamic", "int8", "full_int8")
PROVEN = ("saved_model", "float32", "float16", "dynamic", "int8")
FLOATS = ("float32", "float16")
NOT_TRIED = "not tried"


def coverage() -> str:
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
            "`python benchmarks/exporting.py coverage`: every signature of one MNIST model a family, on test images, in LiteRT",
            "(XNNPACK on 1, 2 and 4 threads, and its built-in kernels), its GPU delegate with nothing left to the CPU (on a",
            "software Vulkan driver), TFLite Micro, LiteRT.js in Chromium, and LiteRT's ARM64 build on an emulated Cortex-A72 and",
            "Cortex-A76 (`coverage=FAMILY/arm64`, the first 500 images). Of floats the largest relative difference from Keras; of",
            "integers, whose score is what binds, that they agree. Every SavedModel agrees in TensorFlow's C++ loader.\n",
            table(("family", "format", *RUNTIMES.values()), rows),
            *(("", *refused) if refused else ()),
        )
    )


def _cell(verdict: Any, difference: float | None, name: str) -> str:
    if verdict is not True:
        return "" if NOT_TRIED in verdict else "**no**"
    return f"{difference:.0e}" if name in FLOATS and difference is not None else "agrees"


def agreement() -> str:
    """How far the files of the autoencoders are from Keras."""
    results = read_results("reconstruction")
    rows = []
    for dataset in DATASETS:
        for kind in ("dense", "conv"):
            found = results[dataset][kind]["agreement"]
            cells = (f"{found[f]['largest_difference']:.0e}, {percent(found[f]['score_loss'])}" for f in PROVEN)
            rows.append((f"{DATASETS[dataset]}, {KINDS[kind].split()[0]}", *cells))
    return (
        "1,000 test images through each file, in LiteRT and in TensorFlow Serving's own loader, beside Keras: the largest\n"
        "difference of a pixel (0-1), and how much the squared error rises. What is refused is not published: float32 must\n"
        "stay within 1e-5, int8 within 5%.\n\n" + table(("", "SavedModel", *PROVEN[1:]), rows)
    )


def speed() -> str:
    """Of training, and of files beside other runtimes."""
    training, latency = read_results("training"), read_results("latency")
    models = {
        "784-128-32-128-784": training["autoencoder"],
        "784-1000-500-250-30-250-500-1000-784": training["deep_autoencoder"],
    }
    rows = [
        (
            name,
            *(f"{row['images_per_second'][which]:,}" for which in ("keraszoo", "plain_keras", "pytorch")),
            f"{row['vs_plain_keras']:.2f} times",
            f"{row['vs_pytorch']:.2f} times",
        )
        for name, row in models.items()
    ]
    columns = (
        "dense autoencoder",
        "keraszoo `fit`",
        "plain `model.fit(x, x)`",
        "PyTorch",
        "against plain Keras",
        "against PyTorch",
    )
    times = [
        (f"`{name}`", f"{row['milliseconds']:.3f}", f"{row['tool_milliseconds']:.2f}", f"{row['vs_tool']:.2f}")
        for name, row in latency.items()
        if name != "versions"
    ]
    sections = (
        "`python benchmarks/training.py`: images per second in training, the same model and batches of 256, on 2 cores."
        "\n\n" + table(columns, rows),
        "`python benchmarks/latency.py`: one image through float32 TFLite, one thread, beside LiteRT's own benchmark tool,\n"
        "which is not called from Python and rounds to 0.01 ms."
        "\n\n" + table(("", "ours, ms", "the tool, ms", "ratio"), times),
        *_peers(),
    )
    return "\n\n".join(sections)


def _peers() -> list[str]:
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
    return sections
