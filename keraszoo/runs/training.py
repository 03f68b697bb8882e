"""Train a model into its run folder."""

import os
import shutil
import time
from dataclasses import asdict
from pathlib import Path

import keras

from export.report import command_line
from keraszoo.families import assets_of, base_argument, built_with, check_options, family
from keraszoo.files import write_whole
from keraszoo.locks import locked
from keraszoo.model_files import save_model
from keraszoo.presets import PRESETS
from keraszoo.run_folders import open_run
from keraszoo.runs.first_model import first_model, origin
from keraszoo.runs.rehearsal import rehearse
from keraszoo.runs.writing import write_json
from keraszoo.settings import SAVED_MODELS, Settings, default_name, find_run, settings_for
from keraszoo.training.rounding import round_weights

ROUNDING_IMAGES, ROUNDING_PATCHES = 10_000, 1000


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
    start = Path(settings.start) if settings.start else None
    base = _trained_base(settings, argument, output, verbose) if argument and not start else None
    for run, relation in ((base, f"the {argument} that it is built on"), (start, "the model that it goes on from")):
        if run and run.resolve() == (output / settings.name).resolve():
            raise ValueError(f"{settings.name} would replace {relation}: give it another name (--name)")
    with locked(state, f"the same training of {settings.name} is running already, in {state}: wait until it is done"):
        return _train(settings, output / settings.name, state, base, verbose)


def _train(settings: Settings, folder: Path, state: Path, base: Path | None, verbose: int | str) -> Path:
    module = family(settings.family)
    dataset = settings.load_data()
    keras.backend.clear_session()
    keras.utils.set_random_seed(settings.seed)
    origins = {"base": origin(base), "start": origin(Path(settings.start)) if settings.start else None}
    model = first_model(settings, dataset, open_run(base)[2] if base else None)
    started = time.monotonic()
    options = {**built_with(settings.family, "train", settings.builder), **settings.training}
    history = module.train(model, dataset, state, seed=settings.seed, verbose=verbose, **options)
    seconds = time.monotonic() - started

    options = built_with(settings.family, "typical_inputs", settings.builder)
    seen = dataset.train.images[: ROUNDING_PATCHES if settings.patches else ROUNDING_IMAGES]
    round_weights(model, module.typical_inputs(model, seen, **options))
    save_model(model, folder / "model.keras")
    for name in ("history.csv", "progress", "logs"):
        _move(state / name, folder / name)
    for name, text in assets_of(settings.family, model, dataset, settings.builder).items():
        with write_whole(folder / name) as temporary:
            temporary.write_text(text, encoding="utf-8")
    record = {
        "settings": asdict(settings),
        **origins,
        "class_names": list(dataset.class_names),
        "parameters": model.count_params(),
        "epochs": len(history),
        "seconds_since_last_start": round(seconds, 1),
        "history": history,
        "command": command_line(),
    }
    write_json(folder / "training.json", record)
    # They are the earlier model's; `export` would put them on the card of this one.
    (folder / "evaluation.json").unlink(missing_ok=True)
    shutil.rmtree(folder / "pictures", ignore_errors=True)
    shutil.rmtree(state)
    return folder


def _trained_base(settings: Settings, argument: str, output: Path, verbose: int | str) -> Path:
    """The run folder of the model that this one is built on; one that can be trained now is, if it is not there."""
    name = settings.builder.get(argument)
    if not name:
        raise ValueError(
            f"{settings.family} is built on a trained {argument}: name its run, or a preset, as {argument} "
            f"(--{argument})"
        )
    found = find_run(name, output)
    if found:
        return found
    if name in PRESETS:
        base = settings_for(name)
    elif name == default_name(argument, settings.data):
        same = {key: getattr(settings, key) for key in ("data", "image_size", "channels", "skip_broken", "seed")}
        base = settings_for(argument, name=name, **same)
    else:
        raise ValueError(
            f"expected the run folder of a trained model or a preset as {argument} (--{argument}), found nothing at "
            f"{output / name} or {name}; `keraszoo list` shows the presets"
        )
    rehearse(settings, base)
    return train(base, output, verbose=verbose)


def _move(source: Path, target: Path) -> None:
    if not source.exists():
        return
    if target.is_dir():
        shutil.rmtree(target)
    os.replace(source, target)
