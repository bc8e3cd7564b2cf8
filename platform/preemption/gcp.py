"""Spot VMs of Google Cloud: half a minute before one is stopped, its metadata say so."""

from platform.preemption.metadata import Metadata
from platform.preemption.notice import Notice

PREEMPTED_PATH = "/computeMetadata/v1/instance/preempted"
FLAVOR = {"Metadata-Flavor": "Google"}
SECONDS_OF_NOTICE = 30.0
_OK = 200


class Gcp:
    """Metadata that are asked with, and answer with, a header of their own.

    Args:
        seconds_between: two looks, which may have passed since the VM was told.
    """

    name = "gcp"

    def __init__(self, metadata: Metadata, *, seconds_between: float) -> None:
        self._metadata = metadata
        self._seconds = max(0.0, SECONDS_OF_NOTICE - seconds_between)

    def is_here(self) -> bool:
        """Whether somebody answers as Google's metadata do."""
        try:
            self._is_preempted()
        except OSError:
            return False
        return True

    def may_take_back(self) -> bool:
        """Always: a VM that is no spot VM is never told that it is preempted."""
        return True

    def notice(self) -> Notice | None:
        """That the VM is preempted."""
        if not self._is_preempted():
            return None
        return Notice(reason="Google Cloud preempts this spot VM", seconds=self._seconds)

    def _is_preempted(self) -> bool:
        answer = self._metadata.ask(PREEMPTED_PATH, FLAVOR)
        said = answer.text.strip()
        if answer.status != _OK or answer.headers.get("metadata-flavor") != "Google" or said not in ("TRUE", "FALSE"):
            raise OSError(f"{self._metadata.url}{PREEMPTED_PATH} must say TRUE or FALSE, got {answer.status} {said!r}")
        return said == "TRUE"
