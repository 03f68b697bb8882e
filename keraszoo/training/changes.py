"""All the changes that a classifier's training images go through."""

from dataclasses import dataclass

from keraszoo.training.augmentation import ElasticWarps, Erasing, InTurn, Mirroring, SmallWarps, Strokes

WEAK = 0.25
"""How strong the warps of a slightly changed view are, beside those of a strongly changed one."""


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

    def weak(self) -> InTurn:
        """Warped, a quarter as much, and mirrored alone."""
        return InTurn((SmallWarps(WEAK * self.warp_strength, 1.0), Mirroring(self.mirrored_share)))
