"""export: a Keras model with named signatures in; SavedModel, TFLite files and a proof of agreement out.

It knows Keras and nothing of any model zoo. Importing it imports neither TensorFlow nor Keras.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from export.card_text import CardText, FurtherFile, Measure
    from export.errors import ExportError
    from export.exporting import export_model
    from export.formats import FORMATS, QUANTIZED
    from export.report import check_report
    from export.score import Score
    from export.texts import Text

__version__ = "0.1.0"
__all__ = [
    "FORMATS",
    "QUANTIZED",
    "CardText",
    "ExportError",
    "FurtherFile",
    "Measure",
    "Score",
    "Text",
    "check_report",
    "export_model",
]

_HOMES = {
    "CardText": "export.card_text",
    "ExportError": "export.errors",
    "FORMATS": "export.formats",
    "FurtherFile": "export.card_text",
    "Measure": "export.card_text",
    "QUANTIZED": "export.formats",
    "Score": "export.score",
    "Text": "export.texts",
    "check_report": "export.report",
    "export_model": "export.exporting",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'export' has no attribute {name!r}; it has {', '.join(__all__)}")
    return getattr(import_module(_HOMES[name]), name)
