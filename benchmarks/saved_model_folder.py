"""The SavedModel of a model that came without one, to be measured as an exported one is."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from export.formats import SAVED_MODEL
from export.report import file_entry
from export.saved_model import write_saved_model
from export.signatures import named_signatures
from keraszoo.families import family
from keraszoo.loading.reports import read_report
from keraszoo.run_folders import open_run


@contextmanager
def folder_with_saved_model(run: Path) -> Iterator[Path]:
    """The run folder; of one that was exported but has no SavedModel now, a temporary folder with just that.

    Raises:
        ValueError: the run folder is not what `keraszoo train` and `keraszoo export` write.
    """
    if (run / "saved_model").is_dir() or not (run / "report.json").exists():
        yield run
        return
    settings, _, model = open_run(run)
    report = read_report(run)
    place = next(entry["path"] for entry in report["files"] if entry["format"] == SAVED_MODEL)
    with TemporaryDirectory() as temporary:
        folder = Path(temporary)
        write_saved_model(
            named_signatures(family(settings.family).signatures(model)),
            folder / place,
            assets=[run / "tflite" / name for name in report.get("assets", {})],
        )
        made = file_entry(folder, place, SAVED_MODEL)
        files = [made if entry["path"] == place else entry for entry in report["files"]]
        (folder / "report.json").write_text(json.dumps({**report, "files": files}), encoding="utf-8")
        yield folder
