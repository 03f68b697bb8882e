"""What runs write besides models."""

import json
from pathlib import Path
from typing import Any

from keraszoo.files import write_whole


def write_json(path: Path, content: Any) -> None:
    """Write readable JSON, whole or not at all."""
    with write_whole(path) as temporary:
        temporary.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n")
