"""What ends a search before its plan is finished: an exception must not be raised inside Tune's loop."""

from collections.abc import Callable
from typing import TypeVar

_Given = TypeVar("_Given")


class Guard:
    """Keeps the first exception until Tune has stopped in good order.

    Attributes:
        reason: what was raised; None as long as nothing was.
    """

    def __init__(self) -> None:
        self.reason: BaseException | None = None

    def run(self, action: Callable[[], _Given]) -> _Given | None:
        """What `action` gives, None when it raised."""
        try:
            return action()
        except Exception as error:  # noqa: BLE001  re-raised by the search when Tune has stopped
            self.stop(error)
            return None

    def stop(self, error: BaseException) -> None:
        """Ends the search with this, unless something else ends it already."""
        self.reason = self.reason or error
