"""k, half the usual duration of an expression, for every recording whose one score per frame is decoded by peaks."""

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path

from platform.reporting.frame_scores import GivenScores
from platform.reporting.recording_names import RecordingNames
from spotformer_core.datasets.recording import ExpressionKind
from spotformer_core.decoding.frame_score_tables import RECORDING, ScoredFrames
from spotformer_core.errors import InvalidValueError, require
from spotformer_core.limited_files import require_regular

_MOST_K = 10**6
_MOST_FILE_BYTES = 64 << 20


def read_k(texts: Sequence[str], scores: GivenScores, names: RecordingNames) -> dict[ExpressionKind, dict[str, int]]:
    """The k of every recording with frame scores, by kind, from KIND=NUMBER or KIND=FILE (a CSV with recording and k).

    Raises:
        InvalidValueError: when a kind or a recording has none or a wrong one, or the decoding knows no k.
    """
    if scores.ours:
        require(not texts, "--k", "left out with ten probabilities", texts, "Their durations are --decoding fields.")
        return {}
    given: dict[ExpressionKind, str] = {}
    for text in texts:
        kind, _, value = text.partition("=")
        wanted = [str(one) for one in scores.recordings]
        require(kind in wanted, "--k", f"KIND=NUMBER or KIND=FILE with {' or '.join(wanted)}", text, "Correct it.")
        require(ExpressionKind(kind) not in given, "--k", "given once for each kind", kind, "Remove one.")
        given[ExpressionKind(kind)] = value
    found = {}
    for kind, own in scores.recordings.items():
        if kind not in given:
            raise InvalidValueError(
                f"peaks need --k {kind}=NUMBER, half the usual duration of a {kind}-expression in scores, got none. "
                "SL-Swin takes 18 for macro and 6 for micro in CAS(ME)^2."
            )
        found[kind] = _k_of_recordings(given[kind], own, names)
    return found


def _k_of_recordings(value: str, recordings: Mapping[str, ScoredFrames], names: RecordingNames) -> dict[str, int]:
    path = Path(value)
    if path.suffix.casefold() != ".csv":
        return dict.fromkeys(recordings, _k(value, "--k"))
    by_name = _k_file(path, names)
    for name in recordings:
        if name not in by_name:
            raise InvalidValueError(
                f"every recording with scores must have a k, got none for {name} in {path}. Add it."
            )
    return {name: by_name[name] for name in recordings}


def _k_file(path: Path, names: RecordingNames) -> dict[str, int]:
    """K by recording, under the dataset's name of it; other recordings may stand in the file."""
    found: dict[str, int] = {}
    try:
        require_regular(path, most_bytes=_MOST_FILE_BYTES)
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file, strict=True)
            missing = {RECORDING, "k"} - set(reader.fieldnames or ())
            require(
                not missing, f"the columns of {path}", "recording and k, among others", reader.fieldnames, "Add it."
            )
            for row in reader:
                place = f"k in line {reader.line_num} of {path}"
                name = names.find(row[RECORDING]) or row[RECORDING]
                require(name not in found, place, "given once for each recording", name, "Remove it.")
                found[name] = _k(row["k"] or "", place)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InvalidValueError(f"--k must name a CSV file in UTF-8, got {path} ({error}). Correct it.") from error
    return found


def _k(text: str, place: str) -> int:
    good = text.isascii() and text.isdigit() and len(text) <= len(str(_MOST_K)) and 1 <= int(text) <= _MOST_K
    require(good, place, f"a whole number from 1 to {_MOST_K}", text, "Correct it.")
    return int(text)
