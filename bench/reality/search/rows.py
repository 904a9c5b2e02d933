"""Files of inputs with one JSON object a line."""

import json
from pathlib import Path
from typing import Any


def load_rows(path: Path) -> list[dict[str, Any]]:
    """Return the objects in the file at *path*; blank lines do not count.

    Raises:
        ValueError: a line is not JSON.
    """
    # Not splitlines: U+2028 and its kind may stand in a JSON string.
    with path.open(encoding="utf-8", newline="\n") as lines:
        return [json.loads(line) for line in lines if line.strip()]
