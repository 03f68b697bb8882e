"""What the tables of figures share: a Markdown table, and the names that stand in it."""

from collections.abc import Iterable
from typing import Any

DATASETS = {"mnist": "MNIST", "fashion_mnist": "Fashion-MNIST"}
KINDS = {"pca": "PCA", "dense": "dense autoencoder", "conv": "convolutional autoencoder"}


def table(columns: Iterable[str], rows: Iterable[Iterable[Any]]) -> str:
    """Rows of texts under their columns' names."""
    columns = list(columns)
    return "\n".join(f"| {' | '.join(row)} |" for row in (columns, ["---"] * len(columns), *rows))
