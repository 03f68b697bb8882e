"""What a family's ``CARD`` is."""

from typing import NamedTuple


class CardPart(NamedTuple):
    """A family's part of a card.

    ``python`` is what is done with ``model``, ``{words}`` in it those of a number. ``measures`` says how each measure
    of the family's ``evaluate`` that a card shows was made. ``pictures`` says what each PNG file of it shows, by the
    file's stem, the one on top first. ``data`` stands in the place of what is known of the images.
    """

    purpose: str
    limits: str
    python: str
    measures: dict[str, str]
    pictures: dict[str, str]
    data: str = ""
