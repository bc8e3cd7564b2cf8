"""What is written of a video: a CSV for tables, a JSON with everything that is known, a picture."""

import csv
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from spotformer_core.atomic_files import written_whole
from spotformer_core.spotting.video_recordings import ROW_FIELDS

MADE_FROM = "made_from"
COLUMNS = ("video", *ROW_FIELDS)


@dataclass(frozen=True, kw_only=True, slots=True)
class ResultFiles:
    """Where the results of one video lie."""

    folder: Path
    name: str

    @property
    def csv(self) -> Path:
        """One row per proposal; `python -m platform.score` reads it."""
        return self.folder / f"{self.name}.csv"

    @property
    def json(self) -> Path:
        """The proposals and what they were made from; written last."""
        return self.folder / f"{self.name}.json"

    @property
    def timeline(self) -> Path:
        """The picture."""
        return self.folder / f"{self.name}.png"

    @property
    def annotated_video(self) -> Path:
        """The video with its proposals drawn into it."""
        return self.folder / f"{self.name}.spotted.mp4"

    def wanted(self, *, annotated: bool) -> tuple[Path, ...]:
        """All files that are asked for."""
        return (self.csv, self.json, self.timeline, *([self.annotated_video] if annotated else []))


def write_csv(path: Path, rows: Sequence[Mapping[str, Any]], *, video: str) -> None:
    """Writes one line per proposal, by rising onset."""
    with written_whole(path) as temporary, temporary.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows({"video": video, **row} for row in sorted(rows, key=_place))


def write_json(path: Path, rows: Sequence[Mapping[str, Any]], facts: Mapping[str, Any]) -> None:
    """Writes `facts` and, under `proposals`, the same rows as the CSV."""
    document = {**facts, "proposals": sorted(rows, key=_place)}
    with written_whole(path) as temporary:
        temporary.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")


def read_made_from(path: Path) -> dict[str, str] | None:
    """What the results in a JSON file were made from; None when there are none."""
    try:
        return dict(json.loads(path.read_text(encoding="utf-8"))[MADE_FROM])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _place(row: Mapping[str, Any]) -> tuple[Any, ...]:
    return row["onset"], row["offset"], row["kind"], -row["score"]
