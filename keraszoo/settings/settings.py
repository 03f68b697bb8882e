"""The settings of one training, and what stands of them in a run folder."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from keraszoo.data import ImageDataset, load_images
from keraszoo.data.folder import picture_folder
from keraszoo.data.folder_images import load_folder, load_patches
from keraszoo.data.images import MAX_IMAGE_SIDE
from keraszoo.families import folder_part
from keraszoo.training.batches import digest

ADDED_LATER = ("channels", "patches", "start")
"""Left out of the fingerprint where they say nothing, so that a training begun before they were goes on."""


@dataclass(frozen=True)
class Settings:
    """All that decides what a training becomes, as it stands in ``training.json``.

    Attributes:
        name: of the model and its run folder.
        description: what it does, in a few words.
        family: a row of `FAMILIES`.
        data: where the images come from, as for `load_images`.
        builder: arguments of the family's builder.
        training: arguments of the family's training.
        seed: of the weights, the validation split and the batches.
        image_size: ``[height, width]``, or None for the source's own.
        skip_broken: leave out pictures of a folder that cannot be read.
        channels: what the pictures of a folder are made, 1 for grey or 3 for colour; None for colour if any is.
        patches: how many of ``image_size`` are cut of each picture of a folder; 0 to resize each to it.
        start: the run folder of a trained model whose weights are the first ones; None for new weights.
    """

    name: str
    description: str
    family: str
    data: str
    builder: dict[str, Any]
    training: dict[str, Any]
    seed: int = 0
    image_size: list[int] | None = None
    skip_broken: bool = False
    channels: int | None = None
    patches: int = 0
    start: str | None = None

    def __post_init__(self) -> None:
        if self.name.startswith(".") or Path(self.name).name != self.name or not self.name:
            raise ValueError(f"expected a name that a folder can have, such as my-model, received {self.name!r}")
        sides = self.image_size or []
        if len(sides) not in (0, 2) or not all(isinstance(side, int) and 1 <= side <= MAX_IMAGE_SIDE for side in sides):
            raise ValueError(
                f"expected image_size as [height, width], each 1 to {MAX_IMAGE_SIDE}, received {self.image_size!r}; "
                "choose another"
            )
        if self.channels not in (None, 1, 3):
            raise ValueError(f"expected 1 channel for grey or 3 for colour, received {self.channels!r}; choose one")
        if self.patches < 0 or (self.patches and not self.image_size):
            raise ValueError(
                f"expected 0 patches or more of each picture, and their image_size, received {self.patches!r} of "
                f"{self.image_size!r}; choose others"
            )

    def load_data(self) -> ImageDataset:
        """The images of these settings."""
        size = (self.image_size[0], self.image_size[1]) if self.image_size else None
        folder = picture_folder(self.data)
        if folder is None:
            return load_images(self.data, seed=self.seed, image_size=size)
        chosen: dict[str, Any] = {"seed": self.seed, "channels": self.channels, "skip_broken": self.skip_broken}
        if self.patches and size:
            return load_patches(folder, size, self.patches, **chosen)
        return load_folder(folder, size, may_mix=not learns_classes(self.family), **chosen)

    def fingerprint(self) -> str:
        """The same for equal settings, also if they were written to JSON and read again."""
        content = {name: value for name, value in asdict(self).items() if value or name not in ADDED_LATER}
        return digest(json.dumps(content, sort_keys=True))


def learns_classes(family: str) -> bool:
    """Whether a family learns from the classes that a folder's sub-folders are; others take any folder."""
    part = folder_part(family)
    return part is not None and part.need.each


def read_record(run: Path) -> tuple[Settings, dict[str, Any]]:
    """The settings of a run folder, and the whole training record.

    Raises:
        ValueError: ``training.json`` is not what `keraszoo train` writes.
    """
    path = run / "training.json"
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
        return Settings(**record["settings"]), record
    except (ValueError, KeyError, TypeError) as error:
        raise ValueError(f"{path} is not what `keraszoo train` writes ({error}); train the model again") from None
