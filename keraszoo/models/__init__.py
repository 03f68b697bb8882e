"""The builders, one file a family. Each returns one uncompiled functional `keras.Model`."""

from keraszoo.models.autoencoder import autoencoder, autoencoder_signatures
from keraszoo.models.binary_autoencoder import binary_autoencoder, binary_autoencoder_signatures
from keraszoo.models.denoising_autoencoder import denoising_autoencoder, denoising_autoencoder_signatures
from keraszoo.models.extended_autoencoder import extended_autoencoder, extended_autoencoder_signatures
from keraszoo.models.reader import (
    attention_model,
    context_model,
    decoding_model,
    reader,
    reader_signatures,
    reading_model,
    strip_encoder,
)
from keraszoo.models.translator import translation_model, translator, translator_signatures

__all__ = [
    "attention_model",
    "autoencoder",
    "autoencoder_signatures",
    "binary_autoencoder",
    "binary_autoencoder_signatures",
    "context_model",
    "decoding_model",
    "denoising_autoencoder",
    "denoising_autoencoder_signatures",
    "extended_autoencoder",
    "extended_autoencoder_signatures",
    "reader",
    "reader_signatures",
    "reading_model",
    "strip_encoder",
    "translation_model",
    "translator",
    "translator_signatures",
]
