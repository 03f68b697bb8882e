"""The zoo's table: every model that ``keraszoo train NAME`` can make, with all that decides what it becomes."""

import operator
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from keraszoo.names import nearest_name_hint

BOUNDS = {"at most": operator.le, "at least": operator.ge}


@dataclass(frozen=True)
class Preset:
    """How one model of the zoo is made.

    ``builder`` holds the arguments of the family's builder, ``training`` those of its training; ``minutes`` is the
    time it takes on 2 cores; ``score`` is ``(measure, "at most" or "at least", value)``, what is asked on the test
    split of one of the ``measures`` of the family's ``evaluate``.
    """

    description: str
    family: str
    data: str
    builder: dict[str, Any]
    training: dict[str, Any]
    minutes: float
    score: tuple[str, str, float]
    seed: int = 0

    def verdict(self, measures: Mapping[str, float]) -> str:
        """Whether the score is reached, in words such as ``squared_error 1.92, asked at most 2: reached``."""
        measure, bound, asked = self.score
        reached = BOUNDS[bound](measures[measure], asked)
        return f"{measure} {measures[measure]:.4g}, asked {bound} {asked:g}: {'' if reached else 'not '}reached"


CONVOLUTIONAL = {
    "code_size": 30,
    "architecture": "convolutional",
    "filters": (32, 64),
    "hidden_units": (256,),
    "activation": "silu",
}
DENSE = {"code_size": 30, "hidden_units": (512, 256, 128), "activation": "silu"}
DENOISER = {
    "architecture": "convolutional",
    "filters": (32, 64),
    "hidden_units": (512,),
    "activation": "silu",
    "noise_stddev": 0.7,
    "random_strength": True,
}
HASHER = {"bits": 32, "architecture": "convolutional", "filters": (16, 32), "hidden_units": (256,)}
MUON = {"batch_size": 512, "optimizer": "muon", "learning_rate": 4e-3}
SMALL_MUON = {"batch_size": 64, "optimizer": "muon", "learning_rate": 3e-3}
HASHER_TRAINING = {**MUON, "epochs": 12, "warp_strength": 3.0, "neighbours": 10, "neighbour_stages": 2}
READER = {"filters": (32, 64, 128), "hidden_units": (128,), "units": 128}
SMALL_READING = {
    "method": "separate",
    "epochs": 20,
    "strips_per_epoch": 6400,
    "batch_size": 64,
    "learning_rate": 3e-3,
    "warp_strength": 1.0,
    "decoder_epochs": 6,
}

