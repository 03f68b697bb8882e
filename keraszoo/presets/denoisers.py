"""Denoising autoencoders."""

from keraszoo.presets.preset import SMALL_MUON, Preset

DENOISER = {"architecture": "residual", "filters": (24, 48), "noise_stddev": 0.7, "random_strength": True}
# Where most pixels are 0, the squared error of a fresh network soon rests at an image all black.
DENOISER_TRAINING = {"batch_size": 128, "optimizer": "adam", "learning_rate": 4e-3, "loss": "binary_crossentropy"}

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
        builder=DENOISER,
        training={**DENOISER_TRAINING, "epochs": 16, "warp_strength": 0.3},
        minutes=8,
        score=("gain_db", "at least", 4.0),
    ),
    "denoiser-fashion": Preset(
        description="Fashion-MNIST cleaned of noise",
        family="denoising_autoencoder",
        data="fashion_mnist",
        builder={**DENOISER, "filters": (24, 48, 96)},
        training={**DENOISER_TRAINING, "epochs": 50, "warp_strength": 0.3},
        minutes=133,
        score=("gain_db", "at least", 4.0),
    ),
}
