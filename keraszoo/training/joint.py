"""Batches of labelled and unlabelled images for a classifier, their labels spread by what its encoder finds alike."""

from dataclasses import dataclass

import keras
import numpy as np

from keraszoo.training.augmentation import ElasticWarps, Erasing, InTurn, Mirroring, SmallWarps, Strokes
from keraszoo.training.batches import Batches
from keraszoo.training.label_batches import semi_supervised_batches
from keraszoo.training.neighbours import features
from keraszoo.training.propagation import add_likely_labels

WEAK = 0.25
"""How strong the warps of a slightly changed view are, beside those of a strongly changed one."""
VIEWS, WIDE = 8, 2.0
"""What is like an image is told by so many views of each, and how strong their warps are, as `WEAK`."""


@dataclass(frozen=True)
class Changes:
    """How images of a class may differ and still be of it: the arguments of the changes in `augmentation`."""

    warp_strength: float = 1.0
    elastic_strength: float = 0.0
    erased_side: float = 0.0
    mirrored_share: float = 0.0
    strokes: int = 0

    def strong(self, warp_share: float = 1.0) -> InTurn:
        """All the changes; only a share of the images is warped."""
        elastic = (ElasticWarps(self.elastic_strength),) if self.elastic_strength else ()
        warps = SmallWarps(self.warp_strength, warp_share)
        strokes = (Strokes(self.strokes),) if self.strokes else ()
        return InTurn((*strokes, warps, *elastic, Mirroring(self.mirrored_share), Erasing(self.erased_side)))

    def warped(self, times: float) -> InTurn:
        """Warped and mirrored alone, so many times as much."""
        return InTurn((SmallWarps(times * self.warp_strength, 1.0), Mirroring(self.mirrored_share)))


def joint_batches(
    model: keras.Model,
    images: np.ndarray,
    labelled: np.ndarray,
    labels: np.ndarray,
    num_classes: int,
    changes: Changes,
    *,
    propagated_share: float,
    batch_size: int,
    labelled_share: float,
    seed: int,
) -> Batches:
    """`semi_supervised_batches`, where a share of the unlabelled images counts as labelled.

    They are those whose label is likeliest by what the model's encoder, as it is now, finds like them (Iscen et al.,
    "Label propagation for deep semi-supervised learning", 2019).

    Args:
        model: an extended autoencoder.
        images: all images, ``(n, height, width, channels)``, pixels 0-255.
        labelled: positions of those with a label.
        labels: theirs.
        num_classes: width of the one-hot labels.
        changes: of a strongly changed view; a slightly changed one is warped a quarter as much.
        propagated_share: of the unlabelled images, 0-1.
        batch_size: as for `semi_supervised_batches`, like ``labelled_share`` and ``seed``.

    Raises:
        ValueError: as `semi_supervised_batches` and `add_likely_labels`.
    """
    if propagated_share:
        seen = features(model, images, views=VIEWS, change=changes.warped(WIDE), seed=seed)
        labelled, labels = add_likely_labels(seen, labelled, labels, num_classes, propagated_share)
    return semi_supervised_batches(
        images,
        labels,
        labelled,
        num_classes,
        batch_size=batch_size,
        labelled_share=labelled_share,
        seed=seed,
        weak=changes.warped(WEAK),
        strong=changes.strong(),
    )
