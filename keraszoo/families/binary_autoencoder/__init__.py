"""The binary-code family: trained until views of one image agree on their bits, scored by what the bits find."""

from keraszoo.families.binary_autoencoder.about import CARD, FOLDER
from keraszoo.families.binary_autoencoder.evaluation import evaluate, measure, summary
from keraszoo.families.binary_autoencoder.exporting import export_inputs
from keraszoo.families.binary_autoencoder.inference import hash_images, typical_inputs
from keraszoo.families.binary_autoencoder.training import train
from keraszoo.models import binary_autoencoder as build
from keraszoo.models import binary_autoencoder_signatures as signatures

__all__ = [
    "CARD",
    "FOLDER",
    "build",
    "evaluate",
    "export_inputs",
    "hash_images",
    "measure",
    "signatures",
    "summary",
    "train",
    "typical_inputs",
]
