"""The builders: each returns one uncompiled functional ``keras.Model``."""

from keraszoo.models.autoencoder import autoencoder, autoencoder_signatures

__all__ = ["autoencoder", "autoencoder_signatures"]
