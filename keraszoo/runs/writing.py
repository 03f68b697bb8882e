"""What runs write besides models."""

import json
import os
import shlex
import sys
from pathlib import Path
from typing import Any

from keraszoo.files import write_whole


def command_line() -> str:
    """The command that this process was started with, as one would type it."""
    return shlex.join([os.path.basename(sys.argv[0]), *sys.argv[1:]])


def write_json(path: Path, content: Any) -> None:
    """Write readable JSON, whole or not at all."""
    with write_whole(path) as temporary:
        temporary.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n")
