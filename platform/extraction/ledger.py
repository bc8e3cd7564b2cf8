"""What becomes of recordings as their units end; needs no Ray."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from platform.extraction.units import UnitOutcome, WorkUnit
from spotformer_core.datasets.recording import Recording


@dataclass(frozen=True, kw_only=True, slots=True)
class ExtractedRecording:
    """What became of one recording.

    Attributes:
        problem: why there is no flow of it; empty when there is.
        disk_full: the problem was a full disk, which the other recordings would meet too.
    """

    name: str
    num_frames: int
    problem: str = ""
    disk_full: bool = False


class Ledger:
    """Makes one outcome for each recording from those of its units: at its first problem, or when it is finished.

    Args:
        units: all that were handed out.
        finish: finishes a recording all of whose units are done. Workers do that; but two on different machines that
            are done at the same moment may each not see the other's chunk yet, where the store lies on a network.
    """

    def __init__(self, units: Iterable[WorkUnit], finish: Callable[[Recording], UnitOutcome]) -> None:
        units = tuple(units)
        self._finish = finish
        self._open_units = Counter(unit.recording.name for unit in units)
        self._waiting = {unit.recording.name: unit.recording for unit in units}

    def enter(self, outcome: UnitOutcome) -> ExtractedRecording | None:
        """The outcome of the recording when this unit decides it."""
        name = outcome.recording
        self._open_units[name] -= 1
        if name not in self._waiting:
            return None
        if not outcome.problem and not outcome.is_last and self._open_units[name] == 0:
            outcome = self._finish(self._waiting[name])
            if not outcome.problem and not outcome.is_last:
                return self._close(name, f"{name}: chunks of it have vanished; give the same command again")
        if not outcome.problem and not outcome.is_last:
            return None
        return self._close(name, outcome.problem, disk_full=outcome.disk_full)

    def give_up(self, reason: str) -> tuple[ExtractedRecording, ...]:
        """Closes what is still waiting, with the same problem for all."""
        return tuple(self._close(name, f"{name}: {reason}") for name in tuple(self._waiting))

    def _close(self, name: str, problem: str, *, disk_full: bool = False) -> ExtractedRecording:
        recording = self._waiting.pop(name)
        return ExtractedRecording(name=name, num_frames=recording.num_frames, problem=problem, disk_full=disk_full)
