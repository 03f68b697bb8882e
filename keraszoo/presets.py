"""The zoo's table: every model that ``keraszoo train NAME`` can make, with all that decides what it becomes."""

from dataclasses import dataclass
from typing import Any

from keraszoo.names import nearest_name_hint


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
        description="8x8 digits in 8 numbers, on the bundled data",
        family="autoencoder",
        data="digits",
        builder={"code_size": 8, "hidden_units": (128, 64), "activation": "silu"},
        training={
            "epochs": 150,
            "batch_size": 64,
            "optimizer": "muon",
            "learning_rate": 3e-3,
            "warp_strength": 0.3,
        },
        minutes=0.3,
        score=("squared_error", 1.0),
    ),
    "autoencoder-mnist": Preset(
        description="MNIST in 30 numbers, convolutional",
        family="autoencoder",
        data="mnist",
        builder={
            "code_size": 30,
            "architecture": "convolutional",
            "filters": (32, 64),
            "hidden_units": (256,),
            "activation": "silu",
        },
        training={
            "epochs": 70,
            "batch_size": 512,
            "optimizer": "muon",
            "learning_rate": 4e-3,
            "warp_strength": 0.75,
            "warp_share": 0.75,
        },
        minutes=24,
        score=("squared_error", 2.0),
    ),
    "autoencoder-mnist-dense": Preset(
        description="MNIST in 30 numbers, dense layers only",
        family="autoencoder",
        data="mnist",
        builder={
            "code_size": 30,
            "hidden_units": (512, 256, 128),
            "activation": "silu",
        },
        training={
            "epochs": 60,
            "batch_size": 512,
            "optimizer": "muon",
            "learning_rate": 4e-3,
            "warp_strength": 0.5,
        },
        minutes=6,
        score=("squared_error", 2.65),
    ),
    "autoencoder-fashion": Preset(
        description="Fashion-MNIST in 30 numbers, convolutional",
        family="autoencoder",
        data="fashion_mnist",
        builder={
            "code_size": 30,
            "architecture": "convolutional",
            "filters": (32, 64),
            "hidden_units": (256,),
            "activation": "silu",
        },
        training={
            "epochs": 15,
            "batch_size": 512,
            "optimizer": "muon",
            "learning_rate": 4e-3,
            "warp_strength": 0.3,
        },
        minutes=6,
        score=("mse", 0.0095),
    ),
    "autoencoder-fashion-dense": Preset(
        description="Fashion-MNIST in 30 numbers, dense layers only",
        family="autoencoder",
        data="fashion_mnist",
        builder={
            "code_size": 30,
            "hidden_units": (512, 256, 128),
            "activation": "silu",
        },
        training={
            "epochs": 20,
            "batch_size": 512,
            "optimizer": "muon",
            "learning_rate": 4e-3,
            "warp_strength": 0.3,
        },
        minutes=2,
        score=("mse", 0.0115),
    ),
}


def preset(name: str) -> Preset:
    """The preset of that name; raises a ``ValueError`` that suggests the nearest."""
    if name not in PRESETS:
        hint = nearest_name_hint(name, PRESETS)
        raise ValueError(f"expected a preset, received {name!r}.{hint} `keraszoo list` shows all of them")
    return PRESETS[name]
