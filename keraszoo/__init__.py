"""keraszoo: small Keras encoder-decoders that are trained, proven and shipped.

Importing this package imports neither TensorFlow nor Keras; its modules do when they need them:

- ``keraszoo.load``: a trained model by its name, in Keras, as a SavedModel or as a TFLite file
- ``keraszoo.data``: images in
- ``keraszoo.models``: the builders, plain functional Keras
- ``keraszoo.training``: the one place that compiles and fits
- ``keraszoo.evaluation``: measures and pictures
- ``export``: SavedModel, TFLite and the proof that they agree with Keras
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from keraszoo.loading import load

__version__ = "0.1.0"
__all__ = ["load"]


def __getattr__(name: str) -> Any:
    if name != "load":
        raise AttributeError(f"module 'keraszoo' has no attribute {name!r}; it has {', '.join(__all__)}")
    return import_module("keraszoo.loading").load
