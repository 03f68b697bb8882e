"""Where the benchmarks write their figures: ``benchmarks/results/<name>.json``, whole or not at all."""

import json
import platform
from importlib.metadata import version
from pathlib import Path
from typing import Any

from keraszoo.files import write_whole

RESULTS = Path(__file__).parent / "results"


def update_results(name: str, figures: dict[str, Any]) -> None:
    """Merge figures, a dictionary of dictionaries, into a result file; what they do not name stays as it is."""
    path = write_results(name, merge(read_results(name), figures))
    print(f"{path.relative_to(RESULTS.parent.parent)}: {json.dumps(figures)}")


def write_results(name: str, results: dict[str, Any]) -> Path:
    """Replace a result file, with the versions that it was made with; returns its path."""
    path = RESULTS / f"{name}.json"
    versions = {
        "python": platform.python_version(),
        **{
            package: version(package)
            for package in ("keras", "tensorflow", "ai-edge-litert", "numpy", "faiss-cpu", "scikit-image")
        },
    }
    with write_whole(path) as temporary:
        temporary.write_text(json.dumps(dict(sorted({**results, "versions": versions}.items())), indent=2) + "\n")
    return path


def read_results(name: str) -> dict[str, Any]:
    """What stands in a result file; nothing if there is none yet."""
    path = RESULTS / f"{name}.json"
    return json.loads(path.read_text()) if path.exists() else {}


def merge(old: dict[str, Any], new: dict[str, Any]) -> dict[str, Any]:
    """A new dictionary with the values of both, the new ones first, down to the leaves."""
    both = dict(old)
    for key, value in new.items():
        nested = isinstance(value, dict) and isinstance(old.get(key), dict)
        both[key] = merge(old[key], value) if nested else value
    return both
