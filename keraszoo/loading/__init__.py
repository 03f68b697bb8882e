"""Open a trained model in any runtime and use it by the same verbs; importing this needs numpy and Pillow only."""

from keraszoo.loading.answers import Classification, Words
from keraszoo.loading.model import LoadedModel
from keraszoo.loading.opening import load

__all__ = ["Classification", "LoadedModel", "Words", "load"]
