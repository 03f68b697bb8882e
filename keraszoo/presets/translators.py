"""Translators into what a reader writes."""

from keraszoo.presets.preset import Preset

TRANSLATORS: dict[str, Preset] = {
    "translator-english-korean": Preset(
        description="numbers of up to four digits, from English words to Korean ones",
        family="translator",
        data="digits",
        builder={"reader": "reader-korean", "language": "en", "into": "ko"},
        training={"epochs": 20, "batch_size": 128, "learning_rate": 2e-3, "texts_per_epoch": 25_000},
        minutes=5,
        score=("word_accuracy", "at least", 0.999),
    ),
}