PRESETS: dict[str, Preset] = {
    "autoencoder-digits": Preset(
        description="8x8 digits in 8 numbers, on the bundled data",
        family="autoencoder",
        data="digits",
        builder={"code_size": 8, "hidden_units": (128, 64), "activation": "silu"},
        training={**SMALL_MUON, "epochs": 150, "warp_strength": 0.3},
        minutes=0.3,
        score=("squared_error", "at most", 1.0),
    ),
    "denoiser-digits": Preset(
        description="8x8 digits cleaned of noise, on the bundled data",
        family="denoising_autoencoder",
        data="digits",
        builder={
            "architecture": "convolutional",
            "code_size": 32,
            "filters": (16, 32),
            "hidden_units": (128,),
            "noise_stddev": 0.7,
            "random_strength": True,
        },
        training={**SMALL_MUON, "epochs": 150, "warp_strength": 0.3},
        minutes=0.5,
        score=("gain_db", "at least", 2.0),
    ),
    "hasher-digits": Preset(
        description="8x8 digits in 16 bits, on the bundled data",
        family="binary_autoencoder",
        data="digits",
        builder={"bits": 16, "hidden_units": (256, 128)},
        training={
            "epochs": 80,
            "batch_size": 128,
            "optimizer": "muon",
            "learning_rate": 3e-3,
            "warp_strength": 1.0,
            "neighbours": 5,
            "neighbour_stages": 1,
        },
        minutes=0.5,
        score=("map", "at least", 0.7),
    ),
    "classifier-digits": Preset(
        description="8x8 digits told apart by 100 labels, on the bundled data",
        family="extended_autoencoder",
        data="digits",
        builder={"autoencoder": "hasher-digits", "dropout": 0.3},
        training={
            "method": "joint",
            "labels": 100,
            "epochs": 40,
            "batch_size": 64,
            "learning_rate": 2e-3,
            "warp_strength": 1.0,
            "labelled_share": 0.25,
        },
        minutes=0.5,
        score=("accuracy", "at least", 0.9),
    ),
    "autoencoder-mnist": Preset(
        description="MNIST in 30 numbers, convolutional",
        family="autoencoder",
        data="mnist",
        builder=CONVOLUTIONAL,
        training={**MUON, "epochs": 80, "warp_strength": 0.75, "warp_share": 0.75},
        minutes=24,
        score=("squared_error", "at most", 2.0),
    ),
    "autoencoder-mnist-dense": Preset(
        description="MNIST in 30 numbers, dense layers only",
        family="autoencoder",
        data="mnist",
        builder=DENSE,
        training={**MUON, "epochs": 60, "warp_strength": 0.5},
        minutes=6,
        score=("squared_error", "at most", 2.65),
    ),
    "autoencoder-fashion": Preset(
        description="Fashion-MNIST in 30 numbers, convolutional",
        family="autoencoder",
        data="fashion_mnist",
        builder=CONVOLUTIONAL,
        training={**MUON, "epochs": 15, "warp_strength": 0.3},
        minutes=6,
        score=("mse", "at most", 0.0095),
    ),
    "autoencoder-fashion-dense": Preset(
        description="Fashion-MNIST in 30 numbers, dense layers only",
        family="autoencoder",
        data="fashion_mnist",
        builder=DENSE,
        training={**MUON, "epochs": 20, "warp_strength": 0.3},
        minutes=2,
        score=("mse", "at most", 0.0115),
    ),
    "denoiser-mnist": Preset(
        description="MNIST cleaned of noise",
        family="denoising_autoencoder",
        data="mnist",
        builder={**DENOISER, "code_size": 128},
        training={**MUON, "epochs": 20, "warp_strength": 0.3},
        minutes=7,
        score=("gain_db", "at least", 4.0),
    ),
    "denoiser-fashion": Preset(
        description="Fashion-MNIST cleaned of noise",
        family="denoising_autoencoder",
        data="fashion_mnist",
        builder={**DENOISER, "code_size": 256},
        training={**MUON, "epochs": 40, "warp_strength": 0.3},
        minutes=12,
        score=("gain_db", "at least", 4.0),
    ),
    "hasher-mnist": Preset(
        description="MNIST in 32 bits, to search by",
        family="binary_autoencoder",
        data="mnist",
        builder=HASHER,
        training=HASHER_TRAINING,
        minutes=9,
        score=("map", "at least", 0.84),
    ),
    "hasher-mnist-64": Preset(
        description="MNIST in 64 bits, for classifiers of few labels to build on",
        family="binary_autoencoder",
        data="mnist",
        builder={**HASHER, "bits": 64},
        training=HASHER_TRAINING,
        minutes=9,
        score=("map", "at least", 0.84),
    ),
    "classifier-mnist-100": Preset(
        description="MNIST told apart by 100 labels",
        family="extended_autoencoder",
        data="mnist",
        builder={"autoencoder": "hasher-mnist-64", "dropout": 0.3},
        training={
            "method": "joint",
            "labels": 100,
            "epochs": 8,
            "batch_size": 128,
            "learning_rate": 2e-3,
            "warp_strength": 1.0,
            "erased_side": 0.3,
            "labelled_share": 0.6,
            "propagated_share": 0.9,
        },
        minutes=4,
        score=("error_percent", "at most", 1.5),
    ),
    "hasher-fashion": Preset(
        description="Fashion-MNIST in 32 bits, to search by",
        family="binary_autoencoder",
        data="fashion_mnist",
        builder=HASHER,
        training={**HASHER_TRAINING, "warp_strength": 1.0},
        minutes=9,
        score=("map", "at least", 0.5),
    ),
    "reader-digits": Preset(
        description="8x8 digits, one or two, read in Korean, on the bundled data",
        family="reader",
        data="digits",
        builder={"max_digits": 2, "language": "ko", "units": 64},
        training=SMALL_READING,
        minutes=0.7,
        score=("word_accuracy", "at least", 0.85),
    ),
    "reader-digits-en": Preset(
        description="8x8 digits, one or two, read in English, on the bundled data",
        family="reader",
        data="digits",
        builder={"max_digits": 2, "language": "en", "units": 64},
        training=SMALL_READING,
        minutes=0.7,
        score=("word_accuracy", "at least", 0.85),
    ),
    "reader-english": Preset(
        description="MNIST, one digit read in English",
        family="reader",
        data="mnist",
        builder={"max_digits": 1, "language": "en", **READER},
        training={
            "method": "separate",
            "epochs": 30,
            "strips_per_epoch": 50_000,
            "batch_size": 128,
            "learning_rate": 2e-3,
            "warp_strength": 1.0,
        },
        minutes=8,
        score=("word_accuracy", "at least", 0.995),
    ),
    "reader-korean": Preset(
        description="MNIST, up to four digits read in Korean",
        family="reader",
        data="mnist",
        builder={"max_digits": 4, "language": "ko", **READER},
        training={
            "method": "separate",
            "epochs": 30,
            "strips_per_epoch": 50_000,
            "batch_size": 128,
            "learning_rate": 2e-3,
            "warp_strength": 1.5,
            "warp_share": 1.0,
            "weight_decay": 0.1,
        },
        minutes=22,
        score=("word_accuracy", "at least", 0.985),
    ),
    "translator-english-korean": Preset(
        description="numbers of up to four digits, from English words to Korean ones",
        family="translator",
        data="digits",
        builder={"reader": "reader-korean", "language": "en", "into": "ko"},
        training={"epochs": 20, "batch_size": 128, "learning_rate": 2e-3, "texts_per_epoch": 25_000},
        minutes=5,
        score=("word_accuracy", "at least", 0.999),
    ),
}


def preset(name: str) -> Preset:
    """The preset of that name; raises a ``ValueError`` that suggests the nearest."""
    if name not in PRESETS:
        hint = nearest_name_hint(name, PRESETS)
        raise ValueError(f"expected a preset, received {name!r}.{hint} `keraszoo list` shows all of them")
    return PRESETS[name]
