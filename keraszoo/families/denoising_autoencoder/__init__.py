"""The denoising family: trained to rebuild clean images from corrupted ones, scored beside classical filters."""

from keraszoo.families.denoising_autoencoder.about import CARD, FOLDER
from keraszoo.families.denoising_autoencoder.evaluation import evaluate, measure, summary
from keraszoo.families.denoising_autoencoder.exporting import export_inputs
from keraszoo.families.denoising_autoencoder.inference import typical_inputs
from keraszoo.families.denoising_autoencoder.training import train
from keraszoo.models import denoising_autoencoder as build
from keraszoo.models import denoising_autoencoder_signatures as signatures

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
