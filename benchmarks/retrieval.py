"""What binary codes find, beside ITQ and the signs of principal components, on MNIST and Fashion-MNIST.

    python benchmarks/retrieval.py [DATASET/BITS/SEED ...]

100 queries a class from the test split against all other images, no label looked at in training; ties count as the
mean over their orders. Trains the presets `hasher-mnist` and `hasher-fashion` with 32 bits and three seeds, 16 and 64
bits with one (a killed run goes on when repeated, a trained model is used as it is), exports them, and writes
benchmarks/results/retrieval.json, with the mean over the seeds. Needs both data sets from TensorFlow Datasets.
"""

import sys
from statistics import mean, stdev
from typing import Any

import numpy as np
from results import read_results, update_results

from export import ExportError
from export.runtimes import litert, serving
from keraszoo import runs
from keraszoo.families.binary_autoencoder import hash_images
from keraszoo.presets import PRESETS

PRESET = {"mnist": "hasher-mnist", "fashion_mnist": "hasher-fashion"}
BITS, SEEDS = 32, (0, 1, 2)
TRIALS = [(dataset, BITS, seed) for seed in SEEDS for dataset in PRESET]
TRIALS += [(dataset, bits, 0) for bits in (64, 16) for dataset in PRESET]
MEASURES = ("map", "p100", "p5000", "undecided", "rounding_loss")
BRINK = 1e-4


def main(chosen: list[str]) -> None:
    for dataset, bits, seed in TRIALS:
        if not chosen or f"{dataset}/{bits}/{seed}" in chosen:
            score(dataset, bits, seed)


def score(dataset: str, bits: int, seed: int) -> None:
    """Train one model, if that is not done, and put its figures and the means over its seeds into the results."""
    name = model_name(dataset, bits, seed)
    folder = runs.SAVED_MODELS / name
    if not (folder / "training.json").exists():
        changes: dict[str, Any] = {"name": name, "seed": seed}
        runs.train(runs.settings_for(PRESET[dataset], builder={"bits": bits}, **changes), verbose=2)
    scores = runs.evaluate(folder)
    measures = {measure: scores["measures"][measure] for measure in MEASURES}
    others = {other: scores["retrieval"][other] for other in ("ITQ", "PCA sign")}
    try:
        proof: dict[str, Any] = {"files": files(runs.export(folder), folder, dataset), "export_failed": None}
    except ExportError as error:
        proof = {"files": None, "export_failed": str(error)}
    key = f"bits{bits}"
    update_results("retrieval", {dataset: {key: {"seeds": {str(seed): {**measures, **proof}}, **others}}})
    seeds = read_results("retrieval")[dataset][key]["seeds"].values()
    values = {measure: [row[measure] for row in seeds] for measure in MEASURES}
    spread = {measure: stdev(row) for measure, row in values.items() if len(row) > 1}
    means = {measure: mean(row) for measure, row in values.items()}
    update_results("retrieval", {dataset: {key: {**means, "stdev": spread}}})


def files(report: dict[str, Any], folder: Any, dataset: str) -> dict[str, Any]:
    """For each file: the share of bits flipped and the loss of mean average precision in the proof; and the bits of all
    test images that are no more than `BRINK` from undecided and differ all the same."""
    rows = [row for row in report["agreement"] if row["output"] == "bits"]
    result = {row["format"]: {"flipped": row["flipped"], "map_loss": row["score_loss"]} for row in rows}
    settings, _, model = runs.open_run(folder)
    images = settings.load_data().test.images.astype(np.float32)
    expected = hash_images(model, images)
    decided = np.abs(expected["soft_code"] - 0.5) > BRINK
    for row in rows:
        if row["format"] in ("saved_model", "float32"):
            open_signature = serving.open_signature if row["format"] == "saved_model" else litert.open_signature
            received = open_signature(folder / row["file"], "hash")({"image": images})["bits"]
            result[row["format"]]["decided_flips"] = int((received != expected["bits"])[decided].sum())
    return result


def model_name(dataset: str, bits: int, seed: int) -> str:
    """The run folder of a trial; the preset's own where it is the preset."""
    preset = PRESET[dataset]
    return preset if (bits, seed) == (BITS, PRESETS[preset].seed) else f"{preset}-{bits}-bits-seed-{seed}"


if __name__ == "__main__":
    main(sys.argv[1:])
