"""Whether a trained model reaches its preset's score in every runtime, on the images that `evaluate` scores it on."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from export.errors import RuntimeMissingError, one_line
from keraszoo.families import built_with, family, takes
from keraszoo.loading import load
from keraszoo.presets import Preset
from keraszoo.settings import read_record


@dataclass(frozen=True)
class Verdict:
    """What came of a model in one runtime.

    Attributes:
        runtime: ``keras``, ``saved_model``, or ``tflite_`` and the format of the file.
        score: the measure that the preset asks for; None where nothing was measured.
        loss: how much worse that is than in Keras, relative to it: 0.05 is five percent worse, negative is better; None
            where there is nothing to compare.
        reached: whether the score is what the preset asks: False too for what is there but cannot be measured, None for
            what is not there.
        reason: why nothing was measured, and what to do.
    """

    runtime: str
    score: float | None = None
    loss: float | None = None
    reached: bool | None = None
    reason: str = ""


def verify(run: Path, preset: Preset, saved_model: Path | None = None) -> Iterator[Verdict]:
    """Measure the model of a run folder in each runtime in turn, Keras first, and hold it to the preset's score.

    Args:
        run: the run folder; of TFLite every file that is there is opened.
        preset: what the model was trained as.
        saved_model: the folder that has its SavedModel and a report of that; the run folder by default.

    Raises:
        ValueError: no run folder, or one of another family or data than the preset's; or its family needs an
            evaluation that is not there.
        OSError: its data set is not there and cannot be had.
    """
    if not (run / "training.json").exists():
        raise ValueError(f"expected {run / 'training.json'}, found none; `keraszoo train {run.name}` writes it")
    settings, _ = read_record(run)
    if (settings.family, settings.data) != (preset.family, preset.data):
        raise ValueError(
            f"expected {run} to be a {preset.family} of {preset.data}, as its preset is, received a {settings.family} "
            f"of {settings.data}; train it again, or under another name"
        )
    dataset = settings.load_data()
    options = built_with(settings.family, "measure", settings.builder)
    if takes(settings.family, "measure", "evaluation"):
        options["evaluation"] = _evaluation(run, dataset.name)
    measure, bound, _ = preset.score
    in_keras = None
    saved_model = saved_model or run
    for runtime, opening in _openings(run, saved_model).items():
        if opening is None:
            yield Verdict(runtime, reason=f"not made: keraszoo export {run.name}")
            continue
        try:
            model = load(saved_model if runtime == "saved_model" else run, **opening)
            score = family(settings.family).measure(model, dataset, **options)[measure]
        except RuntimeMissingError as error:
            yield Verdict(runtime, reason=one_line(error))
        except ValueError as error:
            yield Verdict(runtime, reached=False, reason=one_line(error))
        else:
            loss = None if in_keras is None else _loss(score, in_keras, bound)
            yield Verdict(runtime, score, loss, preset.reached(score))
            in_keras = score if runtime == "keras" else in_keras


def _openings(run: Path, saved_model: Path) -> dict[str, dict[str, str] | None]:
    """What `load` is given for each runtime; None for what is not made."""
    formats = sorted(path.stem for path in (run / "tflite").glob("*.tflite"))
    return {
        "keras": {"runtime": "keras"},
        "saved_model": {"runtime": "saved_model"} if (saved_model / "saved_model").is_dir() else None,
        **({f"tflite_{name}": {"runtime": "tflite", "format": name} for name in formats} or {"tflite": None}),
    }


def _loss(score: float, in_keras: float, bound: str) -> float:
    worse = in_keras - score if bound == "at least" else score - in_keras
    return worse / (abs(in_keras) or 1.0)


def _evaluation(run: Path, data: str) -> dict[str, Any]:
    """What `evaluate` found on these data, from ``evaluation.json``, or from the report where that is not there."""
    found = None
    if (run / "evaluation.json").exists():
        found = json.loads((run / "evaluation.json").read_text(encoding="utf-8"))
    elif (run / "report.json").exists():
        found = json.loads((run / "report.json").read_text(encoding="utf-8"))["details"]["evaluation"]
    if not found or found["data"] != data:
        raise ValueError(
            f"expected an evaluation of {run} on {data}, found {'one on ' + found['data'] if found else 'none'}; run "
            f"`keraszoo evaluate {run.name}`"
        )
    return dict(found)
