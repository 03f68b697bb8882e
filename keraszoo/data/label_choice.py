"""Which images are labelled, where only a few may be."""

from typing import Any

import numpy as np

from keraszoo.data.images import ImageDataset
from keraszoo.data.splits import Split


def class_balanced(labels: Any, count: int, seed: int) -> np.ndarray:
    """Positions of ``count`` labelled images, drawn with ``seed``, as many of each class as of any other, up to one.

    Where ``count`` is no multiple of the classes, ``seed`` also draws which of them get one more, among those that
    have one more. What a smaller count draws with the same seed is among what a larger one draws.

    Args:
        labels: shape ``(n,)``, integers from 0 up, no class between left out.
        count: how many images to draw, at least one for each class.
        seed: 0 or more.

    Returns:
        ``count`` positions in rising order.

    Raises:
        ValueError: labels that are not such, a class without a label or with too few, or a seed below 0.
    """
    labels = np.asarray(labels)
    sizes = _class_sizes(labels)
    classes, smallest = len(sizes), int(sizes.argmin())
    if seed < 0:
        raise ValueError(f"expected a seed of 0 or more, received {seed}; choose another")
    if not isinstance(count, (int, np.integer)) or count < classes:
        raise ValueError(
            f"expected a whole number of at least {classes} labels, one a class, received {count!r}; ask for more"
        )
    most = int(sizes[smallest] * classes + (sizes > sizes[smallest]).sum())
    if count > most:
        raise ValueError(
            f"expected at most {most} of {len(labels)} labels, as many of each class, received {count}; class "
            f"{smallest} has only {sizes[smallest]}: ask for fewer, or add images"
        )
    generator = np.random.default_rng(seed)
    members = [generator.permutation(np.flatnonzero(labels == label)) for label in range(classes)]
    share, more = divmod(count, classes)
    order = generator.permutation(classes)
    shares = np.full(classes, share)
    shares[order[sizes[order] > share][:more]] += 1
    return np.sort(np.concatenate([drawn[:size] for drawn, size in zip(members, shares, strict=True)]))


def labelled_images(
    dataset: ImageDataset, count: int | None, seed: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray, Split | None]:
    """The images to learn from, which of them are labelled, with what, and the images to choose a model by.

    Args:
        dataset: with labels.
        count: how many labels, as for `class_balanced`; None for those of all training images.
        seed: as for `class_balanced`.

    Returns:
        ``(images, positions, labels, validation)``. With a ``count`` the validation images are among the images, and
        ``validation`` is None: their labels are not looked at, but where they are drawn.

    Raises:
        ValueError: as `class_balanced` and `labels_of`.
    """
    train, validation = dataset.train, dataset.validation
    labels, others = labels_of(train, "training"), labels_of(validation, "validation")
    if count is None:
        return train.images, np.arange(len(train)), labels, validation
    labels = np.concatenate([labels, others])
    positions = class_balanced(labels, count, seed)
    return np.concatenate([train.images, validation.images]), positions, labels[positions], None


def labels_of(split: Split, name: str) -> np.ndarray:
    """The labels of a split, or a ``ValueError`` that says which has none."""
    if split.labels is None:
        raise ValueError(f"expected labelled images, the {name} images have no labels; sort them into class folders")
    return split.labels


def _class_sizes(labels: np.ndarray) -> np.ndarray:
    if labels.ndim != 1 or labels.size == 0 or not np.issubdtype(labels.dtype, np.integer):
        raise ValueError(
            f"expected labels as integers of shape (n,), received {labels.dtype} of shape {labels.shape}; "
            "number the classes from 0"
        )
    present, sizes = np.unique(labels, return_counts=True)
    if present[0] < 0:
        raise ValueError(f"expected labels of 0 or more, received {present[0]}; number the classes from 0")
    if present[-1] >= len(present):
        missing = int(np.argmax(present != np.arange(len(present))))
        raise ValueError(
            f"expected an image of every class from 0 to {present[-1]}, received none of class {missing}; "
            "add some, or number the classes without gaps"
        )
    return sizes
