"""How close rebuilt images come to the originals, and how close PCA comes at the same code size."""

from collections.abc import Sequence

import numpy as np
from skimage.metrics import structural_similarity
from sklearn.decomposition import PCA

from keraszoo.evaluation.arrays import unit_images

LOWEST_MSE = 1e-10
SSIM_WINDOW = 7
EXACT_PCA_PIXELS = 4096


def reconstruction_scores(original: np.ndarray, rebuilt: np.ndarray) -> dict[str, float]:
    """Mean error and likeness of rebuilt images, with pixels counted in 0-1.

    Args:
        original: shape (count, height, width, channels), uint8 in 0-255 or floats in 0-1; sides of 3 or more.
        rebuilt: the same shape, floats in 0-1.

    Returns:
        ``mse``: squared error per pixel and channel.
        ``squared_error``: squared error summed over an image, mean over the images.
        ``psnr``: decibels, the mean over the images of 10 log10(1 / image's mse), where an mse below 1e-10
        counts as 1e-10, so that a perfect image scores 100.
        ``ssim``: structural similarity (Wang et al. 2004, "Image quality assessment"), 1 for equal images:
        scikit-image's ``structural_similarity`` with its uniform 7x7 window, or the largest odd one that
        fits a smaller image; mean over channels, then over images.

    Raises:
        ValueError: the shapes differ, or a shape, type or range is another one.
    """
    if np.asarray(rebuilt).dtype == np.uint8:
        raise ValueError("rebuilt: expected floats in 0-1, received uint8; divide by 255")
    original, rebuilt = unit_images(original, "original"), unit_images(rebuilt, "rebuilt")
    if original.shape != rebuilt.shape:
        raise ValueError(
            f"expected original and rebuilt of one shape, received {original.shape} and {rebuilt.shape}; "
            "rebuild exactly the images that are compared"
        )
    return _scores(original, rebuilt)


def fit_pca(train: np.ndarray, code_size: int) -> PCA:
    """The first ``code_size`` principal components of the training images, for all the functions below to share.

    Images and errors are those of `pca_reconstructions`.
    """
    train = unit_images(train, "train")
    _check_code_size(train, code_size)
    # The covariance of larger images outgrows memory; the seeded randomized solver stays close to it.
    solver = "covariance_eigh" if train[0].size <= EXACT_PCA_PIXELS else "randomized"
    pca = PCA(code_size, svd_solver=solver, random_state=0)
    return pca.fit(train.reshape(len(train), -1))


def pca_reconstructions(train: np.ndarray, test: np.ndarray, code_size: int, *, pca: PCA | None = None) -> np.ndarray:
    """Test images rebuilt from their projection on the first principal components of the training images.

    The result is not clipped to 0-1: it is PCA's own, least-squares reconstruction.

    Args:
        train: shape (count, height, width, channels), uint8 in 0-255 or floats in 0-1.
        test: images of the same height, width and channels.
        code_size: how many components are kept, at most the pixels of an image and the training images.
        pca: from `fit_pca` of ``train`` and as many components or more; fitted here if it is not given.

    Returns:
        float32 of the shape of ``test``.

    Raises:
        ValueError: the images do not fit each other, or the code size does not fit them.
    """
    train, test = _image_pair(train, test)
    _check_code_size(train, code_size)
    pca = pca or fit_pca(train, code_size)
    return _rebuild(pca, _project(pca, test), code_size, test.shape)


def pca_scores(train: np.ndarray, test: np.ndarray, code_size: int) -> dict[str, float]:
    """The scores of `reconstruction_scores` for PCA fitted on ``train`` and applied to ``test``.

    Args and errors are those of `pca_reconstructions`; what PCA rebuilds is not clipped.
    """
    train, test = _image_pair(train, test)
    pca = fit_pca(train, code_size)
    return _scores(test, _rebuild(pca, _project(pca, test), code_size, test.shape))


def pca_curve(
    train: np.ndarray, test: np.ndarray, code_sizes: Sequence[int], *, pca: PCA | None = None
) -> list[dict[str, float]]:
    """`pca_scores` at several code sizes, all from one decomposition, which may be given.

    Returns:
        One dictionary a code size, in the order given: ``code_size`` and the scores.
    """
    if not code_sizes:
        raise ValueError("code_sizes: expected at least one, received none; give for example [2, 8, 32]")
    train, test = _image_pair(train, test)
    for code_size in code_sizes:
        _check_code_size(train, code_size)
    pca = pca or fit_pca(train, max(code_sizes))
    codes = _project(pca, test)
    return [{"code_size": size, **_scores(test, _rebuild(pca, codes, size, test.shape))} for size in code_sizes]


def _scores(original: np.ndarray, rebuilt: np.ndarray) -> dict[str, float]:
    pixels = original[0].size
    image_mse = np.square(original - rebuilt).reshape(-1, pixels).mean(axis=1, dtype=np.float64)
    mse = float(image_mse.mean())
    return {
        "mse": mse,
        "squared_error": mse * pixels,
        "psnr": float(-10 * np.log10(np.maximum(image_mse, LOWEST_MSE)).mean()),
        "ssim": _mean_ssim(original, rebuilt),
    }


def _mean_ssim(original: np.ndarray, rebuilt: np.ndarray) -> float:
    height, width = original.shape[1:3]
    shorter = min(height, width)
    if shorter < 3:
        raise ValueError(f"expected images of at least 3x3 pixels, received {height}x{width}; enlarge them")
    largest_odd = (shorter - 1) | 1
    window = min(SSIM_WINDOW, largest_odd)
    return float(
        np.mean(
            [
                structural_similarity(image, copy, win_size=window, data_range=1.0, channel_axis=-1)
                for image, copy in zip(original.astype(np.float64), rebuilt.astype(np.float64), strict=True)
            ]
        )
    )


def _image_pair(train: np.ndarray, test: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    train, test = unit_images(train, "train"), unit_images(test, "test")
    if train.shape[1:] != test.shape[1:]:
        raise ValueError(
            f"expected train and test images of one shape, received {train.shape[1:]} and {test.shape[1:]}; "
            "take both from one data set"
        )
    return train, test


def _check_code_size(train: np.ndarray, code_size: int) -> None:
    largest = min(len(train), train[0].size)
    if not isinstance(code_size, (int, np.integer)) or not 1 <= code_size <= largest:
        raise ValueError(
            f"code_size: expected a whole number from 1 to {largest} ({len(train)} training images of "
            f"{train[0].size} pixels), received {code_size!r}; choose a smaller code or give more images"
        )


def _project(pca: PCA, images: np.ndarray) -> np.ndarray:
    return pca.transform(images.reshape(len(images), -1))


def _rebuild(pca: PCA, codes: np.ndarray, code_size: int, shape: tuple[int, ...]) -> np.ndarray:
    rebuilt = codes[:, :code_size] @ pca.components_[:code_size] + pca.mean_
    return rebuilt.reshape(shape).astype(np.float32, copy=False)
