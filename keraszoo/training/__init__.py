"""How a model learns: batches, losses, the fit that resumes, stages of it, callbacks."""

from keraszoo.training.augmentation import SmallWarps
from keraszoo.training.batches import Batches, reconstruction_batches, two_view_batches
from keraszoo.training.fit import TrainingError, fit
from keraszoo.training.losses import TwoViewLoss
from keraszoo.training.neighbours import nearest
from keraszoo.training.rounding import round_weights
from keraszoo.training.stages import run_stages

__all__ = [
    "Batches",
    "SmallWarps",
    "TrainingError",
    "TwoViewLoss",
    "fit",
    "nearest",
    "reconstruction_batches",
    "round_weights",
    "run_stages",
    "two_view_batches",
]
