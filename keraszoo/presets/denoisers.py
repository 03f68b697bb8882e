"""Denoising autoencoders."""

from keraszoo.presets.preset import MUON, SMALL_MUON, Preset

DENOISER = {
    "architecture": "convolutional",
    "filters": (32, 64),
    "hidden_units": (512,),
    "activation": "silu",
    "noise_stddev": 0.7,
    "random_strength": True,
}

DENOISERS: dict[str, Preset] = {
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
}
