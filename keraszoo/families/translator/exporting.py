"""What a translator is exported with: words of numbers, and both vocabularies."""

from typing import Any

import keras

from export import Text
from keraszoo.data import ImageDataset, number_texts, numbers_to_learn, numbers_to_test
from keraszoo.data.vocabulary import END
from keraszoo.families.scores import word_accuracy_score
from keraszoo.families.translator.inference import some_of

CALIBRATION_TEXTS = 500
PROOF_TEXTS = 500


def export_inputs(model: keras.Model, dataset: ImageDataset, language: str, into: str) -> dict[str, Any]:
    """Words of numbers that were learned to calibrate on, and of others to prove on."""
    max_digits = model.get_layer("encoder").output.shape[1]
    texts, target = number_texts(language, max_digits), number_texts(into, max_digits)
    numbers = some_of(numbers_to_test(max_digits), PROOF_TEXTS)
    learned = some_of(numbers_to_learn(max_digits), CALIBRATION_TEXTS)
    return {
        "calibration": {name: {"source_ids": texts.encode(learned)} for name in ("translate", "context")},
        "samples": {name: {"source_ids": texts.encode(numbers)} for name in ("translate", "context")},
        "score": word_accuracy_score("translate", target.encode(numbers)),
        "texts": {"translate": {"text": Text("token_ids", target.vocabulary.pieces, END)}},
    }


def assets(model: keras.Model, dataset: ImageDataset, language: str, into: str) -> dict[str, str]:
    """The vocabularies of what is written and of what is read."""
    max_digits = model.get_layer("encoder").output.shape[1]
    return {
        "vocabulary.json": number_texts(into, max_digits).vocabulary.to_json(),
        "source_vocabulary.json": number_texts(language, max_digits).vocabulary.to_json(),
    }
