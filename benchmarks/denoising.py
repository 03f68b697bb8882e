"""How clean noisy images become: our denoisers beside classical filters and beside keras.io's example.

    python benchmarks/denoising.py [same_size | denoiser-mnist | denoiser-fashion ...]

`same_size` trains our builder with no more parameters than keras.io's example (`benchmarks/keras_io_denoiser.py`) has,
for its noise and its loss, and scores the noisy test images as that one does. The presets are trained as `keraszoo
train PRESET` does, scored on the first 1,000 test images at noise 0.1 to 0.7, and exported. A killed run goes on when
repeated; a trained model is used as it is. Writes benchmarks/results/denoising.json. Needs MNIST and
Fashion-MNIST from TensorFlow Datasets.
"""

import sys

from keras_io_denoiser import NOISE
from results import update_results

from export import ExportError
from keraszoo import runs
from keraszoo.evaluation import add_noise, denoising_scores
from keraszoo.training import predict

PRESETS = {"denoiser-mnist": "mnist", "denoiser-fashion": "fashion_mnist"}
SAME_SIZE = {
    "data": "mnist",
    "name": "denoiser-mnist-same-size",
    "builder": {"architecture": "residual", "filters": (27,), "noise_stddev": NOISE},
    "training": {"epochs": 40, "batch_size": 128, "learning_rate": 1e-2, "loss": "binary_crossentropy"},
}


def main(names: list[str]) -> None:
    for name in names or ("same_size", *PRESETS):
        if name == "same_size":
            same_size()
        else:
            preset(name)


def same_size() -> None:
    """The example's protocol: binary cross-entropy of the test images with noise 0.4, clipped."""
    folder = runs.SAVED_MODELS / str(SAME_SIZE["name"])
    if not (folder / "training.json").exists():
        runs.train(runs.settings_for("denoising_autoencoder", **SAME_SIZE), verbose=2)
    settings, record, model = runs.open_run(folder)
    clean = settings.load_data().test.images
    cleaned = predict(model, 255 * add_noise(clean, NOISE, seed=1))
    figures = {"bce": denoising_scores(clean, cleaned)["bce"], "epochs": record["epochs"]}
    update_results("denoising", {"ours_same_size": {**figures, "parameters": record["parameters"]}})


def preset(name: str) -> None:
    """One preset beside the filters, and its files' losses."""
    folder = runs.SAVED_MODELS / name
    if not (folder / "training.json").exists():
        runs.train(runs.settings_for(name), verbose=2)
    scores = runs.evaluate(folder)
    try:
        rows = runs.export(folder)["agreement"]
        loss = {row["format"]: row["score_loss"] for row in rows if row["score_loss"] is not None}
        proof = {"score_loss": loss, "export_failed": None}
    except ExportError as error:
        proof = {"score_loss": None, "export_failed": str(error)}
    curve = {
        f"{row['noise']:g}": {
            "input_psnr": row["input"]["psnr"],
            **{measure: row["model"][measure] for measure in ("psnr", "ssim", "bce")},
            "best_filter": row["best_filter"],
            "filter_psnr": row["filters"][row["best_filter"]]["psnr"] if row["best_filter"] else None,
            "gain_db": row["gain_db"],
        }
        for row in scores["curve"]
    }
    parameters = runs.open_run(folder)[1]["parameters"]
    row = {**scores["measures"], "curve": curve, "parameters": parameters, **proof}
    update_results("denoising", {PRESETS[name]: row})


if __name__ == "__main__":
    main(sys.argv[1:])
