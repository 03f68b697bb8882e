"""Score an autoencoder by how well images are rebuilt, beside PCA."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import keras
import numpy as np

from keraszoo.data import ImageDataset
from keraszoo.evaluation import (
    fit_pca,
    pca_curve,
    pca_reconstructions,
    plot_code_map,
    plot_error_against_code_size,
    plot_image_rows,
    plot_learning_curves,
    plot_walks,
    reconstruction_scores,
)
from keraszoo.families.autoencoder.inference import run_decode, run_encode
from keraszoo.models import autoencoder_signatures as signatures
from keraszoo.training import predict

PCA_CODE_SIZES = (2, 4, 8, 16, 32, 64)
SHOWN = 10
"""Images in a picture."""
MAPPED = 2000
"""Codes in the map."""


def evaluate(
    model: keras.Model,
    dataset: ImageDataset,
    folder: Path,
    history: list[dict[str, float]],
    siblings: Sequence[keras.Model] = (),
) -> dict[str, Any]:
    """Score the test split beside PCA of the same code size, and draw five pictures into ``folder``.

    PCA learns from the training and the validation images, as it needs none to choose by. ``siblings`` are models
    with other code sizes, for the curve of the error against it.
    """
    graphs = signatures(model)
    test, learned = dataset.test.images, np.concatenate([dataset.train.images, dataset.validation.images])
    codes = run_encode(graphs["encode"], test)
    decode = partial(run_decode, graphs["decode"])
    rebuilt = decode(codes)
    code_size = codes.shape[1]
    scores = {"code_size": code_size, "measures": reconstruction_scores(test, rebuilt)}

    errors = {code_size: scores["measures"]["squared_error"]}
    for sibling in siblings:
        sibling_rebuilt = predict(sibling, test)
        sibling_size = sibling.get_layer("encoder").output_shape[-1]
        errors[sibling_size] = reconstruction_scores(test, sibling_rebuilt)["squared_error"]
    largest = min(len(learned), learned[0].size)
    sizes = sorted(size for size in {*errors, *PCA_CODE_SIZES} if size <= largest)
    components = fit_pca(learned, max(sizes))
    pca = {int(row.pop("code_size")): row for row in pca_curve(learned, test, sizes, pca=components)}
    scores["pca"] = pca.get(code_size)
    scores["squared_error_by_code_size"] = {
        "autoencoder": {str(size): errors[size] for size in sorted(errors)},
        "PCA": {str(size): row["squared_error"] for size, row in pca.items()},
    }

    rows = {"original": test[:SHOWN], "autoencoder": rebuilt[:SHOWN]}
    if code_size in pca:
        rows["PCA"] = pca_reconstructions(learned, test[:SHOWN], code_size, pca=components)
    plot_image_rows(rows, folder / "reconstructions.png")
    plot_learning_curves(history, folder / "learning_curves.png")
    labels = None if dataset.test.labels is None else dataset.test.labels[:MAPPED]
    plot_code_map(codes[:MAPPED], labels, dataset.class_names, folder / "code_map.png")
    ends = codes[:SHOWN]
    walks = max(1, len(ends) // 2)
    plot_walks(decode, ends[:walks], ends[-walks:], folder / "walks.png")
    curves = scores["squared_error_by_code_size"].items()
    plot_error_against_code_size(
        {name: [(int(size), error) for size, error in curve.items()] for name, curve in curves},
        folder / "error_against_code_size.png",
    )
    return scores


def measure(loaded: Any, dataset: ImageDataset) -> dict[str, float]:
    """The measures that `evaluate` has."""
    test = dataset.test.images
    return reconstruction_scores(test, loaded.reconstruct(test))


def summary(scores: dict[str, Any]) -> list[str]:
    """A table of the autoencoder and PCA, one line each."""
    code = f"code of {scores['code_size']} numbers"
    lines = [f"{code:20}{'squared error':>15}{'MSE':>10}{'PSNR dB':>10}{'SSIM':>8}"]
    for name, row in (("autoencoder", scores["measures"]), ("PCA", scores["pca"])):
        if row:
            lines.append(
                f"{name:20}{row['squared_error']:15.4f}{row['mse']:10.5f}{row['psnr']:10.2f}{row['ssim']:8.4f}"
            )
    return lines
