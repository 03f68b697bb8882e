"""How well strips of digit images are read as words, in three ways of training, and how fast.

    python benchmarks/reading.py [english | korean | ways | translation | speed ...]

`english`, `korean` and `translation` train their presets as `keraszoo train PRESET` does, score them on test images,
or on numbers never seen in training, and count for each file of a reader how many of 10,000 test strips it reads
otherwise than Keras. `ways` trains the Korean preset's model from the same first weights end to end, in parts, and in
parts and then as a whole, with epochs that take the same time, and draws what each reads after how much of it;
`ways/end_to_end` and so on train one of them.
`speed` reads strips in TFLite beside the usual loop of Keras, `model.predict` for each token. Writes
benchmarks/results/reading.json and a picture. A killed run goes on when repeated; a trained model is used as it is, and
a way that stands in the results is left out. Needs MNIST from TensorFlow Datasets.
"""

import json
import shutil
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

import keras
import numpy as np
from results import RESULTS, read_results, update_results

from export import ExportError
from export.runtimes import litert
from keraszoo import runs
from keraszoo.data import ImageDataset, NumberTexts, draw_number_strips, number_texts
from keraszoo.data.number_strips import NumberStrips
from keraszoo.data.vocabulary import END, START
from keraszoo.evaluation import plot_learning_ways
from keraszoo.families import reader
from keraszoo.families.reader.evaluation import TEST_STRIPS
from keraszoo.families.reader.training import VALIDATION_STRIPS
from keraszoo.files import write_whole
from keraszoo.models import context_model
from keraszoo.models.word_decoders import decoder_steps
from keraszoo.training import predict

KOREAN = "reader-korean"
READERS = {"english": "reader-english", "korean": KOREAN}
TRANSLATOR = "translator-english-korean"
BOOK = {"english": {"1": 0.897}, "korean": {"2": 0.738, "3": 0.345, "4": 0.255}}
"""Whole words by the number of images, as a textbook has them."""
FORMATS = ("float32", "float16", "int8")
WAYS = {
    "end_to_end": {"epochs": 26, "elastic_strength": 0.5},
    "separate": {"epochs": 32, "decoder_epochs": 12},
    "fine_tuned": {"epochs": 26, "decoder_epochs": 12, "tuning_epochs": 5},
}
"""Epochs that take as long together: one of the whole 1.25 times as long as the encoder's, five times the decoder's. An
encoder that learns from words alone takes images that are bent less."""
WAYS_FOLDER = runs.SAVED_MODELS / ".reading-ways"
ENCODER = "context"
"""The name of the model that is fitted while the encoder learns alone."""
LEAST_OF_FOUR_DIGITS = 1000
TIMED_STRIPS = 100


def main(chosen: list[str]) -> None:
    parts: dict[str, Callable[[], None]] = {
        "english": lambda: reading("english"),
        "korean": lambda: reading("korean"),
        "ways": ways,
        "translation": translation,
        "speed": speed,
    }
    single = {f"ways/{method}": partial(way, method) for method in WAYS}
    for name in chosen or parts:
        {**parts, **single}[name]()


def reading(language: str) -> None:
    """One reader's measures by the number of images, the book's beside them, and what its files do otherwise."""
    name = READERS[language]
    folder = trained(name)
    figures: dict[str, Any] = {"parameters": runs.open_run(folder)[1]["parameters"]}
    for measure, value in runs.evaluate(folder)["measures"].items():
        kind, _, length = measure.rpartition("_")
        if length.isdigit():
            figures.setdefault(length, {})[kind] = value
        else:
            figures[measure] = value
    for length, published in BOOK[language].items():
        figures[length]["published"] = published
    try:
        runs.export(folder)
        proof: dict[str, Any] = {"files": files(folder), "export_failed": None}
    except ExportError as error:
        proof = {"files": None, "export_failed": str(error)}
    update_results("reading", {language: {**figures, **proof}})


def trained(name: str) -> Path:
    folder = runs.SAVED_MODELS / name
    if not (folder / "training.json").exists():
        runs.train(runs.settings_for(name), verbose=2)
    return folder


def files(folder: Path) -> dict[str, Any]:
    """For each file: the strips with other tokens than Keras's, and the share of whole words that it loses of all."""
    settings, _, model = runs.open_run(folder)
    strips = test_strips(settings.load_data(), texts_of(settings))
    expected = tokens_read(reader.signatures(model)["read"], strips)
    result = {}
    for key in FORMATS:
        read = litert.open_signature(folder / "tflite" / f"{key}.tflite", "read")
        found = read({"images": strips.images})["token_ids"]
        result[key] = {
            "strips_read_otherwise": int((found != expected).any(axis=1).sum()),
            "word_accuracy_loss": float(right(expected, strips).mean() - right(found, strips).mean()),
        }
    return result


def ways() -> None:
    for method in WAYS:
        if method not in read_results("reading").get("ways", {}):
            way(method)
    rows = read_results("reading")["ways"]
    plot_learning_ways({method: rows[f"{method}_curve"] for method in WAYS}, RESULTS / "reading-ways.png")


