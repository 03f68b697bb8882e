"""The binary-code family: trained until views of one image agree on their bits, scored by what the bits find."""

import math
from collections.abc import Callable
from functools import partial
from numbers import Real
from pathlib import Path
from typing import Any

import keras
import numpy as np

from export import QUANTIZED, Score
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
from keraszoo.models import binary_autoencoder as build
from keraszoo.models import binary_autoencoder_signatures as signatures
from keraszoo.training import (
    SmallWarps,
    TwoViewLoss,
    features,
    fit,
    nearest,
    run_stages,
    two_view_batches,
)
from keraszoo.training.callbacks import EpochPicture

__all__ = ["build", "evaluate", "export_inputs", "measure", "signatures", "summary", "train", "typical_inputs"]

CALIBRATION_IMAGES = 500
PROOF_IMAGES = 1000
PROOF_QUERIES_PER_CLASS = 10
QUERIES_PER_CLASS = 100
PRECISION_AT = (100, 5000)
UNDECIDED_SHARE = 0.018
"""Of the training images' codes, within 0.1-0.9 after training."""
VALIDATION_PAIRS = 500
"""Pairs of views that lie together in the validation data: `fit` validates in batches of 1,000."""
SHOWN = 10
"""Images in a picture."""


def train(
    model: keras.Model,
    dataset: ImageDataset,
    folder: Path,
    *,
    seed: int,
    batch_size: int = 512,
    warp_strength: float = 3.0,
    code_weight: float = 0.3,
    decorrelation: float = 1.0,
    neighbours: int = 10,
    neighbour_stages: int = 1,
    **options: Any,
) -> list[dict[str, float]]:
    """Fit the model on changed views of the training images, each rebuilt as the image it is of.

    `TwoViewLoss`, weighted with ``code_weight``, makes the views of an image agree on their bits. Then come
    ``neighbour_stages`` of as many epochs, in which the second view is of one of the ``neighbours`` nearest images, by
    what the encoder has before its last layer (the idea of SCAN, Van Gansbeke et al., 2020). No label is looked at.
    ``options`` go to `keraszoo.training.fit`.
    """
    if not isinstance(neighbour_stages, int) or neighbour_stages < 0:
        raise ValueError(f"neighbour_stages must be an integer of 0 or more; received {neighbour_stages!r}")
    if not isinstance(code_weight, Real) or not 0 <= code_weight < math.inf:
        raise ValueError(f"code_weight must be a finite number of 0 or more; received {code_weight!r}")
    largest = len(dataset.train) - 1
    if neighbour_stages and (not isinstance(neighbours, int) or not 1 <= neighbours <= largest):
        raise ValueError(
            f"neighbours must be an integer from 1 to {largest}, the other images; received {neighbours!r}"
        )
    augment = SmallWarps(warp_strength, 1.0)
    graphs = signatures(model)
    shown = dataset.validation.images[:SHOWN]

    def draw(stage: Path, _: keras.Model, epoch: int) -> None:
        rows = {"original": shown, "from bits": _decode(graphs["decode"], _hash(graphs["hash"], shown)["bits"])}
        plot_image_rows(rows, folder / "progress" / f"{stage.name}_epoch_{epoch:04d}.png")

    def learn(stage: Path, partners: np.ndarray | None = None) -> list[dict[str, float]]:
        return fit(
            model,
            two_view_batches(
                dataset.train.images, batch_size=batch_size, seed=seed, augment=augment, partners=partners
            ),
            validation=_views(dataset.validation.images, augment, seed),
            loss={"reconstruction": "mean_squared_error", "soft_code": TwoViewLoss(decorrelation)},
            loss_weights={"reconstruction": 1.0, "soft_code": code_weight},
            folder=stage,
            callbacks=[EpochPicture(partial(draw, stage))],
            **options,
        )

    def learn_from_neighbours(stage: Path) -> list[dict[str, float]]:
        return learn(stage, nearest(features(model, dataset.train.images), neighbours))

    stages: dict[str, Callable[[Path], list[dict[str, float]]]] = {"views": learn}
    stages |= {f"neighbours_{number}": learn_from_neighbours for number in range(1, neighbour_stages + 1)}
    history = run_stages(stages, folder)
    _scale_logits(model, dataset.train.images)
    return history


