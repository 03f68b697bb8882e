"""Binary codes without a network, to compare learned ones with: the signs of principal components, and ITQ."""

import numpy as np
from numpy.typing import ArrayLike
from sklearn.decomposition import PCA

from keraszoo.evaluation.arrays import unit_images


def pca_sign_bits(train: ArrayLike, images: ArrayLike, bits: int) -> np.ndarray:
    """Codes of the signs of the first principal components of the training images.

    Args:
        train: what the components are learned from, shape (count, height, width, channels), uint8 in 0-255 or floats
            in 0-1.
        images: what is hashed, of the same height, width and channels.
        bits: the components, at most the pixels of an image and the training images.

    Returns:
        uint8 of 0 and 1, shape (images, bits).

    Raises:
        ValueError: the images do not fit each other, or the bits do not fit them.
    """
    _, projected = _projections(train, images, bits)
    return (projected > 0).astype(np.uint8)


def itq_bits(train: ArrayLike, images: ArrayLike, bits: int, iterations: int = 50, seed: int = 0) -> np.ndarray:
    """Codes of principal components turned until they are close to -1 and 1.

    Gong & Lazebnik 2011, "Iterative quantization: a Procrustean approach to learning binary codes".

    Args:
        train, images, bits: as `pca_sign_bits` has them.
        iterations: how often codes and rotation are fitted to each other in turn.
        seed: of the rotation that is begun with.

    Returns:
        uint8 of 0 and 1, shape (images, bits).

    Raises:
        ValueError: as `pca_sign_bits`, or ``iterations`` is below 0.
    """
    if iterations < 0:
        raise ValueError(f"iterations: expected at least 0, received {iterations}")
    learned_from, projected = _projections(train, images, bits)
    rotation = np.linalg.qr(np.random.default_rng(seed).standard_normal((bits, bits)))[0].astype(np.float32)
    for _ in range(iterations):
        signs = np.where(learned_from @ rotation > 0, np.float32(1), np.float32(-1))
        left, _, right = np.linalg.svd(learned_from.T @ signs)
        rotation = left @ right
    return (projected @ rotation > 0).astype(np.uint8)


def _projections(train: ArrayLike, images: ArrayLike, bits: int) -> tuple[np.ndarray, np.ndarray]:
    """Training images and images on the principal components, centred on the training mean."""
    train, images = unit_images(train, "train"), unit_images(images, "images")
    if train.shape[1:] != images.shape[1:]:
        raise ValueError(
            f"expected train and images of one shape, received {train.shape[1:]} and {images.shape[1:]}; "
            "take both from one data set"
        )
    largest = min(len(train), train[0].size)
    if not isinstance(bits, (int, np.integer)) or not 1 <= bits <= largest:
        raise ValueError(f"bits: expected a whole number from 1 to {largest}, received {bits!r}; give more images")
    flat = train.reshape(len(train), -1)
    pca = PCA(bits, svd_solver="covariance_eigh").fit(flat)
    return pca.transform(flat), pca.transform(images.reshape(len(images), -1))
