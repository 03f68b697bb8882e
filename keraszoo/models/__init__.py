"""The builders, one file a family. Each returns one uncompiled functional `keras.Model`."""

from keraszoo.models.autoencoder import autoencoder, autoencoder_signatures
from keraszoo.models.binary_autoencoder import binary_autoencoder, binary_autoencoder_signatures
from keraszoo.models.denoising_autoencoder import denoising_autoencoder, denoising_autoencoder_signatures
from keraszoo.models.extended_autoencoder import extended_autoencoder, extended_autoencoder_signatures

__all__ = [
    "autoencoder",
    "autoencoder_signatures",
    "binary_autoencoder",
    "binary_autoencoder_signatures",
    "denoising_autoencoder",
    "denoising_autoencoder_signatures",
    "extended_autoencoder",
    "extended_autoencoder_signatures",
]
