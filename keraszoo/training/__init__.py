"""How a model learns: batches, the fit that resumes, callbacks."""

from keraszoo.training.augmentation import SmallWarps
from keraszoo.training.batches import Batches, reconstruction_batches
from keraszoo.training.fit import TrainingError, fit
from keraszoo.training.rounding import round_weights

__all__ = [
    "Batches",
    "SmallWarps",
    "TrainingError",
    "fit",
    "reconstruction_batches",
    "round_weights",
]
