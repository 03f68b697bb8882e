"""Copy a model that came with the zoo to where commands may write."""

import shutil
from pathlib import Path
from tempfile import TemporaryDirectory

from keraszoo.presets.shipped import INSTALLED, shipped_files


def copy_installed(name: str, models: Path) -> Path | None:
    """Copy an installed model into the folder ``models``, whole or not at all; None if none is installed by that name.

    Returns:
        Its run folder there.

    Raises:
        ValueError: something else has that name there.
        OSError: the folder cannot be written, or the disk is full.
    """
    source, run = INSTALLED / name, models / name
    if source not in INSTALLED.glob("*") or not (source / "training.json").is_file():
        return None
    if run.exists():
        raise ValueError(f"expected nothing or a trained model at {run}, found no training.json in it: move it away")
    models.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix=f".{name}-", dir=models) as temporary:
        copy = Path(temporary) / name
        for path in shipped_files(source):
            target = copy / path.relative_to(source)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, target)
        copy.rename(run)
    return run
