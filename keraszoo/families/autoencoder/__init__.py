"""The autoencoder family: trained on images as their own targets, scored by how well they are rebuilt."""

from keraszoo.families.autoencoder.about import CARD, FOLDER
from keraszoo.families.autoencoder.evaluation import evaluate, measure, summary
from keraszoo.families.autoencoder.exporting import export_inputs
from keraszoo.families.autoencoder.inference import typical_inputs
from keraszoo.families.autoencoder.training import train
from keraszoo.models import autoencoder as build
from keraszoo.models import autoencoder_signatures as signatures

__all__ = [
    "CARD",
    "FOLDER",
    "build",
    "evaluate",
    "export_inputs",
    "measure",
    "signatures",
    "summary",
    "train",
    "typical_inputs",
]
