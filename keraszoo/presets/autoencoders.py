"""Autoencoders."""

from keraszoo.presets.preset import MUON, SMALL_MUON, Preset

CONVOLUTIONAL = {
    "code_size": 30,
    "architecture": "convolutional",
    "filters": (32, 64),
    "hidden_units": (256,),
    "activation": "silu",
}
DENSE = {"code_size": 30, "hidden_units": (512, 256, 128), "activation": "silu"}
DEEP = {"code_size": 128, "architecture": "deep", "hidden_units": (256,)}

AUTOENCODERS: dict[str, Preset] = {
    "autoencoder-digits": Preset(
        description="8x8 digits in 8 numbers, on the bundled data",
        family="autoencoder",
        data="digits",
        builder={"code_size": 8, "hidden_units": (128, 64), "activation": "silu"},
        training={**SMALL_MUON, "epochs": 150, "warp_strength": 0.3},
        minutes=0.3,
        score=("squared_error", "at most", 1.0),
    ),
    "autoencoder-mnist": Preset(
        description="MNIST in 30 numbers, convolutional",
        family="autoencoder",
        data="mnist",
        builder=CONVOLUTIONAL,
        training={**MUON, "epochs": 80, "warp_strength": 0.75, "warp_share": 0.75},
        minutes=47,
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
        builder={**CONVOLUTIONAL, "hidden_units": (128,)},
        training={**MUON, "epochs": 20, "warp_strength": 0.3},
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
    "autoencoder-mnist-deep": Preset(
        description="MNIST in 128 numbers, deep, for classifiers of all labels to build on",
        family="autoencoder",
        data="mnist",
        builder={**DEEP, "filters": (32, 64, 128)},
        training={"epochs": 3, "batch_size": 128, "learning_rate": 1e-3, "warp_strength": 1.0},
        minutes=4,
        score=("squared_error", "at most", 6.0),
    ),
    "autoencoder-fashion-deep": Preset(
        description="Fashion-MNIST in 128 numbers, deep, for classifiers of all labels to build on",
        family="autoencoder",
        data="fashion_mnist",
        builder={**DEEP, "filters": (32, 64, 96), "hidden_units": (128,)},
        training={"epochs": 3, "batch_size": 128, "learning_rate": 1e-3, "warp_strength": 0.3},
        minutes=6,
        score=("mse", "at most", 0.0085),
    ),
}
