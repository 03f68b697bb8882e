"""Score a hasher by what its bits find, beside other binary codes."""

from pathlib import Path
from typing import Any

import keras
import numpy as np

from keraszoo.data import ImageDataset, Split, labels_of
from keraszoo.evaluation import (
    code_advice,
    code_diagnostics,
    itq_bits,
    nearest_images,
    pca_sign_bits,
    plot_code_diagnostics,
    plot_image_rows,
    plot_learning_curves,
    plot_neighbours,
    reconstruction_scores,
    retrieval_scores,
    retrieval_split,
)
from keraszoo.families.binary_autoencoder.inference import has_pairs, run_decode, run_hash
from keraszoo.models import binary_autoencoder_signatures as signatures

QUERIES_PER_CLASS = 100
PRECISION_AT = (100, 5000)
SHOWN = 10
"""Images in a picture."""


def evaluate(
    model: keras.Model, dataset: ImageDataset, folder: Path, history: list[dict[str, float]]
) -> dict[str, Any]:
    """Score the codes on the test split, and draw four pictures into ``folder``.

    With labels, up to 100 test images a class look for their class among all other images, beside ITQ and PCA codes of
    the same length. The ``measures`` are those of the search (``map``, ``p100``, ``p5000``), of the codes
    (``undecided``) and of the image rebuilt from bits (``mse``, ``rounding_loss``: what it costs over the soft code).
    """
    test = dataset.test
    graphs = signatures(model)
    hashed = run_hash(graphs["hash"], test.images)
    rebuilt = {kind: run_decode(graphs["decode"], hashed[kind]) for kind in ("soft_code", "bits")}
    mse = {kind: reconstruction_scores(test.images, images)["mse"] for kind, images in rebuilt.items()}
    diagnostics = code_diagnostics(hashed["soft_code"])
    measures = {
        "undecided": diagnostics["undecided"],
        "mse": mse["bits"],
        "rounding_loss": mse["bits"] / mse["soft_code"] - 1,
    }
    scores: dict[str, Any] = {"measures": measures, "diagnostics": diagnostics, "advice": code_advice(diagnostics)}

    rows = {"original": test.images, "from soft codes": rebuilt["soft_code"], "from bits": rebuilt["bits"]}
    plot_image_rows({name: images[:SHOWN] for name, images in rows.items()}, folder / "reconstructions.png")
    plot_learning_curves(history, folder / "learning_curves.png")
    plot_code_diagnostics(hashed["soft_code"], folder / "code_diagnostics.png")
    if has_pairs(test.labels):
        scores["retrieval"] = _retrieval(graphs["hash"], dataset, folder)
        measures.update(scores["retrieval"]["autoencoder"])
    return scores


def measure(loaded: Any, dataset: ImageDataset) -> dict[str, float]:
    """The ``map`` that `evaluate` has."""
    queries, database = _queries_and_database(dataset)
    bits = loaded.hash(np.concatenate([queries.images, database.images]))
    count = len(queries)
    return retrieval_scores(bits[:count], bits[count:], queries.labels, database.labels, ())


def summary(scores: dict[str, Any]) -> list[str]:
    """What the bits find, beside other codes, and what the diagnostics advise."""
    measures = scores["measures"]
    lines = [
        f"{100 * measures['undecided']:.2f}% of the code undecided (0.1-0.9); rebuilding from bits costs "
        f"{100 * measures['rounding_loss']:.1f}% over the soft code"
    ]
    if "retrieval" in scores:
        rows = {name: row for name, row in scores["retrieval"].items() if isinstance(row, dict)}
        names = list(rows["autoencoder"])
        lines.append(f"{'search':14}" + "".join(f"{name:>9}" for name in names))
        lines += [f"{name:14}" + "".join(f"{row[key]:9.3f}" for key in names) for name, row in rows.items()]
    return lines + scores["advice"]


def _queries_and_database(dataset: ImageDataset) -> tuple[Split, Split]:
    """Balanced queries from the test split, and all other images: those that were learned from first."""
    queries, others = map(dataset.test.take, retrieval_split(labels_of(dataset.test, "test"), QUERIES_PER_CLASS))
    parts = (dataset.train, dataset.validation, others)
    images = np.concatenate([part.images for part in parts])
    return queries, Split(images, np.concatenate([labels_of(part, "training") for part in parts]))


def _retrieval(graph: keras.Model, dataset: ImageDataset, folder: Path) -> dict[str, Any]:
    """`retrieval_scores` of our codes and others, of the queries against the database."""
    queries, database = _queries_and_database(dataset)
    learned = database.images[: len(dataset.train) + len(dataset.validation)]
    both = np.concatenate([queries.images, database.images])
    hashed = run_hash(graph, both)["bits"]
    bits = hashed.shape[1]
    codes = {"autoencoder": hashed}
    if bits <= min(len(learned), learned[0].size):
        codes |= {"ITQ": itq_bits(learned, both, bits), "PCA sign": pca_sign_bits(learned, both, bits)}

    count = len(queries)
    shown = np.linspace(0, count - 1, min(SHOWN, count), dtype=int)
    found = nearest_images(hashed[shown], hashed[count:], database.images)
    plot_neighbours(queries.images[shown], found, folder / "neighbours.png")
    nearest = [number for number in PRECISION_AT if number <= len(database)]
    scores = {
        name: retrieval_scores(rows[:count], rows[count:], queries.labels, database.labels, nearest)
        for name, rows in codes.items()
    }
    return {"queries": count, "database": len(database), **scores}
