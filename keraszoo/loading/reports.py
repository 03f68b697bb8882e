"""What ``report.json`` says of the one file that is opened, and whether it is still that file."""

from pathlib import Path
from typing import Any

from export.files import sha256_of
from export.formats import FORMATS
from export.report import check_files
from export.report import read_report as read
from export.runtimes.signature import Signature, Tensor
from keraszoo.loading.folders import export_command


def read_report(folder: Path) -> dict[str, Any]:
    """The report of a run folder.

    Raises:
        ValueError: there is none, it is no report, or one of an earlier or a newer version.
    """
    path = folder / "report.json"
    if not path.is_file():
        raise ValueError(f"expected {path}, found none: the model was not exported; run `{export_command(folder)}`")
    return read(path)


def best_format(folder: Path, report: dict[str, Any]) -> str:
    """The first of `FORMATS` whose TFLite file is there.

    Raises:
        ValueError: there is none.
    """
    there = _formats_in(folder, report)
    found = next((name for name in FORMATS if name in there), None)
    if found is None:
        raise ValueError(f"expected a TFLite file in {folder}, found none; `{export_command(folder)}` makes them")
    return found


def checked_file(folder: Path, report: dict[str, Any], file_format: str) -> Path:
    """The file of a format, or the SavedModel's folder, with the checksum of the report; its assets' are checked too.

    Other files of the report need not be there: the zoo's own models come with some of them only.

    Raises:
        ValueError: there is no such format, a file is missing or was changed, or ``model.keras``, where it lies beside,
            is not the one that was exported.
    """
    check_model_file(folder, report)
    entries = {entry["format"]: entry for entry in report["files"]}
    if file_format not in entries:
        raise ValueError(
            f"expected a format that {folder} has, {', '.join(entries)}; received {file_format!r}: choose one of "
            f"these, or run `{export_command(folder)}`"
        )
    entry, there = entries[file_format], _formats_in(folder, report)
    if file_format not in there:
        raise ValueError(
            f"{entry['path']} is missing in {folder}, which has {', '.join(there) or 'no exported file'}; "
            f"`{export_command(folder)}` makes it"
        )
    # A SavedModel has the assets inside, under its own checksum.
    assets = {} if file_format == "saved_model" else report.get("assets", {})
    check_files(folder, {"files": [entry], "assets": assets})
    return folder / entry["path"]


def _formats_in(folder: Path, report: dict[str, Any]) -> list[str]:
    return [entry["format"] for entry in report["files"] if (folder / entry["path"]).exists()]


def check_model_file(folder: Path, report: dict[str, Any]) -> None:
    """Raises ValueError if model.keras is not the one that was exported."""
    path, expected = folder / "model.keras", report["details"].get("model_sha256")
    if expected and path.is_file() and sha256_of(path) != expected:
        raise ValueError(
            f"{path} is not the one that report.json is of: it was changed or trained again; run "
            f"`{export_command(folder)}`"
        )


def signatures_of(report: dict[str, Any]) -> dict[str, Signature]:
    """The signatures in the report that are of numbers; texts are for TensorFlow Serving's clients."""

    def tensors(named: dict[str, Any]) -> dict[str, Tensor]:
        return {
            name: Tensor(tuple(-1 if size is None else size for size in tensor["shape"]), tensor["dtype"])
            for name, tensor in named.items()
            if tensor["dtype"] != "string"
        }

    found = {
        name: Signature(tensors(sides["inputs"]), tensors(sides["outputs"]))
        for name, sides in report["signatures"].items()
    }
    return {name: signature for name, signature in found.items() if signature.inputs}
