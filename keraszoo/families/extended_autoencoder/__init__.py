"""The classifying family: a head on a trained autoencoder's code, learned from all labels or from a few."""

from keraszoo.families.extended_autoencoder.about import CARD, FOLDER
from keraszoo.families.extended_autoencoder.evaluation import evaluate, measure, summary
from keraszoo.families.extended_autoencoder.exporting import assets, export_inputs
from keraszoo.families.extended_autoencoder.inference import typical_inputs
from keraszoo.families.extended_autoencoder.training import build, train
from keraszoo.models import extended_autoencoder_signatures as signatures

__all__ = [
    "CARD",
    "FOLDER",
    "assets",
    "build",
    "evaluate",
    "export_inputs",
    "measure",
    "signatures",
    "summary",
    "train",
    "typical_inputs",
]
