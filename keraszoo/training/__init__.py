"""How a model learns: batches, losses, the fit that resumes, stages of it, callbacks."""

from keraszoo.training.augmentation import (
    ElasticWarps,
    Erasing,
    InTurn,
    Mirroring,
    SmallWarps,
    Strokes,
    small_warps,
)
from keraszoo.training.batches import Batches, reconstruction_batches, two_view_batches
from keraszoo.training.changes import Changes
from keraszoo.training.fit import TrainingError, fit
from keraszoo.training.label_batches import labelled_batches, semi_supervised_batches
from keraszoo.training.losses import ConsistencyLoss, TwoViewLoss
from keraszoo.training.neighbours import features, nearest
from keraszoo.training.pipelines import predict
from keraszoo.training.rounding import round_weights
from keraszoo.training.stages import run_stages
from keraszoo.training.strip_batches import context_batches, strip_batches
from keraszoo.training.word_batches import decoding_batches, previous_ids, translation_batches

__all__ = [
    "Batches",
    "Changes",
    "ConsistencyLoss",
    "ElasticWarps",
    "Erasing",
    "InTurn",
    "Mirroring",
    "SmallWarps",
    "Strokes",
    "TrainingError",
    "TwoViewLoss",
    "context_batches",
    "decoding_batches",
    "features",
    "fit",
    "labelled_batches",
    "nearest",
    "predict",
    "previous_ids",
    "reconstruction_batches",
    "round_weights",
    "run_stages",
    "semi_supervised_batches",
    "small_warps",
    "strip_batches",
    "translation_batches",
    "two_view_batches",
]
