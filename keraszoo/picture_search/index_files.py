"""Index files: which model one is of, whether it may be replaced, and what it holds in words."""

import json
from collections.abc import Mapping
from os import PathLike
from pathlib import Path

from export.files import sha256_of
from keraszoo.evaluation import code_advice, code_diagnostics
from keraszoo.search import CodeIndex
from keraszoo.search.storage import FORMAT, read_arrays

FEWEST_FOR_ADVICE = 20
SHORT = 12
"""Digits of a SHA-256 that are shown."""


def open_index(path: str | PathLike[str]) -> CodeIndex:
    """Open an index file.

    Raises:
        OSError: there is none, or it is a folder.
        ValueError: it is no index, of another version, truncated or edited.
    """
    _check_file(Path(path))
    return CodeIndex.load(path)


def model_identity(run: Path) -> dict[str, str]:
    """What an index says of the model of a run folder: ``name``, and ``sha256`` of its model.keras.

    Where only the exported files are, it is what their report says of it.

    Raises:
        ValueError: the folder has no model.keras, and no report that says of which one it is.
    """
    file, report = run / "model.keras", run / "report.json"
    if file.is_file():
        return {"name": run.resolve().name, "sha256": sha256_of(file)}
    try:
        sha256 = json.loads(report.read_text(encoding="utf-8"))["details"]["model_sha256"]
    except (OSError, ValueError, KeyError, TypeError):
        raise ValueError(
            f"expected a .keras file, found none at {file}, nor what {report} says of it; train the model again"
        ) from None
    return {"name": run.resolve().name, "sha256": sha256}


def named_model(index: CodeIndex) -> str | None:
    """The name of the model that an index says it is of."""
    return index.model.get("name") if isinstance(index.model, Mapping) else index.model


def check_model(path: str | PathLike[str], index: CodeIndex, identity: Mapping[str, str]) -> None:
    """Raise a ``ValueError`` if an index says that it is of another model than `model_identity` gives."""
    known = index.model.get("sha256") if isinstance(index.model, Mapping) else None
    if known is not None and known != identity["sha256"]:
        raise ValueError(
            f"{path} is an index of {named_model(index)} (sha256 {known[:SHORT]}), received {identity['name']} (sha256 "
            f"{identity['sha256'][:SHORT]}), another model or trained again, whose codes are others; index again"
        )


def check_replaceable(path: str | PathLike[str], name: str) -> None:
    """Raise if writing an index of the model ``name`` to ``path`` would destroy anything but an earlier one of it.

    Raises:
        OSError: it is a folder, or cannot be read.
        ValueError: a file that is no index stands there, or an index of another model.
    """
    path = Path(path)
    if not path.exists():
        return
    _check_file(path)
    with path.open("rb") as file:
        if file.read(len(FORMAT)) != FORMAT:
            raise ValueError(f"{path} exists and is no index; choose another file to write to, or remove it")
    try:
        other = named_model(CodeIndex.load(path))
    except ValueError:  # a damaged index may be replaced
        return
    if other != name:
        raise ValueError(f"{path} is an index of {other}, not of {name}; choose another file to write to, or remove it")


def describe_index(path: str | PathLike[str]) -> list[str]:
    """What an index file holds, how well its codes spread, and what to do about it, in lines of words.

    Raises:
        OSError, ValueError: as `open_index`.
    """
    index = open_index(path)
    stats = index.stats()
    model = named_model(index) or "a model that it does not name"
    lines = [f"pictures: {stats['count']:,}, in {stats['bits']} bits of {model}"]
    if not stats["count"]:
        return [*lines, "the index is empty: index some pictures"]
    lines.append(
        f"buckets used: {stats['buckets']:,} of 2^{stats['bits']}; a bucket, all pictures of one code, holds "
        f"{stats['mean_bucket']:.1f} on average, {stats['largest_bucket']:,} at most"
    )
    _, arrays = read_arrays(path)
    if "soft_codes" not in arrays:
        return lines
    diagnostics = code_diagnostics(arrays["soft_codes"])
    lines.append(f"{diagnostics['shared']:.0%} of the pictures share their code with another")
    if stats["count"] < FEWEST_FOR_ADVICE:
        return [*lines, "so few pictures say nothing of how good the codes are"]
    advice = code_advice(diagnostics)
    return lines + ([f"advice: {sentence}" for sentence in advice] or ["the codes are decided and well spread"])


def _check_file(path: Path) -> None:
    if path.is_dir():
        raise IsADirectoryError(f"expected an index file, received the folder {path}; name a file")
    if not path.exists():
        raise FileNotFoundError(f"expected an index file at {path}, found nothing; `keraszoo index` makes one")