def way(method: str) -> None:
    """Train in one way, and score the words of four test images once."""
    settings = runs.settings_for(KOREAN, training={**WAYS[method], "method": method})
    dataset, texts, folder = settings.load_data(), texts_of(settings), WAYS_FOLDER / method
    # As `keraszoo.runs.train` does: names and first weights are then the same in every process, so that it resumes.
    keras.backend.clear_session()
    keras.utils.set_random_seed(settings.seed)
    model = reader.build(dataset.image_shape, **settings.builder)
    read = reader.signatures(model)["read"]
    validation = draw_number_strips(dataset.validation, texts, VALIDATION_STRIPS, seed=2)
    curve = TimedAccuracy(folder / "curve.json", lambda: right(tokens_read(read, validation), validation).mean())
    options = {"seed": settings.seed, "callbacks": [curve], "verbose": 2, **settings.training}
    reader.train(model, dataset, folder, texts.max_digits, texts.language, **options)
    test = test_strips(dataset, texts)
    of_four = test.numbers >= LEAST_OF_FOUR_DIGITS
    figures = {
        method: float(right(tokens_read(read, test), test)[of_four].mean()),
        f"{method}_seconds": round(curve.seconds, 1),
        f"{method}_training": WAYS[method],
        f"{method}_curve": [[round(seconds, 1), accuracy] for seconds, accuracy in curve.rows()],
    }
    update_results("reading", {"ways": figures})
    shutil.rmtree(folder)


class TimedAccuracy(keras.callbacks.Callback):
    """Counts the processor's seconds of all epochs, and measures after each in which the decoder learned.

    Measuring takes none of the seconds. `fit` backs up their number; the rows are in a file, from which those of epochs
    that a resumed training repeats are dropped.
    """

    def __init__(self, path: Path, measure: Callable[[], float]) -> None:
        super().__init__()
        self.path = path
        self.measure = measure
        self.seconds = 0.0

    def on_epoch_begin(self, epoch: int, logs: dict | None = None) -> None:
        self.begin = time.process_time()

    def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
        before = self.seconds
        self.seconds += time.process_time() - self.begin
        if self.model.name != ENCODER:
            kept = [row for row in self.rows() if row[0] <= before]
            with write_whole(self.path) as temporary:
                temporary.write_text(json.dumps([*kept, [self.seconds, float(self.measure())]]))

    def rows(self) -> list[list[float]]:
        """Pairs of seconds and what was measured after them."""
        return json.loads(self.path.read_text()) if self.path.exists() else []


def translation() -> None:
    measures = runs.evaluate(trained(TRANSLATOR))["measures"]
    update_results("reading", {"translation": measures})


def speed() -> None:
    """One strip after the other, read by both in turns: median times, and that they read the same."""
    folder = trained(KOREAN)
    path = folder / "tflite" / "float32.tflite"
    if not path.exists():
        runs.export(folder)
    settings, _, model = runs.open_run(folder)
    file = litert.open_signature(path, "read", threads=1)
    readers: dict[str, Callable[[np.ndarray], np.ndarray]] = {
        "tflite": lambda strip: file({"images": strip})["token_ids"][0],
        "predict_loop": predict_loop(model),
    }
    strips = test_strips(settings.load_data(), texts_of(settings)).images[:TIMED_STRIPS].astype(np.float32)
    for read in readers.values():
        read(strips[:1])
    seconds: dict[str, list[float]] = {way: [] for way in readers}
    for place in range(len(strips)):
        found = {}
        for way, read in readers.items():
            begin = time.perf_counter()
            found[way] = read(strips[place : place + 1])
            seconds[way].append(time.perf_counter() - begin)
        if not np.array_equal(found["tflite"], found["predict_loop"]):
            raise ValueError(f"expected the same tokens of test strip {place}, received {found}; export the model anew")
    times = {way: median(values) for way, values in seconds.items()}
    figures = {
        "milliseconds": {way: round(1000 * value, 3) for way, value in times.items()},
        "vs_predict_loop": round(times["predict_loop"] / times["tflite"]),
    }
    update_results("reading", {"reading": figures})


def predict_loop(model: keras.Model) -> Callable[[np.ndarray], np.ndarray]:
    """The usual way of Keras: ``predict`` of an encoder, then ``predict`` of a decoder's step for each token."""
    decoder = model.get_layer("decoder")
    encoder, length = context_model(model), decoder.output_shape[1]
    context = keras.Input(batch_shape=(1, *encoder.output["context"].shape[1:]))
    previous_id = keras.Input(batch_shape=(1,), dtype="int32")
    step, first_states = decoder_steps(decoder, context)
    states = [keras.Input(batch_shape=tuple(state.shape)) for state in first_states]
    given, next_states = step(0, (previous_id, keras.ops.one_hot(previous_id, decoder.output_shape[2])), states)
    step_model = keras.Model([context, previous_id, *states], [given["probabilities"], *next_states])
    zeros = [np.asarray(state) for state in first_states]

    def read(strip: np.ndarray) -> np.ndarray:
        context = encoder.predict(strip, verbose=0)["context"]
        token_ids, token, states = np.zeros(length, np.int32), START, zeros
        for place in range(length):
            probabilities, *states = step_model.predict([context, np.array([token]), *states], verbose=0)
            token = token_ids[place] = probabilities[0].argmax()
            if token == END:
                break
        return token_ids

    return read


def texts_of(settings: runs.Settings) -> NumberTexts:
    return number_texts(settings.builder["language"], settings.builder["max_digits"])


def test_strips(dataset: ImageDataset, texts: NumberTexts) -> NumberStrips:
    """Those that `keraszoo evaluate` scores a reader on."""
    return draw_number_strips(dataset.test, texts, TEST_STRIPS, seed=0)


def tokens_read(graph: keras.Model, strips: NumberStrips) -> np.ndarray:
    return predict(graph, strips.images, 256)["token_ids"]


def right(token_ids: np.ndarray, strips: NumberStrips) -> np.ndarray:
    """Which strips were read without any mistake."""
    return (token_ids == strips.token_ids).all(axis=1)


if __name__ == "__main__":
    main(sys.argv[1:])
