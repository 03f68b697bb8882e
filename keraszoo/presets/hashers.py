"""Binary-code autoencoders."""

from keraszoo.presets.preset import MUON, Preset

HASHER = {"bits": 32, "architecture": "convolutional", "filters": (16, 32, 64), "hidden_units": (128,)}
WIDE_HASHER = {"bits": 32, "architecture": "convolutional", "filters": (24, 48, 64), "hidden_units": (112,)}
HASHER_TRAINING = {**MUON, "epochs": 12, "warp_strength": 3.0, "neighbours": 10, "neighbour_stages": 2}

HASHERS: dict[str, Preset] = {
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
    "hasher-mnist": Preset(
        description="MNIST in 32 bits, to search by",
        family="binary_autoencoder",
        data="mnist",
        builder=HASHER,
        training={**HASHER_TRAINING, "weight_decay": 0.1},
        minutes=20,
        score=("map", "at least", 0.84),
    ),
    "hasher-mnist-wide": Preset(
        description="MNIST in 32 bits by a wider network, for a classifier of few labels to build on",
        family="binary_autoencoder",
        data="mnist",
        builder=WIDE_HASHER,
        training={**HASHER_TRAINING, "weight_decay": 0.1},
        minutes=24,
        score=("map", "at least", 0.84),
    ),
    "hasher-fashion": Preset(
        description="Fashion-MNIST in 32 bits, to search by",
        family="binary_autoencoder",
        data="fashion_mnist",
        builder=HASHER,
        training={**HASHER_TRAINING, "weight_decay": 0.1, "warp_strength": 1.0},
        minutes=22,
        score=("map", "at least", 0.5),
    ),
}
