"""What only the zoo can say on a model's card: what it is for and not for, its data, its scores, how to load it."""

from collections.abc import Mapping
from typing import Any

from export import CardText, Measure
from keraszoo.data import number_words
from keraszoo.data.licences import source_of
from keraszoo.families import family
from keraszoo.presets import SHIPPED
from keraszoo.presets.shipped import SHIPPED_FORMATS
from keraszoo.settings import Settings, preset_of

INSTALL = "pip install keraszoo"
EXAMPLE = 7
"""A number that every translator knows."""


def card_text(settings: Settings, record: Mapping[str, Any], evaluation: Mapping[str, Any] | None) -> CardText:
    """The zoo's words for the card of a run.

    Args:
        settings: Of the run.
        record: Its ``training.json``.
        evaluation: Its ``evaluation.json``, if there is one; without it the card has no scores.
    """
    card, source = family(settings.family).CARD, source_of(settings.data)
    measures = evaluation["measures"] if evaluation else {}
    scores = [
        Measure(name, f"{measures[name]:.4g}", protocol) for name, protocol in card.measures.items() if name in measures
    ]
    words = number_words(EXAMPLE, settings.builder.get("language", "en"))
    program = card.python.replace("{words}", words)
    preset = preset_of(settings)
    note = "" if card.data else source.note
    return CardText(
        purpose=card.purpose,
        limits=" ".join(part for part in (card.limits, note) if part),
        data=card.data or source.description,
        training=f"keraszoo train {settings.name}" if preset else _typed(record.get("command", "")),
        scores=scores,
        python=f'import keraszoo\n\nmodel = keraszoo.load("{settings.name}", runtime="tflite")\n{program}',
        install=INSTALL,
        files=_files_sentence(settings.name) if preset and settings.name in SHIPPED else "",
        picture=next(iter(card.pictures.values())),
    )


def _files_sentence(name: str) -> str:
    files = ", ".join(f"`{each}`" for each in ("model.keras", *(f"tflite/{each}.tflite" for each in SHIPPED_FORMATS)))
    return f"Of these come with the zoo: {files}; `keraszoo export {name}` makes the others."


def _typed(command: str) -> str:
    """The command, if it is one that can be typed again, not a program's."""
    return command if command.startswith("keraszoo ") else ""
