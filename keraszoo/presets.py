"""The zoo's table: every model that ``keraszoo train NAME`` can make, with all that decides what it becomes."""

from dataclasses import dataclass
from typing import Any

from keraszoo.data.names import nearest_name_hint


@dataclass(frozen=True)
class Preset:
    """How one model of the zoo is made.

    ``builder`` holds the arguments of the family's builder, ``training`` those of its training; ``minutes`` is the
    time it takes on 2 cores; ``score`` is ``(name, value)``, the worst value on the test split that is accepted.
    """

    description: str
    family: str
    data: str
    builder: dict[str, Any]
    training: dict[str, Any]
    minutes: float
    score: tuple[str, float]
    seed: int = 0


PRESETS: dict[str, Preset] = {
    "autoencoder-digits": Preset(
        description="8x8 digits in 8 numbers; trains in seconds, on the bundled data",
        family="autoencoder",
        data="digits",
        builder={"code_size": 8, "hidden_units": (128, 64), "activation": "silu"},
        training={"epochs": 300, "batch_size": 64, "learning_rate": 3e-3, "warp_strength": 0.3},
        minutes=0.3,
        score=("squared_error", 1.0),
    ),
}


def preset(name: str) -> Preset:
    """The preset of that name; raises a ``ValueError`` that suggests the nearest."""
    if name not in PRESETS:
        hint = nearest_name_hint(name, PRESETS)
        raise ValueError(f"expected a preset, received {name!r}.{hint} `keraszoo list` shows all of them")
    return PRESETS[name]
