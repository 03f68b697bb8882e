"""A model's graphs in Keras, as a SavedModel or as a TFLite file: opened alike, each with only what it needs."""

from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from export.errors import RuntimeMissingError
from export.formats import FORMATS
from export.runtimes.signature import Arrays, Signature, Tensor
from keraszoo.loading.answers import ReadText
from keraszoo.loading.folders import settings_of
from keraszoo.loading.reports import best_format, check_model_file, checked_file, read_report, signatures_of

AT_ONCE = 256
"""Samples in one run, where a runtime takes more than one."""


class Opened(NamedTuple):
    """A model that is ready to run.

    Attributes:
        name: the model's.
        runtime: one of `RUNTIMES`.
        signatures: by name; the batch of each tensor is -1.
        run: runs a signature, by its name, on its inputs.
        read_text: gives a text that travels with the model, by its file's name.
    """

    name: str
    runtime: str
    signatures: Mapping[str, Signature]
    run: Callable[[str, Arrays], Arrays]
    read_text: ReadText


def open_keras(folder: Path, file_format: str | None) -> Opened:
    """``model.keras``, which needs no report but is checked against it if there is one."""
    if (folder / "report.json").exists():
        check_model_file(folder, read_report(folder))
    settings = settings_of(folder)
    try:
        from export.signatures import named_signatures
        from keraszoo.families import family
        from keraszoo.model_files import load_model
        from keraszoo.training.pipelines import predict

        module = family(settings["family"])
    except ImportError as error:
        raise _missing("keras", error, 'pip install "keraszoo[train]"') from error
    graphs = named_signatures(module.signatures(load_model(folder / "model.keras")))
    signatures = {key: Signature(_tensors(graph.input), _tensors(graph.output)) for key, graph in graphs.items()}

    def run(signature: str, inputs: Arrays) -> Arrays:
        return dict(predict(graphs[signature], inputs, AT_ONCE))

    return Opened(settings["name"], "keras", signatures, run, _texts_in(folder, folder / "tflite"))


def open_saved_model(folder: Path, file_format: str | None) -> Opened:
    """The SavedModel, run by TensorFlow Serving's own loader; Keras takes no part."""
    report = read_report(folder)
    place = checked_file(folder, report, "saved_model")
    from export.runtimes import serving

    runs = serving.open_signatures(place)

    def run(signature: str, inputs: Arrays) -> Arrays:
        count = len(next(iter(inputs.values())))
        parts = [
            runs[signature]({name: values[start : start + AT_ONCE] for name, values in inputs.items()})
            for start in range(0, count, AT_ONCE)
        ]
        return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}

    return Opened(report["name"], "saved_model", signatures_of(report), run, _texts_in(place / "assets"))


def open_tflite(folder: Path, file_format: str | None) -> Opened:
    """A TFLite file, the best that is there or of a format, run by LiteRT; neither TensorFlow nor Keras is imported."""
    report = read_report(folder)
    of_tflite = {**report, "files": [entry for entry in report["files"] if entry["format"] in FORMATS]}
    chosen = file_format or best_format(folder, of_tflite)
    place = checked_file(folder, of_tflite, chosen)
    try:
        from export.runtimes import litert
    except ImportError as error:
        raise _missing("tflite", error, "pip install ai-edge-litert") from error

    @cache  # each signature has an interpreter of its own
    def opened(signature: str) -> Callable[[Arrays], Arrays]:
        # An export may have put another file there since.
        return litert.open_signature(checked_file(folder, of_tflite, chosen), signature)

    def run(signature: str, inputs: Arrays) -> Arrays:
        return opened(signature)(inputs)

    return Opened(report["name"], "tflite", signatures_of(report), run, _texts_in(place.parent))


RUNTIMES: dict[str, Callable[[Path, str | None], Opened]] = {
    "keras": open_keras,
    "saved_model": open_saved_model,
    "tflite": open_tflite,
}


def _tensors(named: Mapping[str, Any]) -> dict[str, Tensor]:
    return {name: Tensor((-1, *tensor.shape[1:]), tensor.dtype) for name, tensor in named.items()}


def _texts_in(*folders: Path) -> ReadText:
    def read_text(name: str) -> str:
        for folder in folders:
            if (folder / name).is_file():
                return (folder / name).read_text(encoding="utf-8")
        raise ValueError(f"expected {name} in {folders[0]}, found none; export the model again")

    return read_text


def _missing(runtime: str, error: ImportError, command: str) -> RuntimeMissingError:
    return RuntimeMissingError(
        f"the runtime {runtime!r} needs {error.name or error}, which is not installed: {command}"
    )
