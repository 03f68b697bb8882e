"""The one place that compiles and fits."""

import json
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import keras
import numpy as np

from keraszoo.files import write_whole
from keraszoo.names import check_choice
from keraszoo.training.batches import Batches, digest
from keraszoo.training.callbacks import Backup, BestWeights, HistoryLog, StopOnNonFinite, all_finite, backup_progress
from keraszoo.training.checks import check_fit_numbers
from keraszoo.training.pipelines import array_batches

SETTINGS = "settings.json"
VALIDATION_BATCH = 1000
CLIP_NORM = 1.0
"""Gradients longer than this are shortened: without it a convolutional autoencoder on mostly black images now and
then falls, in its first epoch, into answering black for everything, where a sigmoid has no slope to lead it out."""


def _adam(schedule: Any, weight_decay: float) -> keras.optimizers.Optimizer:
    return keras.optimizers.Adam(schedule, weight_decay=weight_decay or None, clipnorm=CLIP_NORM)


def _muon(schedule: Any, weight_decay: float) -> keras.optimizers.Optimizer:
    return keras.optimizers.Muon(
        schedule,
        adam_lr_ratio=0.3,
        adam_beta_2=0.99,
        weight_decay=weight_decay or None,
        adam_weight_decay=weight_decay or None,
        exclude_layers=[],
        clipnorm=CLIP_NORM,
    )


OPTIMIZERS = {"adam": _adam, "muon": _muon}


class TrainingError(ValueError):
    """The training could not go on."""


