"""One way through the house: train, evaluate, export and benchmark a model in its run folder.

A run folder ``saved_models/<name>/`` holds ``model.keras`` and ``training.json`` (how it was made), then what
`evaluate` and `export` add. A training lives in a hidden neighbour until it is done, named after its settings: the
same command finds it again after a kill, and another one does not disturb it.
"""

from keraszoo.run_folders import open_run, open_signature
from keraszoo.runs.trained import benchmark, evaluate, export
from keraszoo.runs.training import train
from keraszoo.settings import SAVED_MODELS, Settings, settings_for

__all__ = [
    "SAVED_MODELS",
    "Settings",
    "benchmark",
    "evaluate",
    "export",
    "open_run",
    "open_signature",
    "settings_for",
    "train",
]
