"""The translating family: a number's words in one language, written in another by a trained reader's decoder."""

from keraszoo.families.translator.about import CARD
from keraszoo.families.translator.evaluation import evaluate, measure, summary
from keraszoo.families.translator.exporting import assets, export_inputs
from keraszoo.families.translator.inference import typical_inputs
from keraszoo.families.translator.training import build, train
from keraszoo.models import translator_signatures as signatures

__all__ = [
    "CARD",
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
