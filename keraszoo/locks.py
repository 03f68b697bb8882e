"""Keep a folder to one process, by a lock that the operating system takes back however the process ends."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

LOCK = "lock"


@contextmanager
def locked(folder: Path, busy: str) -> Iterator[None]:
    """Hold ``folder``, which is made, for as long as the body runs; if it stays empty it is removed again.

    The lock is on the file ``lock`` in it, whose mere presence means nothing: after a kill it is there and free.

    Args:
        folder: the body may remove it.
        busy: what to say to whoever comes second.

    Raises:
        BlockingIOError: someone else holds the folder.
        OSError: the folder cannot be made or written.
    """
    made = [path for path in (folder, *folder.parents) if not path.exists()]
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / LOCK
    with path.open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise BlockingIOError(busy) from None
        if not _is_there(file.fileno(), path):
            raise BlockingIOError(busy)
        try:
            yield
        finally:
            with suppress(FileNotFoundError):
                path.unlink()
            for parent in made:
                with suppress(OSError):
                    parent.rmdir()


def _is_there(descriptor: int, path: Path) -> bool:
    """Whether the file that was opened is still the one of that name: its last holder may just have removed it."""
    return path.exists() and os.path.samestat(os.fstat(descriptor), path.stat())
