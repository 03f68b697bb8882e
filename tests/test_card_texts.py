"""The zoo's words on a model's card, and how they come to stand on it."""

import pytest

from keraszoo.card_texts import card_text
from keraszoo.data.licences import SOURCES, source_of
from keraszoo.presets import PRESETS
from keraszoo.settings import settings_for


@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_s_data_and_command_are_told_and_its_score_is_shown(name):
    settings = settings_for(name)
    measure = PRESETS[name].score[0]
    text = card_text(settings, {"command": "benchmark.py"}, {"measures": {measure: 0.98765}})
    assert settings.data in SOURCES
    assert text.training == f"keraszoo train {name}"
    assert not text.scores or text.scores[0].value == "0.9877"
    assert f'keraszoo.load("{name}", runtime="tflite")' in text.python


def test_a_card_says_which_files_come_with_the_zoo_if_any_do():
    said = card_text(settings_for("hasher-mnist"), {}, None).files
    assert said == (
        "Of these come with the zoo: `model.keras`, `tflite/float16.tflite`, `tflite/int8.tflite`; "
        "`keraszoo export hasher-mnist` makes the others."
    )
    assert card_text(settings_for("hasher-mnist", training={"epochs": 1}), {}, None).files == ""
    assert card_text(settings_for("hasher-digits"), {}, None).files == ""


@pytest.mark.parametrize(
    ("source", "says"),
    [
        ("mnist:3.0.1", "CC BY-SA 3.0"),
        ("fashion_mnist", "MIT"),
        ("digits", "BSD-3-Clause"),
        ("emnist/letters", "https://www.tensorflow.org/datasets/catalog/emnist"),
        ("./mine", "of their owners"),
    ],
)
def test_the_licence_of_data(source, says):
    assert says in source_of(source).description


def test_an_own_model_tells_the_command_that_was_typed_and_no_scores_before_it_is_evaluated():
    settings = settings_for("autoencoder", name="mine", data="./pictures")
    text = card_text(settings, {"command": "keraszoo train autoencoder --data pictures"}, None)
    assert (text.training, text.scores) == ("keraszoo train autoencoder --data pictures", [])
    assert card_text(settings, {"command": "-c"}, None).training == ""
