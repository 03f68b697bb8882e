"""What comes in: images, and the gate that they pass."""

from keraszoo.data.checks import check_images
from keraszoo.data.images import ImageDataset, load_images
from keraszoo.data.label_choice import class_balanced
from keraszoo.data.splits import Split

__all__ = ["ImageDataset", "Split", "check_images", "class_balanced", "load_images"]
