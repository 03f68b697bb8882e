"""One way through the house: train, evaluate, export and benchmark a model in its run folder.

A run folder ``saved_models/<name>/`` holds ``model.keras`` and ``training.json`` (how it was made), then what
`evaluate` and `export` add. A training lives in a hidden neighbour until it is done, named after its settings: the
same command finds it again after a kill, and another one does not disturb it.
"""

import json
import os
import shlex
import shutil
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import keras

from export import FORMATS, export_model
from export.benchmark import benchmark as time_files
from export.files import sha256_of
from keraszoo.data import ImageDataset
from keraszoo.families import (
    FAMILIES,
    assets_of,
    base_argument,
    built_with,
    check_options,
    compares_code_sizes,
    evaluates_with,
    family,
    needs,
)
from keraszoo.files import write_whole
from keraszoo.locks import locked
from keraszoo.model_files import load_model, save_model
from keraszoo.presets import PRESETS
from keraszoo.run_folders import load_fitting, open_run, open_signature
from keraszoo.settings import Settings, preset_of, settings_for
from keraszoo.training.rounding import round_weights

__all__ = [
    "SAVED_MODELS",
    "Settings",
    "benchmark",
    "command_line",
    "evaluate",
    "export",
    "open_run",
    "open_signature",
    "settings_for",
    "train",
]

SAVED_MODELS = Path("saved_models")
SIBLINGS = ".siblings"
ROUNDING_IMAGES = 10_000


def train(settings: Settings, output: Path = SAVED_MODELS, *, verbose: int | str = "auto") -> Path:
    """Train a model, or go on with a training that was killed, and write its run folder ``output/<name>``.

    Returns:
        The run folder. A model that stood there is replaced once the new one is done, and not before.

    Raises:
        ValueError: an option that the family does not have, or that cannot be.
        BlockingIOError: another process is at the same training.
    """
    check_options(settings.family, settings.builder, settings.training)
    state = output / f".{settings.name}-{settings.fingerprint()}.training"
    argument = base_argument(settings.family)
    base = _trained_base(settings, argument, output, verbose) if argument else None
    if base and base.resolve() == (output / settings.name).resolve():
        raise ValueError(f"{settings.name} would replace the {argument} that it is built on: give it another name")
    with locked(state, f"the same training of {settings.name} is running already, in {state}: wait until it is done"):
        return _train(settings, output / settings.name, state, base, verbose)


def _train(settings: Settings, folder: Path, state: Path, base: Path | None, verbose: int | str) -> Path:
    module = family(settings.family)
    dataset = settings.load_data()
    keras.backend.clear_session()
    keras.utils.set_random_seed(settings.seed)
    builder = dict(settings.builder)
    argument = base_argument(settings.family)
    if base and argument:
        builder[argument] = open_run(base)[2]
    if needs(settings.family, "num_classes"):
        builder["num_classes"] = _class_count(dataset)
    model = module.build(dataset.image_shape, **builder)
    started = time.monotonic()
    options = {**built_with(settings.family, "train", settings.builder), **settings.training}
    history = module.train(model, dataset, state, seed=settings.seed, verbose=verbose, **options)
    seconds = time.monotonic() - started

    options = built_with(settings.family, "typical_inputs", settings.builder)
    round_weights(model, module.typical_inputs(model, dataset.train.images[:ROUNDING_IMAGES], **options))
    save_model(model, folder / "model.keras")
    for name in ("history.csv", "progress", "logs"):
        _move(state / name, folder / name)
    for name, text in assets_of(settings.family, model, dataset, settings.builder).items():
        with write_whole(folder / name) as temporary:
            temporary.write_text(text, encoding="utf-8")
    record = {
        "settings": asdict(settings),
        "base": {"folder": f"{base}", "model_sha256": sha256_of(base / "model.keras")} if base else None,
        "class_names": list(dataset.class_names),
        "parameters": model.count_params(),
        "epochs": len(history),
        "seconds_since_last_start": round(seconds, 1),
        "history": history,
        "command": command_line(),
    }
    _write_json(folder / "training.json", record)
    # They are the earlier model's; `export` would put them on the card of this one.
    (folder / "evaluation.json").unlink(missing_ok=True)
    shutil.rmtree(folder / "pictures", ignore_errors=True)
    shutil.rmtree(state)
    return folder


def evaluate(
    run: Path, *, data: str | None = None, code_sizes: Sequence[int] = (), verbose: int | str = 0
) -> dict[str, Any]:
    """Score the model of a run folder on the test split; write ``evaluation.json`` and ``pictures/``.

    Args:
        run: the run folder.
        data: another source of images than the model was trained on; what is written goes to a sub-folder ``on-...``.
        code_sizes: also train the same model with each of these code sizes, to draw the error against them.

    Returns:
        What stands in ``evaluation.json``: ``family``, ``data``, ``test_images``, the family's scores, ``pictures``,
        and, for a preset on its own data, ``score``: how it compares with what the preset asks.

    Raises:
        ValueError: there is no such run, data of another shape, or code sizes for a family that compares none.
    """
    settings, record, model = open_run(run)
    module = family(settings.family)
    if code_sizes and not compares_code_sizes(settings.family):
        comparing = ", ".join(name for name in FAMILIES if compares_code_sizes(name))
        raise ValueError(f"code sizes are compared for {comparing}; {run.name} is of {settings.family}: leave them out")
    dataset = load_fitting(model, replace(settings, data=data or settings.data), _told_apart(settings, record))
    others = built_with(settings.family, "evaluate", settings.builder)
    if code_sizes:
        others["siblings"] = [_sibling(settings, size, run, verbose) for size in code_sizes]
    if record.get("base") and evaluates_with(settings.family, "base"):
        others["base"] = _unchanged_base(record["base"], run)
    folder = run / f"on-{Path(data).name.replace(':', '-')}" if data else run
    scores = module.evaluate(model, dataset, folder / "pictures", record["history"], **others)
    result = {
        "family": settings.family,
        "data": dataset.name,
        "test_images": len(dataset.test),
        **scores,
        "pictures": f"{folder / 'pictures'}",
    }
    preset = preset_of(settings)
    if preset and not data:
        result["score"] = preset.verdict(scores["measures"])
    _write_json(folder / "evaluation.json", result)
    shutil.rmtree(run / SIBLINGS, ignore_errors=True)
    return result


