"""Arrays that were expensive to make, kept between processes.

They lie uncompressed (quick to read, and zip's checksums tell damage) in ``$KERASZOO_CACHE``, else in
``$XDG_CACHE_HOME/keraszoo``, else in ``~/.cache/keraszoo``. The folder may be removed at any time.
"""

import logging
import os
from pathlib import Path

import numpy as np

from keraszoo.files import write_whole

logger = logging.getLogger("keraszoo")


def cache_folder() -> Path:
    """Return the folder that the cache lies in; it need not exist."""
    own = os.environ.get("KERASZOO_CACHE")
    if own:
        return Path(own).expanduser()
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "keraszoo"


def read_arrays(path: Path) -> dict[str, np.ndarray] | None:
    """Return the arrays kept in ``path``; None if there are none, or if they are damaged, which is logged."""
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
            return dict(arrays)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except Exception as error:  # damage shows in many ways, and all are mended alike: by making it anew
        logger.warning("The cached %s cannot be read (%s); it is made anew.", path, error)
        return None


def keep_arrays(path: Path, arrays: dict[str, np.ndarray]) -> None:
    """Keep ``arrays`` in ``path``. If that cannot be done it is logged, for only time is lost."""
    try:
        with write_whole(path) as temporary:
            np.savez(temporary, **arrays)  # type: ignore[arg-type]  # no array is called allow_pickle
    except OSError as error:
        logger.warning("The images cannot be cached (%s); set KERASZOO_CACHE to a folder with room to write.", error)
