"""Readers."""

from keraszoo.presets.preset import Preset

READER = {"filters": (32, 64, 128), "hidden_units": (128,), "units": 128}
SMALL_READING = {
    "method": "separate",
    "epochs": 20,
    "strips_per_epoch": 6400,
    "batch_size": 64,
    "learning_rate": 3e-3,
    "warp_strength": 1.0,
    "decoder_epochs": 6,
}

READERS: dict[str, Preset] = {
    "reader-digits": Preset(
        description="8x8 digits, one or two, read in Korean, on the bundled data",
        family="reader",
        data="digits",
        builder={"max_digits": 2, "language": "ko", "units": 64},
        training=SMALL_READING,
        minutes=0.7,
        score=("word_accuracy", "at least", 0.85),
    ),
    "reader-digits-en": Preset(
        description="8x8 digits, one or two, read in English, on the bundled data",
        family="reader",
        data="digits",
        builder={"max_digits": 2, "language": "en", "units": 64},
        training=SMALL_READING,
        minutes=0.7,
        score=("word_accuracy", "at least", 0.85),
    ),
    "reader-english": Preset(
        description="MNIST, one digit read in English",
        family="reader",
        data="mnist",
        builder={"max_digits": 1, "language": "en", **READER},
        training={
            "method": "separate",
            "epochs": 30,
            "strips_per_epoch": 50_000,
            "batch_size": 128,
            "learning_rate": 2e-3,
            "warp_strength": 1.0,
        },
        minutes=8,
        score=("word_accuracy", "at least", 0.995),
    ),
    "reader-korean": Preset(
        description="MNIST, up to four digits read in Korean",
        family="reader",
        data="mnist",
        builder={"max_digits": 4, "language": "ko", **READER},
        training={
            "method": "separate",
            "epochs": 26,
            "strips_per_epoch": 50_000,
            "batch_size": 128,
            "learning_rate": 2e-3,
            "warp_strength": 1.2,
            "warp_share": 1.0,
            "elastic_strength": 1.0,
            "weight_decay": 0.1,
        },
        minutes=28,
        score=("word_accuracy", "at least", 0.985),
    ),
}
