"""The reading family: strips of digit images read as words, by a context vector learned with them or on its own."""

from keraszoo.families.reader.about import CARD, FOLDER
from keraszoo.families.reader.evaluation import evaluate, measure, summary
from keraszoo.families.reader.exporting import assets, export_inputs
from keraszoo.families.reader.inference import typical_inputs
from keraszoo.families.reader.training import build, train
from keraszoo.models import reader_signatures as signatures

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
