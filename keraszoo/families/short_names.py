"""What the families are called in conversation, and on the command line."""

SHORT_NAMES = {
    "denoiser": "denoising_autoencoder",
    "hasher": "binary_autoencoder",
    "classifier": "extended_autoencoder",
}


def full_name(name: str) -> str:
    """The family that a short name means; any other name as it is."""
    return SHORT_NAMES.get(name, name)
