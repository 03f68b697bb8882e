"""Which installed fonts can write words, in whatever script they are."""

import unicodedata
from collections.abc import Iterable

from matplotlib.font_manager import FontEntry, FontProperties, findfont, fontManager
from matplotlib.ft2font import FT2Font

# It comes with matplotlib and has a glyph for every character, but the same box for all of a script.
PLACEHOLDERS = ("Last Resort", ".LastResort")


def font_families(texts: Iterable[str]) -> list[str] | None:
    """The families to give matplotlib, which takes each character from the first that has it; None if none can do.

    The default comes first, since it looks like the rest of the picture, and is all that Latin, Greek and Cyrillic
    need. It lacks Hangul, among others: those come from one installed font that has them all, a regular one if there
    is any. Scripts that are written from right to left, or with marks on their letters, come apart in older versions
    of matplotlib, whatever the font: for those it is None as well.
    """
    characters = set().union(*texts)
    if any(_needs_shaping(character) for character in characters):
        return None
    families = FontProperties().get_family()
    default = findfont(FontProperties())
    lacking = {character for character in characters if not _has_all(default, {character})}
    if not lacking:
        return families
    for entry in sorted(fontManager.ttflist, key=_plainness):
        if not entry.name.startswith(PLACEHOLDERS) and _has_all(entry.fname, lacking):
            return [*families, entry.name]
    return None


def _needs_shaping(character: str) -> bool:
    return unicodedata.bidirectional(character) in ("R", "AL") or unicodedata.category(character).startswith("M")


def _has_all(path: str, characters: set[str]) -> bool:
    try:
        font = FT2Font(path)
    except (OSError, RuntimeError):  # removed or replaced since matplotlib listed it
        return False
    return all(font.get_char_index(ord(character)) for character in characters)


def _plainness(entry: FontEntry) -> tuple[bool, bool, str, str]:
    return entry.weight not in (400, "normal"), entry.style != "normal", entry.name, entry.fname
