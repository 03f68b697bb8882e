"""What a reader is exported with: strips and their words, and the vocabulary."""

from typing import Any

import keras
import numpy as np

from export import Text
from keraszoo.data import ImageDataset, draw_number_strips, number_texts
from keraszoo.data.number_strips import NumberStrips
from keraszoo.data.vocabulary import END
from keraszoo.families.scores import word_accuracy_score
from keraszoo.models import reader_signatures as signatures
from keraszoo.training import predict

PROOF_STRIPS = 1000
CALIBRATION_STRIPS = 500


def export_inputs(model: keras.Model, dataset: ImageDataset, max_digits: int, language: str) -> dict[str, Any]:
    """Training strips to calibrate on, test strips to prove the words on, and the vocabulary for text."""
    texts = number_texts(language, max_digits)
    context = signatures(model)["context"]

    def samples(strips: NumberStrips) -> dict[str, dict[str, np.ndarray]]:
        images = strips.images.astype(np.float32)
        contexts = predict(context, images, 256)["context"]
        return {"read": {"images": images}, "context": {"images": images}, "decode": {"context": contexts}}

    test = draw_number_strips(dataset.test, texts, PROOF_STRIPS, seed=0)

    text = Text("token_ids", texts.vocabulary.pieces, END)
    return {
        "calibration": samples(draw_number_strips(dataset.train, texts, CALIBRATION_STRIPS, seed=1)),
        "samples": samples(test),
        "score": word_accuracy_score("read", test.token_ids),
        "texts": {"read": {"text": text}, "decode": {"text": text}},
    }


def assets(model: keras.Model, dataset: ImageDataset, max_digits: int, language: str) -> dict[str, str]:
    """The vocabulary of the words."""
    return {"vocabulary.json": number_texts(language, max_digits).vocabulary.to_json()}
