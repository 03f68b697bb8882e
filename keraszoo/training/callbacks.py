"""What happens between epochs besides learning: logs, pictures and the backup that a killed training resumes from.

Keras's own callbacks are used where they serve. Each callback here resets in ``on_train_begin``; `Backup` comes last
in the list, so that it puts back the state of all before it after they have reset.
"""

import csv
import json
import math
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import keras
import numpy as np

from keraszoo.files import write_whole


class HistoryLog(keras.callbacks.Callback):
    """Keeps one row of numbers an epoch in ``rows`` and in a CSV file, rewritten whole after each epoch."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.path = path
        self.rows: list[dict[str, float]] = []

    def on_train_begin(self, logs: dict | None = None) -> None:
        self.rows = []

    def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
        values = {name: float(value) for name, value in (logs or {}).items()}
        rate = float(keras.ops.convert_to_numpy(self.model.optimizer.learning_rate))
        self.rows.append({"epoch": epoch + 1, **values, "learning_rate": rate})
        with write_whole(self.path) as temporary, open(temporary, "w", newline="") as file:
            writer = csv.DictWriter(file, fieldnames=list(self.rows[0]))
            writer.writeheader()
            writer.writerows(self.rows)


class StopOnNonFinite(keras.callbacks.Callback):
    """Ends the training after an epoch whose loss is NaN or infinite."""

    def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
        if not all_finite(logs or {}):
            self.model.stop_training = True


class EpochPicture(keras.callbacks.Callback):
    """Calls ``draw(model, epoch)`` after the first, second, fourth, eighth ... epoch and after the last.

    A model whose loss is NaN or infinite is not drawn.
    """

    def __init__(self, draw: Callable[[keras.Model, int], None]) -> None:
        super().__init__()
        self.draw = draw

    def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
        number = epoch + 1
        last = number == self.params["epochs"] or self.model.stop_training
        if all_finite(logs or {}) and (last or number & (number - 1) == 0):
            self.draw(self.model, number)


class BestWeights(keras.callbacks.Callback):
    """Remembers the weights of the epoch with the lowest validation loss, or of the last one if there is none."""

    def __init__(self) -> None:
        super().__init__()
        self.lowest = math.inf
        self.weights: list[np.ndarray] = []

    def on_train_begin(self, logs: dict | None = None) -> None:
        self.lowest, self.weights = math.inf, []

    def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
        loss = (logs or {}).get("val_loss")
        if loss is None or loss < self.lowest:
            self.lowest, self.weights = math.inf if loss is None else float(loss), self.model.get_weights()


class Backup(keras.callbacks.Callback):
    """Writes all that a training is made of, and puts it back when the training begins again.

    Keras's ``BackupAndRestore`` forgets the state of seed generators and of other callbacks; this one keeps every
    variable of model and optimizer, the best weights, the rows of the log, and the plain numbers in the other
    callbacks (such as the patience that is left). It writes after an epoch, but not more often than every few
    seconds: the epochs since then are trained again, to the same result.

    Args:
        path: one file, replaced whole.
        log: its rows belong to the backup.
        best: its weights belong to the backup.
        others: the callbacks whose numbers belong to the backup.
        seconds: the least time between two backups.
    """

    def __init__(
        self,
        path: Path,
        log: HistoryLog,
        best: BestWeights,
        others: Sequence[keras.callbacks.Callback],
        seconds: float = 5.0,
    ) -> None:
        super().__init__()
        self.path = path
        self.log = log
        self.best = best
        self.others = others
        self.seconds = seconds
        self._written = time.monotonic()

    def on_train_begin(self, logs: dict | None = None) -> None:
        self._written = time.monotonic()
        if not self.path.exists():
            return
        with np.load(self.path, allow_pickle=False) as saved:
            for index, variable in enumerate(_variables(self.model)):
                variable.assign(saved[f"variable_{index}"])
            state = json.loads(str(saved["state"]))
            self.best.weights = [saved[f"best_{index}"] for index in range(state["best_arrays"])]
        self.best.lowest = state["lowest"]
        self.log.rows = state["rows"]
        for callback, numbers in zip(self.others, state["callbacks"], strict=True):
            vars(callback).update(numbers)

    def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
        last = epoch + 1 == self.params["epochs"] or self.model.stop_training
        if not last and time.monotonic() - self._written < self.seconds:
            return
        state = {
            "epochs_done": epoch + 1,
            "stopped": bool(self.model.stop_training),
            "rows": self.log.rows,
            "lowest": self.best.lowest,
            "best_arrays": len(self.best.weights),
            "callbacks": [_numbers(callback) for callback in self.others],
        }
        arrays = {
            f"variable_{index}": keras.ops.convert_to_numpy(variable)
            for index, variable in enumerate(_variables(self.model))
        }
        arrays |= {f"best_{index}": weights for index, weights in enumerate(self.best.weights)}
        with write_whole(self.path) as temporary, open(temporary, "wb") as file:
            np.savez(file, state=np.array(json.dumps(state)), **arrays)
        self._written = time.monotonic()


def backup_progress(path: Path) -> tuple[int, bool]:
    """How many epochs the backup at ``path`` holds, and whether the training had ended by itself."""
    if not path.exists():
        return 0, False
    with np.load(path, allow_pickle=False) as saved:
        state = json.loads(str(saved["state"]))
    return state["epochs_done"], state["stopped"]


def all_finite(numbers: Mapping[str, float]) -> bool:
    """Whether none of the numbers is NaN or infinite."""
    return all(math.isfinite(float(value)) for value in numbers.values())


def _variables(model: keras.Model) -> list[Any]:
    return [*model.variables, *model.optimizer.variables]


def _numbers(callback: keras.callbacks.Callback) -> dict[str, float | None]:
    numbers = {}
    for name, value in vars(callback).items():
        if value is None or isinstance(value, bool | int | float | np.number):
            numbers[name] = value.item() if isinstance(value, np.number) else value
    return numbers
