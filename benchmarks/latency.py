"""One image through the float32 TFLite file: our Python runtime beside LiteRT's own benchmark tool, in one run.

    python benchmarks/latency.py [PRESET ...]

Takes the exported models of saved_models/, one thread, medians of interleaved passes; writes
benchmarks/results/latency.json, anew where all are run. A ratio needs a model that takes some tenths of a millisecond,
since the tool rounds to 0.01.
"""

import json
import subprocess
import sys
import sysconfig
import tempfile
import time
from pathlib import Path
from statistics import median

import numpy as np
from results import update_results, write_results

from export.runtimes import litert

SAVED_MODELS = Path("saved_models")
PASSES = 5
RUNS = 500


def ours(path: Path, signature: str) -> float:
    """Median milliseconds of one image in `export.runtimes.litert`."""
    tensors = litert.signatures(path)[signature].inputs
    sample = {name: np.zeros((1, *tensor.shape[1:]), np.float32) for name, tensor in tensors.items()}
    run = litert.open_signature(path, signature, threads=1)
    milliseconds = []
    for _ in range(RUNS):
        begin = time.perf_counter()
        run(sample)
        milliseconds.append(1000 * (time.perf_counter() - begin))
    return median(milliseconds)


def tool(path: Path, signature: str) -> float:
    """Median milliseconds as ``litert-benchmark`` reports them, rounded by it to 0.01."""
    program = Path(sysconfig.get_path("scripts")) / "litert-benchmark"
    with tempfile.TemporaryDirectory() as folder:
        result = Path(folder) / "result.json"
        command = [program, "--model", path, "--signature", signature, "--num_threads", "1"]
        subprocess.run([*command, "--num_runs", str(RUNS), "--result_json", result], check=True, capture_output=True)
        return json.loads(result.read_text())["latency"]["median_ms"]


def main(names: list[str]) -> None:
    if not names:
        write_results("latency", {})
    for name in names or [path.parent.parent.name for path in sorted(SAVED_MODELS.glob("*/tflite/float32.tflite"))]:
        path = SAVED_MODELS / name / "tflite" / "float32.tflite"
        signature = next(iter(json.loads((SAVED_MODELS / name / "report.json").read_text())["signatures"]))
        passes = [(ours(path, signature), tool(path, signature)) for _ in range(PASSES)]
        our_milliseconds, tool_milliseconds = (median(column) for column in zip(*passes, strict=True))
        figures = {
            "milliseconds": round(our_milliseconds, 4),
            "tool_milliseconds": tool_milliseconds,
            "vs_tool": round(our_milliseconds / tool_milliseconds, 2),
        }
        update_results("latency", {name: figures})


if __name__ == "__main__":
    main(sys.argv[1:])
