"""Labels of a few images, spread to those that are like them."""

import numpy as np
from scipy.sparse import coo_matrix, diags

from keraszoo.training.neighbours import nearest

NEIGHBOURS = 10
STEPS = 80


def propagate_labels(
    neighbours: np.ndarray, labelled: np.ndarray, labels: np.ndarray, num_classes: int, diffusion: float = 0.99
) -> np.ndarray:
    """Each image's share in the classes, which flow from the labelled images along the graph of neighbours.

    In each of 80 steps an image takes on what its neighbours have, and a labelled one keeps a little of its label (Zhou
    et al., "Learning with local and global consistency", 2004). Classes count alike, however many images they reach.

    Args:
        neighbours: ``(n, k)`` positions of the images nearest to each, as from `nearest`.
        labelled: ``(m,)`` positions of the labelled images.
        labels: ``(m,)`` integers from 0 to ``num_classes - 1``, theirs.
        num_classes: how many classes there are.
        diffusion: how much of an image's shares comes from its neighbours, between 0 and 1.

    Returns:
        float32 ``(n, num_classes)``: rows that sum to 1, or rows of zeros where no label came to.

    Raises:
        ValueError: for a ``diffusion`` that is not between 0 and 1, or a class without a label.
    """
    if not 0 < diffusion < 1:
        raise ValueError(f"diffusion must lie between 0 and 1; received {diffusion!r}")
    missing = sorted(set(range(num_classes)) - set(np.asarray(labels).tolist()))
    if missing:
        raise ValueError(
            f"expected a label of each of {num_classes} classes, found none of class {missing[0]}: add some"
        )
    count, degree = neighbours.shape
    rows = np.repeat(np.arange(count), degree)
    edges = coo_matrix((np.ones(count * degree, np.float32), (rows, neighbours.ravel())), (count, count)).tocsr()
    edges = edges + edges.T
    scale = diags(1 / np.sqrt(np.asarray(edges.sum(axis=1)).ravel()))
    flow = (scale @ edges @ scale).astype(np.float32)

    source = np.zeros((count, num_classes), np.float32)
    source[labelled, labels] = 1
    shares = source
    for _ in range(STEPS):
        shares = diffusion * (flow @ shares) + (1 - diffusion) * source
    shares = shares / shares.sum(axis=0)
    return shares / np.maximum(shares.sum(axis=1, keepdims=True), np.finfo(np.float32).tiny)


def add_likely_labels(
    features: np.ndarray, labelled: np.ndarray, labels: np.ndarray, num_classes: int, share: float
) -> tuple[np.ndarray, np.ndarray]:
    """The labelled images and those whose label is likeliest from them, by `propagate_labels` over ten neighbours.

    Args:
        features: ``(n, size)``, near to each other where images show the same.
        labelled: as for `propagate_labels`, like ``labels`` and ``num_classes``.
        share: how many of the other images are added, 0-1, as far as labels reach.

    Returns:
        Their positions in rising order, and their labels.

    Raises:
        ValueError: as `propagate_labels`, or for a ``share`` outside 0-1.
    """
    if not 0 <= share <= 1:
        raise ValueError(f"the share of images that labels are spread to must lie within 0-1; received {share!r}")
    neighbours = nearest(features, min(NEIGHBOURS, len(features) - 1))
    shares = propagate_labels(neighbours, labelled, labels, num_classes)
    likeliest, likelihood = shares.argmax(axis=1), shares.max(axis=1)
    likeliest[labelled], likelihood[labelled] = labels, np.inf
    reached = int((likelihood > 0).sum())
    count = min(reached, len(labelled) + round(share * (len(features) - len(labelled))))
    chosen = np.sort(np.argsort(-likelihood, kind="stable")[:count])
    return chosen, likeliest[chosen]
