"""How far a few labels go: one network from new weights, on a frozen encoder, fine-tuned, and with unlabelled images.

    python benchmarks/labels.py [few | few/100 | few/1000 | few/10 | book | all | all/mnist | all/fashion_mnist ...]

`few` trains classifiers of MNIST on 10, 100 and 1,000 labels: a seed draws the labelled images, the new weights and the
batches. They are built on the autoencoder of the preset `classifier-mnist-100-labels`, trained once and without labels.
`book` is the protocol of a textbook: 480 labels of 48,000 images, scored on 9,000 others of MNIST's training images.
`all` trains the presets `classifier-mnist` and `classifier-fashion`. Each model is scored once on its test images. Of
the presets it is counted how many test images each file decides otherwise than Keras does, where Keras's two likeliest
classes are further than 1e-4 apart. Writes benchmarks/results/labels.json, with the seconds that trainings took, and a
picture. A killed run goes on when repeated; a trial that stands in the results is left out. Needs MNIST and Fashion-
MNIST from TensorFlow Datasets.
"""

import shutil
import sys
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from statistics import mean, stdev
from typing import Any

import keras
import numpy as np
from results import RESULTS, read_results, update_results

from export import ExportError
from export.runtimes import litert
from keraszoo import runs
from keraszoo.data import ImageDataset, Split, load_images
from keraszoo.evaluation import classification_scores, plot_label_curves
from keraszoo.families import family
from keraszoo.presets import PRESETS
from keraszoo.training import predict

FEW = "classifier-mnist-100-labels"
ALL = {"mnist": "classifier-mnist", "fashion_mnist": "classifier-fashion"}
SUPERVISED = {"epochs": 20, "batch_size": 256, "learning_rate": 2e-3}
"""What the methods that see no unlabelled images have in place of the preset's."""
UNCHANGED = {"warp_strength": 0.0, "elastic_strength": 0.0, "erased_side": 0.0, "strokes": 0}
"""What the preset changes images by is knowledge of its own: without it, they are shown as they are."""
METHODS = ("frozen", "fine_tuned", "scratch")
WAYS: dict[str, dict[str, Any]] = {
    **{method: {"method": method, **SUPERVISED} for method in METHODS},
    **{f"{method}_unchanged": {"method": method, **SUPERVISED, **UNCHANGED} for method in METHODS},
    "joint": {"method": "joint"},
}
"""How the preset's training is changed."""
SEEDS = {100: 10, 1000: 3, 10: 3}
"""By number of labels, in the order of the trials; of the joint way, which takes minutes a seed, 10 labels have 10."""
BOOK = {"labels": 480, "train": 48_000, "validation": 3_000, "test": 9_000}
BOOK_FOLDER = runs.SAVED_MODELS / ".labels-book"
FORMATS = ("float32", "float16", "int8")
BRINK = 1e-4


def main(chosen: list[str]) -> None:
    parts: dict[str, Callable[[], None]] = {"few": few, "book": book, "all": all_labels}
    single = {f"all/{data}": partial(all_labels, data) for data in ALL}
    single |= {f"few/{labels}": partial(few, labels) for labels in SEEDS}
    for name in chosen or parts:
        {**parts, **single}[name]()


def few(*chosen: int) -> None:
    for labels in chosen or SEEDS:
        for way in WAYS:
            for seed in range(10 if (labels, way) == (10, "joint") else SEEDS[labels]):
                done = read_results("labels").get("mnist", {}).get(f"labels{labels}", {}).get(way, {})
                if str(seed) not in done.get("seeds", {}):
                    row = {"seeds": {str(seed): trial(labels, way, seed)}}
                    update_results("labels", {"mnist": {f"labels{labels}": {way: row}}})
                if seed > 0:
                    summarize(labels, way)
    draw()


def trial(labels: int, way: str, seed: int) -> dict[str, float]:
    """Train one classifier as ``keraszoo train`` does, score it and remove it."""
    training = {**WAYS[way], "labels": labels}
    settings = runs.settings_for(FEW, name=f"{FEW}-trial-{labels}-{way}-{seed}", seed=seed, training=training)
    folder = runs.train(settings, verbose=0)
    _, record, model = runs.open_run(folder)
    row = {"error_percent": error_percent(model, settings.load_data().test)}
    shutil.rmtree(folder)
    return {**row, "seconds": record["seconds_since_last_start"]}


def summarize(labels: int, way: str) -> None:
    """Mean and standard deviation over the seeds so far, two or more; those of the joint way are the figure itself."""
    key = f"labels{labels}"
    seeds = read_results("labels")["mnist"][key][way]["seeds"].values()
    errors = [row["error_percent"] for row in seeds]
    figures = {"error_percent": mean(errors), "stdev": stdev(errors), "values": errors}
    figures["minutes"] = sum(row["seconds"] for row in seeds) / 60
    update_results("labels", {"mnist": {key: {way: figures, **(figures if way == "joint" else {})}}})


