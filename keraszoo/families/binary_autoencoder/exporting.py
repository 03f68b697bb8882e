"""What a hasher is exported with: images and bits, and the search among them."""

from typing import Any

import keras
import numpy as np

from export import QUANTIZED, Score
from keraszoo.data import ImageDataset
from keraszoo.evaluation import retrieval_scores, retrieval_split
from keraszoo.families.binary_autoencoder.inference import has_pairs, run_hash
from keraszoo.models import binary_autoencoder_signatures as signatures

CALIBRATION_IMAGES = 500
PROOF_IMAGES = 1000
PROOF_QUERIES_PER_CLASS = 10


def export_inputs(model: keras.Model, dataset: ImageDataset) -> dict[str, Any]:
    """Training images and bits to calibrate on, test images and bits to prove on, and the search among them."""
    graph = signatures(model)["hash"]

    def inputs(images: np.ndarray) -> dict[str, dict[str, np.ndarray]]:
        pixels = images.astype(np.float32)
        return {"hash": {"image": pixels}, "decode": {"bits": run_hash(graph, images)["bits"]}}

    proof = dataset.test.take(np.arange(min(PROOF_IMAGES, len(dataset.test))))
    score = None
    if has_pairs(proof.labels):
        score = Score("map", "hash", proof.labels, _mean_average_precision, largest_loss=dict.fromkeys(QUANTIZED, 0.01))
    return {
        "calibration": inputs(dataset.train.images[:CALIBRATION_IMAGES]),
        "samples": inputs(proof.images),
        "score": score,
        "rounded": {"hash": {"bits": "soft_code"}},
    }


def _mean_average_precision(outputs: dict[str, np.ndarray], labels: np.ndarray) -> float:
    """Of a few images of each class, looked for among the others; of few images each is, or chance would decide."""
    bits = outputs["bits"]
    if len(labels) < PROOF_IMAGES:
        places = np.arange(len(labels))
        splits = [(places == query, places != query) for query in places]
    else:
        splits = [retrieval_split(labels, PROOF_QUERIES_PER_CLASS)]
    found = [
        retrieval_scores(bits[queries], bits[items], labels[queries], labels[items], ())["map"]
        for queries, items in splits
    ]
    return float(np.mean(found))
