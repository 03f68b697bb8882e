"""Every trained model in every installed runtime, held to the score that its preset asks.

    python benchmarks/zoo.py [NAME ...]

Opens each model of saved_models/ in Keras, as a SavedModel (made for the time being where none came along) and as
each of its TFLite files, measures it on the whole test split as `keraszoo evaluate` does, and prints a table, row by
row, with the loss against Keras. Ends with exit code 1 if any is below its preset's score or cannot be opened. Without
names it also counts the bytes that git tracks, and times a cold start of the command line, which may take
`MOST_COLD_START_SECONDS`. Writes benchmarks/results/zoo.json after every row. The models of MNIST and Fashion-MNIST
need these from TensorFlow Datasets.
"""

import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from PIL import Image
from results import read_results, update_results, write_results
from saved_model_folder import folder_with_saved_model
from turns import median_process_seconds

from export.errors import one_line
from export.summary import percent
from keraszoo.data import load_images
from keraszoo.names import nearest_name_hint
from keraszoo.presets import PRESETS, Preset
from keraszoo.settings import SAVED_MODELS
from keraszoo.verification import Verdict, verify

CLASSIFIERS = ("classifier-mnist", "classifier-mnist-100-labels", "classifier-fashion")
"""The first of them that is there is started cold."""
COLD_STARTS = 7
MOST_COLD_START_SECONDS = 0.5


def main(names: list[str]) -> int:
    """Verify these models, or all; the exit code is 1 if one falls short, 2 after an error."""
    try:
        there = trained_models(names)
        print(line("model", "runtime", "score", "asked", "loss"))
        slow = ""
        short = [f"{name} ({runtime})" for name in names or there for runtime in verify_model(name)]
        if short:
            print(f"below the score that is asked, or not to be measured: {', '.join(short)}", file=sys.stderr)
        if not names:
            cold = cold_start()
            update_results("zoo", {"committed_bytes": committed_bytes(), **cold})
            slow = slow_start(cold)
            if slow:
                print(slow, file=sys.stderr)
    except (ValueError, OSError, subprocess.CalledProcessError) as error:
        print(f"error: {one_line(error)}", file=sys.stderr)
        return 2
    return 1 if short or slow else 0


def trained_models(names: list[str]) -> list[str]:
    """All models there are; raises a ValueError for names of others."""
    folders = [path.parent.name for path in sorted(SAVED_MODELS.glob("*/model.keras"))]
    there = [name for name in folders if not name.startswith(".")]  # as those of trainings that are not done
    if not there:
        raise ValueError(f"expected trained models in {SAVED_MODELS}, found none; `keraszoo train NAME` makes one")
    for name in names:
        if name not in there:
            hint = nearest_name_hint(name, there) or f" There are {', '.join(there)}"
            raise ValueError(f"expected a trained model in {SAVED_MODELS}, received {name!r}.{hint}")
    return there


def verify_model(name: str) -> list[str]:
    """Print and write down what a model scores; returns the runtimes in which it falls short."""
    if name not in PRESETS:
        print(line(name, "", "no preset"))
        return []
    preset = PRESETS[name]
    measure, bound, asked = preset.score
    row: dict[str, Any] = {
        "family": preset.family,
        "data": preset.data,
        "measure": measure,
        "bound": bound,
        "asked": asked,
        "bytes": file_bytes(SAVED_MODELS / name),
        "scores": {},
    }
    short = []
    try:
        with folder_with_saved_model(SAVED_MODELS / name) as saved_model:
            for verdict in verify(SAVED_MODELS / name, preset, saved_model):
                print(described(name, preset, verdict), flush=True)
                if verdict.score is not None:
                    row["scores"][verdict.runtime] = verdict.score
                    write_model(name, row)
                if verdict.reached is False:
                    short.append(verdict.runtime)
    except ValueError as error:
        print(line(name, "", one_line(error)), flush=True)
        short.append("any runtime")
    write_model(name, {**row, "reached": bool(row["scores"]) and not short})
    return short


def described(name: str, preset: Preset, verdict: Verdict) -> str:
    """A row of the table."""
    if verdict.score is None:
        return line(name, verdict.runtime, verdict.reason)
    measure, bound, asked = preset.score
    loss = percent(verdict.loss)
    reached = "reached" if verdict.reached else "NOT REACHED"
    return line(name, verdict.runtime, f"{measure} {verdict.score:.5g}", f"{bound} {asked:g}", loss, reached)


def line(model: str, runtime: str, score: str, asked: str = "", loss: str = "", reached: str = "") -> str:
    return f"{model:30}{runtime:18}{score:24}{asked:18}{loss:>8}  {reached}".rstrip()


def write_model(name: str, row: dict[str, Any]) -> None:
    """Put a model's row into the results in place of its last, and leave out models that are gone."""
    results = read_results("zoo")
    kept = {key: value for key, value in results.get("models", {}).items() if (SAVED_MODELS / key).is_dir()}
    write_results("zoo", {**results, "models": dict(sorted({**kept, name: row}.items()))})


def file_bytes(folder: Path) -> dict[str, int]:
    """The sizes of the model and its TFLite files."""
    files = [folder / "model.keras", *sorted((folder / "tflite").glob("*.tflite"))]
    return {path.relative_to(folder).as_posix(): path.stat().st_size for path in files}


def committed_bytes() -> int:
    """The bytes of all files in saved_models/ that git tracks."""
    listed = subprocess.run(["git", "ls-files", "-z", SAVED_MODELS], check=True, capture_output=True, text=True).stdout
    return sum(Path(path).stat().st_size for path in listed.split("\0") if path)


def cold_start() -> dict[str, float]:
    """Seconds until a fresh process has said what a picture shows, by TFLite, and until one has imported NumPy."""
    model = next((name for name in CLASSIFIERS if (SAVED_MODELS / name / "report.json").exists()), None)
    if model is None:
        print(f"no cold start: none of {', '.join(CLASSIFIERS)} is exported")
        return {}
    with tempfile.TemporaryDirectory() as folder:
        picture = Path(folder) / "digit.png"
        Image.fromarray(load_images("digits").test.images[0, ..., 0]).resize((28, 28)).save(picture)
        classify = ["-m", "keraszoo.cli", "classify", str(picture), "--model", model, "--runtime", "tflite"]
        seconds = median_process_seconds({"numpy": ["-c", "import numpy"], "classify": classify}, COLD_STARTS)
    return {"import_numpy_seconds": seconds["numpy"], "cold_start_seconds": seconds["classify"]}


def slow_start(cold: dict[str, float]) -> str:
    """What is to be said of a cold start of more than `MOST_COLD_START_SECONDS`; nothing of another."""
    seconds = cold.get("cold_start_seconds", 0.0)
    if seconds <= MOST_COLD_START_SECONDS:
        return ""
    return (
        f"a cold start took {seconds} s, expected at most {MOST_COLD_START_SECONDS} s; importing NumPy alone took "
        f"{cold['import_numpy_seconds']} s"
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