def fit(
    model: keras.Model,
    batches: Batches,
    *,
    validation: tuple[Any, Any] | None,
    folder: str | Path,
    loss: Any = "mean_squared_error",
    loss_weights: dict[str, float] | None = None,
    epochs: int = 20,
    optimizer: str = "adam",
    learning_rate: float = 1e-3,
    weight_decay: float = 0.0,
    patience: int | None = None,
    callbacks: Sequence[keras.callbacks.Callback] = (),
    verbose: int | str = "auto",
) -> list[dict[str, float]]:
    """Train the model in place and leave it with the weights of its best epoch by the validation data, if any.

    The learning rate rises over the first epoch and falls to 0 along a cosine over all of them (Loshchilov & Hutter,
    2017). The same call on the same folder continues a training that was killed and ends with the weights, to the
    bit, of one that was not, if the model's first weights are the same: call ``keras.utils.set_random_seed`` before
    building it.

    Args:
        model: uncompiled; it is compiled here.
        batches: training batches, as from `reconstruction_batches`.
        validation: ``(inputs, targets)``, the data that chooses the best epoch; None to keep the last one.
        folder: where ``history.csv``, TensorBoard's ``logs`` and ``backup.npz`` go; a folder
            belongs to one training, and one begun with other arguments is refused.
        loss: any Keras loss, or a dictionary of them by output.
        loss_weights: what each output's loss counts in their sum; 1 by default.
        epochs: passes over the images, 1 or more.
        optimizer: ``"adam"`` (Kingma & Ba, 2015), or ``"muon"`` (Jordan et al., 2024) for the matrices of dense
            layers with Adam for all else: a slower step that learns more, for deep dense stacks.
        learning_rate: the highest, greater than 0.
        weight_decay: share of every weight that a step takes off it, times the learning rate (Loshchilov & Hutter,
            2019); 0 or more.
        patience: epochs without a better validation loss after which to stop; None to train all epochs.
        callbacks: further Keras callbacks; their plain numbers are part of the backup.
        verbose: Keras's progress bar: 0, 1, 2 or "auto".

    Returns:
        One dictionary an epoch: ``epoch``, ``loss``, ``val_loss`` if there are validation data, ``learning_rate``.

    Raises:
        TrainingError: if the loss became NaN or infinite, or the folder holds another training.
        ValueError: for numbers of epochs or rates that cannot be.
    """
    check_fit_numbers(epochs, learning_rate, weight_decay, patience)
    if patience and validation is None:
        raise ValueError("patience waits for a better validation loss; give validation data, or leave patience out")
    check_choice("optimizer", optimizer, OPTIMIZERS)
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    settings = {
        "model": digest(json.dumps(model.get_config(), sort_keys=True, default=str)),
        "start": digest(*(keras.ops.convert_to_numpy(variable) for variable in model.variables)),
        "validation": digest(*(np.asarray(array) for array in keras.tree.flatten(validation or ()))),
        "batches": batches.fingerprint,
        "loss": digest(json.dumps(keras.saving.serialize_keras_object(loss), sort_keys=True, default=str)),
        "loss_weights": loss_weights,
        "epochs": epochs,
        "optimizer": optimizer,
        "learning_rate": learning_rate,
        "weight_decay": weight_decay,
        "patience": patience,
    }
    _claim(folder, settings)

    steps = batches.steps_per_epoch
    schedule = keras.optimizers.schedules.CosineDecay(
        0.0 if epochs > 1 else learning_rate,
        decay_steps=max(1, epochs - 1) * steps,
        warmup_target=learning_rate if epochs > 1 else None,
        warmup_steps=steps if epochs > 1 else 0,
    )
    model.compile(
        OPTIMIZERS[optimizer](schedule, weight_decay),
        loss,
        loss_weights,
        # On CPU, XLA makes a step of dense layers 1.2 to 1.9 times faster, one of convolutions 1.5 to 2 times slower.
        # Both ways repeat bit for bit.
        jit_compile=not _has_convolutions(model),
        steps_per_execution=batches.steps_per_execution,
    )
    model.optimizer.build(model.trainable_variables)

    log, best = HistoryLog(folder / "history.csv"), BestWeights()
    others = [*([keras.callbacks.EarlyStopping("val_loss", patience=patience)] if patience else []), *callbacks]
    tensorboard = keras.callbacks.TensorBoard(folder / "logs", write_graph=False)
    backup = Backup(folder / "backup.npz", log, best, others)
    done, stopped = backup_progress(backup.path)
    if done < epochs and not stopped:
        with warnings.catch_warnings():
            # The batches come shuffled already.
            warnings.filterwarnings("ignore", message=".*shuffle=True.*")
            model.fit(
                batches.from_epoch(done),
                validation_data=None if validation is None else array_batches(validation, VALIDATION_BATCH),
                steps_per_epoch=steps,
                initial_epoch=done,
                epochs=epochs,
                callbacks=[log, best, StopOnNonFinite(), tensorboard, *others, backup],
                verbose=verbose,
            )
    else:
        backup.set_model(model)
        backup.on_train_begin()
    last = log.rows[-1]
    if not all_finite(last):
        # The same command must not resume a training that is lost; its logs stay to be looked at.
        for path in (backup.path, folder / SETTINGS):
            path.unlink(missing_ok=True)
        raise TrainingError(
            f"the loss became NaN or infinite in epoch {last['epoch']:.0f}: train again with a smaller learning rate "
            f"than {learning_rate:g}, or look for extreme values in the images"
        )
    model.set_weights(best.weights)
    return log.rows


def _has_convolutions(model: keras.Model) -> bool:
    """Whether a layer of the model, or of a model in it, is a convolution."""
    convolutions = keras.layers.Conv2D, keras.layers.Conv2DTranspose
    return any(
        _has_convolutions(layer) if isinstance(layer, keras.Model) else isinstance(layer, convolutions)
        for layer in model.layers
    )


def _claim(folder: Path, settings: dict[str, Any]) -> None:
    """Write the settings into the folder, or make sure that those in it are the same."""
    path = folder / SETTINGS
    if not path.exists():
        with write_whole(path) as temporary:
            temporary.write_text(json.dumps(settings, indent=2) + "\n")
        return
    found = json.loads(path.read_text())
    different = sorted(name for name in settings if found.get(name) != settings[name])
    if different:
        raise TrainingError(
            f"{folder} holds a training begun with another {', '.join(different)}: repeat it as it was begun, or "
            "remove that folder to start again"
        )
