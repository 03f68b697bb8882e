"""What tests share: processors of their own, and a model as they ship, trained for an epoch on the bundled digits."""

import json
import os
import shutil
from pathlib import Path

import pytest
from shipped_example import SHIPPED_NAME


def pytest_configure() -> None:
    """Give each worker processors of its own: TensorFlow's threads, one a processor, else wait for each other's."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "")
    if worker and hasattr(os, "sched_setaffinity"):
        processors = sorted(os.sched_getaffinity(0))
        workers = int(os.environ["PYTEST_XDIST_WORKER_COUNT"])
        own = processors[int(worker.removeprefix("gw")) % len(processors) :: workers]
        os.sched_setaffinity(0, own)


@pytest.fixture(scope="session")
def trained_models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the run folder `SHIPPED_NAME`: trained, evaluated, exported, and more than what ships of it."""
    from keraszoo.cli import main

    models = tmp_path_factory.mktemp("trained") / "saved_models"
    folder, there = models / SHIPPED_NAME, ("--output", str(models))
    tiny = ("--data", "digits", "--epochs", "1", "--code-size", "4", "--hidden-units", "8")
    assert main(["train", "autoencoder", "--name", SHIPPED_NAME, "--quiet", *tiny, *there]) == 0
    assert main(["evaluate", SHIPPED_NAME, *there]) == 0
    evaluation = json.loads((folder / "evaluation.json").read_text())
    evaluation["score"] = "squared_error 9, asked at most 10: reached"  # as a preset has it
    (folder / "evaluation.json").write_text(json.dumps(evaluation))
    assert main(["export", SHIPPED_NAME, "--formats", "float32,float16,int8", *there]) == 0
    return models


@pytest.fixture
def fresh_models(trained_models: Path, tmp_path: Path) -> Path:
    """A folder ``saved_models`` with what of `trained_models` ships, as git or a wheel brings it."""
    from keraszoo.presets.shipped import shipped_files

    for path in shipped_files(trained_models / SHIPPED_NAME):
        place = tmp_path / "saved_models" / path.relative_to(trained_models)
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, place)
    return tmp_path / "saved_models"
