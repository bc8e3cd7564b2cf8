"""Writes the projection beside the search: scheduling never waits for a tracking store."""

from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType
from typing import Any, Self

from platform.tracking.projection import Projection


class TrackingWriter:
    """One thread that writes to the tracking store, in the order of the calls.

    What it could not write is in `problems`; the next search of the study writes it.
    """

    def __init__(self, projection: Projection) -> None:
        self._projection = projection
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="tracking")
        self._pending: list[Future[Any]] = []
        self.problems: list[str] = []

    def __enter__(self) -> Self:
        self._pending.append(self._thread.submit(self._projection.begin))
        return self

    def write(self, configuration: str) -> None:
        """Writes a decided configuration as soon as the thread is free."""
        self._pending.append(self._thread.submit(self._projection.project, configuration))

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Waits until everything is written and marks the study as ended."""
        status = "FINISHED" if kind is None else "KILLED" if kind is KeyboardInterrupt else "FAILED"
        self._pending.append(self._thread.submit(self._projection.end, status))
        self._thread.shutdown(wait=True)
        self.problems = [str(problem) for future in self._pending if (problem := future.exception()) is not None]
