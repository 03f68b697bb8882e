"""What every source of images gives, and the rules by which splits are cut."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

VALIDATION_SHARE = 1 / 12  # of the training images: 5,000 of MNIST's 60,000
TEST_SHARE = 1 / 6  # of all images, where the source has no test split of its own


@dataclass(frozen=True, eq=False)
class Split:
    """Images and their labels.

    Attributes:
        images: ``uint8`` pixels 0-255 of shape ``(n, height, width, channels)``, 1 or 3 channels.
        labels: ``int64`` positions in the class names, of shape ``(n,)``; None where there are none.
    """

    images: np.ndarray
    labels: np.ndarray | None

    def __len__(self) -> int:
        return len(self.images)

    def take(self, positions: np.ndarray) -> "Split":
        """Return the images and labels at ``positions`` (whole numbers or a mask), in that order."""
        return Split(self.images[positions], None if self.labels is None else self.labels[positions])


@dataclass(frozen=True, eq=False)
class SourceImages:
    """What a source gives: a test split that no seed touches, and the rest.

    Attributes:
        name: what the source is called, with its version if it has one.
        train: everything that is not test; validation is cut from it later.
        test: the test split.
        class_names: the names that labels point at; empty where there are no labels.
    """

    name: str
    train: Split
    test: Split
    class_names: tuple[str, ...]


def cut_validation(train: Split, seed: int) -> tuple[Split, Split]:
    """Cut a twelfth of ``train``, at least one image, drawn with ``seed``; both parts keep their order.

    Returns ``(train, validation)``.

    Raises:
        ValueError: fewer than two images, or a seed below 0.
    """
    if seed < 0:
        raise ValueError(f"expected a seed of 0 or more, received {seed}; choose another")
    if len(train) < 2:
        raise ValueError(f"expected at least 2 images to train and validate with, received {len(train)}; add images")
    is_validation = np.zeros(len(train), dtype=bool)
    count = max(1, round(len(train) * VALIDATION_SHARE))
    is_validation[np.random.default_rng(seed).permutation(len(train))[:count]] = True
    return train.take(~is_validation), train.take(is_validation)


def cut_last(images: Split) -> tuple[Split, Split]:
    """Cut the last sixth as the test split: the same images every time. Returns ``(rest, test)``."""
    is_test = np.arange(len(images)) >= len(images) - _test_count(len(images), len(images) * TEST_SHARE)
    return images.take(~is_test), images.take(is_test)


def cut_by_name(images: Split, names: Sequence[str]) -> tuple[Split, Split]:
    """Cut about a sixth as the test split, chosen by a hash of each image's name. Returns ``(rest, test)``.

    Both are in the order of the hashes, so that the first few of either are of any class, where names tell the class.
    Adding images moves none of the others from one split to the other. Only in a set so small that the hash
    would leave a split empty does the image of the smallest hash stand in.
    """
    shares = np.array([_hash_share(name) for name in names])
    order = np.argsort(shares, kind="stable")
    count = _test_count(len(images), int(np.sum(shares < TEST_SHARE)))
    return images.take(order[count:]), images.take(order[:count])


def _hash_share(name: str) -> float:
    digest = hashlib.sha256(name.encode(errors="surrogateescape")).digest()
    return int.from_bytes(digest[:6], "big") / 2**48


def _test_count(total: int, wanted: float) -> int:
    if total < 3:
        raise ValueError(f"expected at least 3 images (to train, validate and test), received {total}; add images")
    return min(max(1, int(wanted)), total - 2)
