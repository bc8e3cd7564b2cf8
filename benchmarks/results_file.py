"""The one form in which benchmarks write what they measured."""

import json
import os
import time
from collections.abc import Mapping
from pathlib import Path

LATEST = Path(__file__).parent / "results" / "latest"


def write_result(name: str, figures: Mapping[str, float], goals: Mapping[str, float], *, repeats: int) -> Path:
    """Writes `benchmarks/results/latest/<name>.json` and returns its path."""
    LATEST.mkdir(parents=True, exist_ok=True)
    path = LATEST / f"{name}.json"
    result = {
        "name": name,
        "machine": {"cores": os.cpu_count(), "processor": _processor()},
        "figures": dict(figures),
        "goals": dict(goals),
        "repeats": repeats,
        "date": time.strftime("%Y-%m-%d"),
    }
    path.write_text(json.dumps(result, indent=2) + "\n")
    return path


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return "unknown"
