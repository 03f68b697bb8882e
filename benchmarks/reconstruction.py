"""How well the autoencoders rebuild the test images of MNIST and Fashion-MNIST, beside PCA of the same code size.

    python benchmarks/reconstruction.py [PRESET ...]

Trains each preset as `keraszoo train PRESET` does (a killed run goes on when repeated; a trained model is used as it
is), scores it on the test split, exports it (an export that fails its proof is recorded as such), and writes
benchmarks/results/reconstruction.json. Needs MNIST and Fashion-MNIST from TensorFlow Datasets.
"""

import sys

from results import update_results

from export import ExportError
from keraszoo import runs

PRESETS = {
    "autoencoder-mnist-dense": ("mnist", "dense"),
    "autoencoder-mnist": ("mnist", "conv"),
    "autoencoder-fashion-dense": ("fashion_mnist", "dense"),
    "autoencoder-fashion": ("fashion_mnist", "conv"),
}


def main(names: list[str]) -> None:
    for name in names or PRESETS:
        dataset, kind = PRESETS[name]
        folder = runs.SAVED_MODELS / name
        if not (folder / "training.json").exists():
            runs.train(runs.settings_for(name), verbose=2)
        scores = runs.evaluate(folder)
        try:
            proof = {"agreement": agreement(runs.export(folder)), "export_failed": None}
        except ExportError as error:
            proof = {"agreement": None, "export_failed": str(error)}
        row = {
            **scores["measures"],
            "code_size": scores["code_size"],
            "parameters": runs.open_run(folder)[1]["parameters"],
            **proof,
        }
        update_results("reconstruction", {dataset: {kind: row, "pca": scores["pca"]}})


def agreement(report: dict) -> dict:
    """Largest absolute difference of the reconstruction and relative loss of the score, by file format."""
    rows = [row for row in report["agreement"] if row["signature"] == "reconstruct"]
    return {
        row["format"]: {"largest_difference": row["largest_difference"], "score_loss": row["score_loss"]}
        for row in rows
    }


if __name__ == "__main__":
    main(sys.argv[1:])