def draw() -> None:
    rows = read_results("labels")["mnist"]
    curves = {
        way.replace("_", "-"): {
            labels: [1 - error / 100 for error in rows[key][way]["values"]]
            for labels in SEEDS
            if "values" in rows.get(key := f"labels{labels}", {}).get(way, {})
        }
        for way in (*METHODS, "joint")
    }
    plot_label_curves(curves, RESULTS / "label-curves.png")


def book() -> None:
    """The autoencoder learns from the 48,000 images, the classifiers from 480 labels of them and the same images."""
    dataset = book_split()
    row = PRESETS[FEW]
    base_row = PRESETS[row.builder["autoencoder"]]
    base_path = BOOK_FOLDER / "autoencoder.keras"
    if not base_path.exists():
        base = learned(base_row.family, dataset, base_row.builder, base_row.training)
        base.save(base_path)
    # Labels are drawn from training and validation images alike; the book's own validation images stay out of it.
    own = dataset.train
    known = replace(dataset, train=own.take(np.arange(45_000)), validation=own.take(np.arange(45_000, len(own))))
    figures = {}
    for method in ("joint", "scratch"):
        builder = {**row.builder, "autoencoder": keras.saving.load_model(base_path), "num_classes": 10}
        changes = {} if method == "joint" else SUPERVISED
        training = {**row.training, **changes, "method": method, "labels": BOOK["labels"]}
        model = learned(row.family, known, builder, training, folder=method)
        figures[method] = 1 - error_percent(model, dataset.test) / 100
    figures = {"accuracy": figures["joint"], "scratch": figures["scratch"], "published": 0.796}
    update_results("labels", {"book": {f"labels{BOOK['labels']}": figures}})
    shutil.rmtree(BOOK_FOLDER)


def book_split() -> ImageDataset:
    """MNIST's training images, drawn into the book's three parts; labels are drawn from the first."""
    mnist = load_images("mnist")
    images = np.concatenate([mnist.train.images, mnist.validation.images])
    labels = np.concatenate([mnist.train.labels, mnist.validation.labels])
    order = np.random.default_rng(0).permutation(len(images))
    ends = np.cumsum([BOOK["train"], BOOK["validation"], BOOK["test"]])
    parts = [Split(images[part], labels[part]) for part in np.split(order, ends)[:3]]
    return ImageDataset("mnist, the book's split", *parts, mnist.class_names)


def learned(name: str, dataset: ImageDataset, builder: Any, training: Any, folder: str = "autoencoder") -> keras.Model:
    """A family's model, trained on these images; a killed training goes on."""
    module = family(name)
    keras.utils.set_random_seed(0)
    model = module.build(dataset.image_shape, **builder)
    module.train(model, dataset, BOOK_FOLDER / folder, seed=0, verbose=2, **training)
    return model


def all_labels(*chosen: str) -> None:
    for data in chosen or ALL:
        folder = runs.SAVED_MODELS / ALL[data]
        if not (folder / "training.json").exists():
            runs.train(runs.settings_for(ALL[data]), verbose=2)
        scores = runs.evaluate(folder)
        try:
            rows = runs.export(folder)["agreement"]
            proof: dict[str, Any] = {"files": files(rows, folder), "export_failed": None}
        except ExportError as error:
            proof = {"files": None, "export_failed": str(error)}
        update_results("labels", {data: {"all": {**scores["measures"], "code": scores["code"], **proof}}})


def files(rows: list[dict[str, Any]], folder: Path) -> dict[str, Any]:
    """For each file: the accuracy that it loses, relative, and the test images that it decides otherwise than Keras."""
    settings, _, model = runs.open_run(folder)
    images = settings.load_data().test.images.astype(np.float32)
    expected = probabilities_of(model, images)
    second, first = np.sort(expected, axis=1)[:, -2:].T
    clear = first - second > BRINK
    result = {}
    for row in rows:
        if row["format"] in FORMATS and row["output"] == "probabilities":
            classify = litert.open_signature(folder / row["file"], "classify")
            other = classify({"image": images})["probabilities"].argmax(axis=1) != expected.argmax(axis=1)
            result[row["format"]] = {
                "accuracy_loss": row["score_loss"],
                "decided_otherwise": int((other & clear).sum()),
            }
    return result


def error_percent(model: keras.Model, test: Split) -> float:
    return classification_scores(probabilities_of(model, test.images), test.labels)["error_percent"]


def probabilities_of(model: keras.Model, images: np.ndarray) -> np.ndarray:
    graph = family("extended_autoencoder").signatures(model)["classify"]
    return predict(graph, images)["probabilities"]


if __name__ == "__main__":
    main(sys.argv[1:])
