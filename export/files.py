"""Files on disk: a locked workspace, publication that can be undone, and fingerprints."""

import fcntl
import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

_PREFIX = ".export-"


@contextmanager
def workspace(folder: Path) -> Iterator[Path]:
    """A temporary folder inside ``folder``, which is made, and locked for as long as the workspace lives.

    What exports that were killed left there is removed first. A ``folder`` that was made for it and stayed
    empty is removed again.

    Raises:
        OSError: the folder cannot be written, or another export is writing into it (BlockingIOError).
    """
    existed = folder.is_dir()
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with _locked(folder):
            for stale in folder.glob(f"{_PREFIX}*"):
                shutil.rmtree(stale, ignore_errors=True)
            temporary = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=folder))
            try:
                yield temporary
            finally:
                shutil.rmtree(temporary, ignore_errors=True)
    finally:
        if not existed:
            with suppress(OSError):
                folder.rmdir()


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise BlockingIOError(f"another export is writing into {folder}; wait until it is done") from None
        yield
    finally:
        os.close(descriptor)


def publish(built: Path, folder: Path, order: Sequence[str], outdated: Sequence[str] = ()) -> None:
    """Move what was built to the same places in ``folder``, one rename each; undo all of it if one fails.

    Args:
        built: A workspace inside ``folder``.
        folder: The destination.
        order: Relative paths of files, or of folders that do not yet exist at the destination, in order.
        outdated: Relative paths of files in ``folder`` to remove.

    Raises:
        OSError: something could not be moved; ``folder`` is as it was.
    """
    before = built / "before"
    for relative in [*outdated, *order]:
        if (folder / relative).is_file():
            (before / relative).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(folder / relative, before / relative)
    changed: list[str] = []
    try:
        for relative in outdated:
            (folder / relative).unlink(missing_ok=True)
            changed.append(relative)
        for relative in order:
            (folder / relative).parent.mkdir(parents=True, exist_ok=True)
            os.replace(built / relative, folder / relative)
            changed.append(relative)
    except BaseException:
        for relative in reversed(changed):
            _put_back(before / relative, folder / relative)
        raise


def _put_back(old: Path, place: Path) -> None:
    if old.exists():
        os.replace(old, place)
    elif place.is_dir():
        shutil.rmtree(place)
    else:
        place.unlink(missing_ok=True)


def size_of(path: Path) -> int:
    """Bytes of a file, or of all files in a folder."""
    return sum(file.stat().st_size for file in _files(path))


def sha256_of(path: Path) -> str:
    """SHA-256 of a file; of a folder, that of the lines ``<sha256>  <relative path>`` sorted by path."""
    if path.is_file():
        return hashlib.sha256(path.read_bytes()).hexdigest()
    lines = [f"{sha256_of(file)}  {file.relative_to(path).as_posix()}\n" for file in _files(path)]
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def _files(path: Path) -> list[Path]:
    if path.is_file():
        return [path]
    return sorted((file for file in path.rglob("*") if file.is_file()), key=Path.as_posix)
