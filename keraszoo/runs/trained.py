"""Evaluate, export and benchmark the trained model of a run folder."""

import json
import logging
import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import keras

from export import FORMATS, FurtherFile, export_model
from export.benchmark import benchmark as time_files
from export.files import sha256_of
from export.floor import Floor
from export.report import command_line, missing_files, read_report
from keraszoo.card_texts import card_text
from keraszoo.families import FAMILIES, assets_of, built_with, compares_code_sizes, family, needs, takes
from keraszoo.model_files import load_model
from keraszoo.run_folders import load_fitting, open_run
from keraszoo.runs.first_model import unchanged
from keraszoo.runs.training import train
from keraszoo.runs.writing import write_json
from keraszoo.settings import Settings, preset_of

SIBLINGS = ".siblings"

logger = logging.getLogger("keraszoo")


def evaluate(
    run: Path, *, data: str | None = None, code_sizes: Sequence[int] = (), verbose: int | str = 0, **options: Any
) -> dict[str, Any]:
    """Score the model of a run folder on the test split; write ``evaluation.json`` and ``pictures/``.

    Args:
        run: the run folder.
        data: another source of images than the model was trained on; what is written goes to a sub-folder ``on-...``.
        code_sizes: also train the same model with each of these code sizes, to draw the error against them.
        verbose: Keras's progress bar of those trainings.
        options: of the family's evaluation, such as ``noise_levels``.

    Returns:
        What stands in ``evaluation.json``: ``family``, ``data``, ``test_images``, the family's scores, ``pictures``,
        and, for a preset on its own data, ``score``: how it compares with what the preset asks.

    Raises:
        ValueError: there is no such run, data of another shape, or code sizes or options that the family does not have.
    """
    settings, record, model = open_run(run)
    module = family(settings.family)
    if code_sizes and not compares_code_sizes(settings.family):
        comparing = ", ".join(name for name in FAMILIES if compares_code_sizes(name))
        raise ValueError(f"code sizes are compared for {comparing}; {run.name} is of {settings.family}: leave them out")
    for option in options:
        if not takes(settings.family, "evaluate", option):
            raise ValueError(f"{option!r} is not an option of {settings.family}'s evaluation: leave it out")
    dataset = load_fitting(model, replace(settings, data=data or settings.data), _told_apart(settings, record))
    others = built_with(settings.family, "evaluate", settings.builder)
    if code_sizes:
        others["siblings"] = [_sibling(settings, size, run, verbose) for size in code_sizes]
    if record.get("base") and takes(settings.family, "evaluate", "base"):
        others["base"] = unchanged(record["base"], run)
    folder = run / f"on-{Path(data).name.replace(':', '-')}" if data else run
    scores = module.evaluate(model, dataset, folder / "pictures", record["history"], **others, **options)
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
    write_json(folder / "evaluation.json", result)
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
    path = run / "model.keras"
    sha256 = sha256_of(path) if path.is_file() else ""
    settings, record, model = open_run(run)
    module = family(settings.family)
    inputs = _export_inputs(settings, record, model)
    if sha256_of(path) != sha256:
        raise ValueError(f"expected {path} to stay as it is while it is exported, it was trained anew: export it again")
    evaluated = run / "evaluation.json"
    evaluation = json.loads(evaluated.read_text()) if evaluated.exists() else None
    pictures = sorted((run / "pictures").glob("*.png"))
    model_file = FurtherFile(path.name, "as trained, for Keras", path.stat().st_size, sha256)
    return export_model(
        module.signatures(model),
        run,
        name=settings.name,
        description=settings.description,
        **inputs,
        details={
            "model_sha256": model_file.sha256,
            "training": {key: value for key, value in record.items() if key != "history"},
            "evaluation": evaluation,
        },
        pictures={module.CARD.pictures.get(picture.stem, picture.stem): picture for picture in pictures},
        card_text=replace(card_text(settings, record, evaluation), further_files=[model_file]),
        command=command_line(),
        formats=formats or FORMATS,
        runtimes=runtimes,
        time_limit=time_limit,
        keep=keep,
    )


def benchmark(
    run: Path,
    *,
    threads: Sequence[int] = (1,),
    runs: int = 100,
    floors: Sequence[Floor] = (),
    peers: bool = True,
) -> list[dict[str, Any]]:
    """Time every exported file of a run folder, on test images, as `export.benchmark.benchmark`.

    Args:
        run: the run folder.
        threads: numbers of CPU threads.
        runs: how often a single image is timed.
        floors: what will be asked of the times; seen to be there before anything is timed.
        peers: time Keras and ONNX Runtime beside the files, which takes longer than the files themselves.

    What its report names and it lacks, as a model that came with the zoo does, is left out, which is logged.

    Raises:
        ValueError: if nothing was exported, what was is of an earlier model, a file or the report was changed since,
            or a floor names what is not there.
    """
    settings, record, model = open_run(run)
    missing = missing_files(run, _report_of_the_model(run))
    if missing:
        logger.warning("left out: %s; `keraszoo export %s` makes what is missing", ", ".join(missing), run)
    module = family(settings.family)
    name, graph = next(iter(module.signatures(model).items()))
    samples = _export_inputs(settings, record, model)["samples"]
    sample = {key: values[:256] for key, values in samples[name].items()}
    return time_files(run, name, sample, model=graph if peers else None, threads=threads, runs=runs, floors=floors)


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


def _report_of_the_model(run: Path) -> dict[str, Any]:
    path = run / "report.json"
    if not path.exists():
        raise ValueError(f"expected exported files in {run}, found no report.json; run `keraszoo export {run}` first")
    report = read_report(path)
    if report["details"].get("model_sha256") != sha256_of(run / "model.keras"):
        raise ValueError(f"the exported files in {run} are of an earlier model; run `keraszoo export {run}` again")
    return report
