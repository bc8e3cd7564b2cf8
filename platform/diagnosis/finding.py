"""What a check has found."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from spotformer_core.errors import SpotFormerError


class Level(StrEnum):
    """What a finding means for a search."""

    OK = "ok"
    NOTE = "note"
    """Something is missing that not every search needs."""
    PROBLEM = "problem"


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """One thing that was looked at.

    Attributes:
        found: in one line.
        repair: what to do; empty when nothing is to be done.
    """

    name: str
    level: Level
    found: str
    repair: str = ""

    def __str__(self) -> str:
        return f"{self.level:7}  {self.name}: {self.found}{f' {self.repair}' if self.repair else ''}"


def checked(name: str, check: Callable[[], str], *, level: Level = Level.PROBLEM, repair: str = "") -> Finding:
    """OK with what `check` says, or `level` with the reason for which it raised, in one line.

    Args:
        repair: for what is not an error of ours; ours say themselves what to do.
    """
    try:
        return Finding(name=name, level=Level.OK, found=check())
    except SpotFormerError as error:
        return Finding(name=name, level=level, found=_in_one_line(error))
    except Exception as error:  # noqa: BLE001  whatever a library raises, the other checks go on
        return Finding(name=name, level=level, found=_in_one_line(error), repair=repair)


def _in_one_line(error: Exception) -> str:
    return " ".join(str(error).split()) or type(error).__name__
