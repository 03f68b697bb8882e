"""Write a file whole or not at all."""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


@contextmanager
def write_whole(path: str | os.PathLike[str]) -> Iterator[Path]:
    """Give a temporary neighbour of ``path`` to write to, which takes the place of ``path`` on success.

    A reader sees the old file or the whole new one, never a part, not even after a power cut. If the body
    raises, the neighbour is removed and the old file stays. Missing parent folders are made. The neighbour
    keeps the suffix, since Keras and NumPy choose the format by it::

        with write_whole("scores.json") as temporary:
            temporary.write_text("{}")

    Raises:
        OSError: the folder cannot be written, the disk is full, or the body wrote nothing.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.stem}-{secrets.token_hex(4)}{path.suffix}")
    try:
        yield temporary
        _flush_to_disk(temporary)
        os.replace(temporary, path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    # The rename itself must last too; not every file system lets a folder be flushed.
    with suppress(OSError):
        _flush_to_disk(path.parent)


def _flush_to_disk(path: Path) -> None:
    # Windows flushes only what is open for writing and opens no folder.
    descriptor = os.open(path, os.O_RDONLY if path.is_dir() else os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
