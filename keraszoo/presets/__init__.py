"""The zoo's table: every model that ``keraszoo train NAME`` can make, with all that decides what it becomes.

Each family has its rows in a file of its own.
"""

from keraszoo.names import nearest_name_hint
from keraszoo.presets.autoencoders import AUTOENCODERS
from keraszoo.presets.classifiers import CLASSIFIERS
from keraszoo.presets.denoisers import DENOISERS
from keraszoo.presets.hashers import HASHERS
from keraszoo.presets.preset import Preset
from keraszoo.presets.readers import READERS
from keraszoo.presets.shipped import SHIPPED
from keraszoo.presets.translators import TRANSLATORS

__all__ = ["PRESETS", "SHIPPED", "Preset", "preset"]

PRESETS: dict[str, Preset] = {
    **AUTOENCODERS,
    **DENOISERS,
    **HASHERS,
    **CLASSIFIERS,
    **READERS,
    **TRANSLATORS,
}


def preset(name: str) -> Preset:
    """The preset of that name; raises a ``ValueError`` that suggests the nearest."""
    if name not in PRESETS:
        hint = nearest_name_hint(name, PRESETS)
        raise ValueError(f"expected a preset, received {name!r}.{hint} `keraszoo list` shows all of them")
    return PRESETS[name]