def export(
    run: Path,
    *,
    formats: Sequence[str] | None = None,
    runtimes: Sequence[str] = (),
    time_limit: float = 300.0,
    keep: int | None = None,
) -> dict[str, Any]:
    """Export the model of a run folder and prove every file against it, as `export_model`; returns the report."""
    settings, record, model = open_run(run)
    module = family(settings.family)
    inputs = _export_inputs(settings, record, model)
    evaluation = run / "evaluation.json"
    pictures = sorted((run / "pictures").glob("*.png"))
    return export_model(
        module.signatures(model),
        run,
        name=settings.name,
        description=settings.description,
        **inputs,
        details={
            "model_sha256": sha256_of(run / "model.keras"),
            "training": {key: value for key, value in record.items() if key != "history"},
            "evaluation": json.loads(evaluation.read_text()) if evaluation.exists() else None,
        },
        pictures={picture.stem.replace("_", " "): picture for picture in pictures},
        command=command_line(),
        formats=formats or FORMATS,
        runtimes=runtimes,
        time_limit=time_limit,
        keep=keep,
    )


def benchmark(run: Path, *, threads: Sequence[int] = (1,), runs: int = 100) -> list[dict[str, Any]]:
    """Time every exported file of a run folder beside its peers, on test images, as `export.benchmark.benchmark`.

    Raises:
        ValueError: if nothing was exported, or what was is of an earlier model.
    """
    settings, record, model = open_run(run)
    _check_export_is_of_the_model(run)
    module = family(settings.family)
    name, graph = next(iter(module.signatures(model).items()))
    samples = _export_inputs(settings, record, model)["samples"]
    sample = {key: values[:256] for key, values in samples[name].items()}
    return time_files(run, name, sample, model=graph, threads=threads, runs=runs)


def command_line() -> str:
    """The command that this process was started with, as one would type it."""
    return shlex.join([os.path.basename(sys.argv[0]), *sys.argv[1:]])


def _trained_base(settings: Settings, argument: str, output: Path, verbose: int | str) -> Path:
    """The run folder of the model that this one is built on; a preset that is not there yet is trained now."""
    name = settings.builder.get(argument)
    if not name:
        raise ValueError(
            f"{settings.family} is built on a trained {argument}: name its run, or a preset, as {argument} "
            f"(--{argument})"
        )
    for folder in (output / name, Path(name)):
        if (folder / "training.json").exists():
            return folder
    if name not in PRESETS:
        raise ValueError(
            f"expected the run folder of a trained model or a preset as {argument} (--{argument}), found nothing at "
            f"{output / name} or {name}; `keraszoo list` shows the presets"
        )
    return train(settings_for(name), output, verbose=verbose)


def _unchanged_base(base: dict[str, Any], run: Path) -> keras.Model | None:
    """The model that another was built on, where it was or beside the run; None if it is gone or was trained anew."""
    for folder in (Path(base["folder"]), run.parent / Path(base["folder"]).name):
        if (folder / "model.keras").exists() and sha256_of(folder / "model.keras") == base["model_sha256"]:
            return open_run(folder)[2]
    return None


def _class_count(dataset: ImageDataset) -> int:
    if len(dataset.class_names) < 2:
        raise ValueError(
            f"expected images of two classes or more, those of {dataset.name} have {len(dataset.class_names)}: sort "
            "them into folders named after their classes"
        )
    return len(dataset.class_names)


def _told_apart(settings: Settings, record: dict[str, Any]) -> list[str] | None:
    """The classes that a model decides between; None where it decides nothing."""
    return record["class_names"] if needs(settings.family, "num_classes") else None


def _sibling(settings: Settings, code_size: int, run: Path, verbose: int | str) -> keras.Model:
    """The model of the same settings but another code size, trained now."""
    builder = {**settings.builder, "code_size": code_size}
    sibling = replace(settings, name=f"code-size-{code_size}", builder=builder)
    return load_model(train(sibling, run / SIBLINGS, verbose=verbose) / "model.keras")


def _export_inputs(settings: Settings, record: dict[str, Any], model: keras.Model) -> dict[str, Any]:
    dataset = load_fitting(model, settings, _told_apart(settings, record))
    options = built_with(settings.family, "export_inputs", settings.builder)
    assets = assets_of(settings.family, model, dataset, settings.builder)
    return {**family(settings.family).export_inputs(model, dataset, **options), "assets": assets}


def _check_export_is_of_the_model(run: Path) -> None:
    report = run / "report.json"
    if not report.exists():
        raise ValueError(f"expected exported files in {run}, found no report.json; run `keraszoo export {run}` first")
    if json.loads(report.read_text())["details"].get("model_sha256") != sha256_of(run / "model.keras"):
        raise ValueError(f"the exported files in {run} are of an earlier model; run `keraszoo export {run}` again")


def _move(source: Path, target: Path) -> None:
    if not source.exists():
        return
    if target.is_dir():
        shutil.rmtree(target)
    os.replace(source, target)


def _write_json(path: Path, content: Any) -> None:
    with write_whole(path) as temporary:
        temporary.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n")
