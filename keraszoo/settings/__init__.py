"""All that decides what a training becomes."""

from keraszoo.settings.choosing import SAVED_MODELS, default_name, find_run, preset_of, settings_for
from keraszoo.settings.settings import Settings, read_record

__all__ = ["SAVED_MODELS", "Settings", "default_name", "find_run", "preset_of", "read_record", "settings_for"]
