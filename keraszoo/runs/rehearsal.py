"""What a training would refuse, found out before the model that it is built on is trained."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import keras

from keraszoo.families import base_argument, built_with, family
from keraszoo.runs.first_model import first_model
from keraszoo.settings import Settings


class _FirstStepError(Exception):
    pass


class _StopBefore(keras.callbacks.Callback):
    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        raise _FirstStepError


def rehearse(settings: Settings, base: Settings) -> None:
    """Go through a training up to its first step, on an untrained model of the settings ``base``; leave nothing.

    One that is itself built on another is let be: it cannot be built before that is trained.

    Raises:
        ValueError: as the training would.
    """
    if base_argument(base.family):
        return
    dataset = settings.load_data()
    model = first_model(settings, dataset, first_model(base, base.load_data(), None))
    options = {**built_with(settings.family, "train", settings.builder), **settings.training}
    with TemporaryDirectory() as folder:
        try:
            family(settings.family).train(
                model, dataset, Path(folder), seed=settings.seed, verbose=0, callbacks=[_StopBefore()], **options
            )
        except _FirstStepError:
            return
