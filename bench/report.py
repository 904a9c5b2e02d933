"""The output of a make target: figures and progress."""

import json
import os
import platform
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

OUT = Path("out")


def write_figures(name: str, figures: Mapping[str, Any]) -> None:
    """Write ``out/NAME.json`` and print it."""
    OUT.mkdir(exist_ok=True)
    text = json.dumps(figures, indent=2, default=str)
    (OUT / f"{name}.json").write_text(text + "\n")
    print(text)


def machine() -> dict[str, Any]:
    """Return a description of this machine."""
    return {
        "cores": os.cpu_count(),
        "processor": _processor(),
        "python": platform.python_version(),
        "system": platform.platform(),
    }


def print_progress(line: str) -> None:
    """Print a line of progress on stderr."""
    print(line, file=sys.stderr, flush=True)


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor()
    processor_names = [
        line.partition(":")[2].strip() for line in lines if line.startswith("model name")
    ]
    return processor_names[0] if processor_names else platform.processor()