def _scale_logits(model: keras.Model, images: np.ndarray) -> None:
    """Scale the encoder's last layer so that `UNDECIDED_SHARE` of these images' codes lie within 0.1-0.9.

    Training lets the logits grow without bound. That changes no bit, but the soft code becomes so steep that it shows
    the rounding errors of float32 where a bit is on the brink: it is made no steeper than it needs to be.
    """
    last = model.get_layer("encoder").layers[-1]
    brink = float(np.quantile(np.abs(_logits(model, images)), UNDECIDED_SHARE))
    if isinstance(last, keras.layers.Dense) and brink:
        last.set_weights([weights * math.log(0.9 / 0.1) / brink for weights in last.get_weights()])


def typical_inputs(model: keras.Model, images: np.ndarray) -> np.ndarray:
    """The images as they are."""
    return images


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
    hashed = _hash(graphs["hash"], test.images)
    rebuilt = {kind: _decode(graphs["decode"], hashed[kind]) for kind in ("soft_code", "bits")}
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
    if test.labels is not None:
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


def export_inputs(model: keras.Model, dataset: ImageDataset) -> dict[str, Any]:
    """Training images and bits to calibrate on, test images and bits to prove on, and the search among them."""
    graph = signatures(model)["hash"]

    def inputs(images: np.ndarray) -> dict[str, dict[str, np.ndarray]]:
        pixels = images.astype(np.float32)
        return {"hash": {"image": pixels}, "decode": {"bits": _hash(graph, images)["bits"]}}

    proof = dataset.test.take(np.arange(min(PROOF_IMAGES, len(dataset.test))))
    return {
        "calibration": inputs(dataset.train.images[:CALIBRATION_IMAGES]),
        "samples": inputs(proof.images),
        "score": None if proof.labels is None else _search_score(proof.labels),
        "rounded": {"hash": {"bits": "soft_code"}},
    }


def hash_images(model: keras.Model, images: np.ndarray) -> dict[str, np.ndarray]:
    """``soft_code`` and ``bits`` of uint8 or float images 0-255, both float32 ``(n, bits)``."""
    return _hash(signatures(model)["hash"], images)


def _search_score(labels: np.ndarray) -> Score:
    """The mean average precision of a few images, whose labels these are, among the others."""
    queries, items = retrieval_split(labels, PROOF_QUERIES_PER_CLASS)

    def measure(outputs: dict[str, np.ndarray]) -> float:
        bits = outputs["bits"]
        return retrieval_scores(bits[queries], bits[items], labels[queries], labels[items], ())["map"]

    return Score("map", "hash", measure, largest_loss=dict.fromkeys(QUANTIZED, 0.01))


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
    hashed = _hash(graph, both)["bits"]
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


def _views(images: np.ndarray, augment: SmallWarps, seed: int) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """Validation data: two views of each image, in blocks that `fit` validates as one batch."""
    batches = two_view_batches(images, batch_size=VALIDATION_PAIRS, seed=seed, augment=augment)
    views, targets = zip(*batches.from_epoch(0).take(batches.steps_per_epoch).as_numpy_iterator(), strict=True)
    return np.concatenate(views), {name: np.concatenate([target[name] for target in targets]) for name in targets[0]}


def _logits(model: keras.Model, images: np.ndarray) -> np.ndarray:
    image = keras.Input(model.input_shape[1:])
    logits = model.get_layer("encoder")(model.get_layer("scaling")(image))
    return keras.Model(image, logits).predict(images, batch_size=1000, verbose=0)


def _hash(graph: keras.Model, images: np.ndarray) -> dict[str, np.ndarray]:
    return graph.predict(images, batch_size=1000, verbose=0)


def _decode(graph: keras.Model, codes: np.ndarray) -> np.ndarray:
    return graph.predict(codes, batch_size=1000, verbose=0)["reconstruction"]
