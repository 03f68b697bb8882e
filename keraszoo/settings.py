"""All that decides what a training becomes."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from keraszoo.data import ImageDataset, load_images
from keraszoo.families import FAMILIES, check_options
from keraszoo.presets import PRESETS, Preset, preset
from keraszoo.training.batches import digest


@dataclass(frozen=True)
class Settings:
    """All that decides what a training becomes, as it stands in ``training.json``.

    ``builder`` and ``training`` are the arguments of the family's functions; ``image_size`` is ``[height, width]``
    or None for the source's own.
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

    def __post_init__(self) -> None:
        if self.name.startswith(".") or Path(self.name).name != self.name or not self.name:
            raise ValueError(f"expected a name that a folder can have, such as my-model, received {self.name!r}")

    def load_data(self) -> ImageDataset:
        """The images of these settings."""
        return load_images(
            self.data,
            seed=self.seed,
            image_size=(self.image_size[0], self.image_size[1]) if self.image_size else None,
            skip_broken=self.skip_broken,
        )

    def fingerprint(self) -> str:
        """The same for equal settings, also if they were written to JSON and read again."""
        return digest(json.dumps(asdict(self), sort_keys=True))


def settings_for(
    name: str,
    /,
    *,
    builder: Mapping[str, Any] | None = None,
    training: Mapping[str, Any] | None = None,
    **changes: Any,
) -> Settings:
    """The settings of a preset, or of a family on its defaults, with some of them changed.

    Args:
        name: a preset, or a family (whose model is then named after it and the data).
        builder: arguments of the family's builder to change.
        training: arguments of the family's training to change.
        changes: other fields of `Settings`.

    Raises:
        ValueError: for a name that is neither, or an argument that the family does not have.
    """
    if name in FAMILIES:
        data = changes.get("data", "digits")
        default_name = f"{name}-{Path(data).resolve().name.replace(':', '-')}"
        settings = Settings(default_name, FAMILIES[name], name, data, {}, {"epochs": 50})
    else:
        row = preset(name)
        settings = Settings(name, row.description, row.family, row.data, row.builder, row.training, row.seed)
    check_options(settings.family, builder or {}, training or {})
    return replace(
        settings,
        builder={**settings.builder, **(builder or {})},
        training={**settings.training, **(training or {})},
        **changes,
    )


def preset_of(settings: Settings) -> Preset | None:
    """The preset that these settings are, to the last of them; None if there is no such."""
    if settings.name not in PRESETS or settings.fingerprint() != settings_for(settings.name).fingerprint():
        return None
    return PRESETS[settings.name]
