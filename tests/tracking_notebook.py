"""Takes a projection's place beside the writer."""

import threading
import time

from platform.study.records import ConfigurationRecord
from platform.tracking.writer import Patience

QUICK = Patience(between=0.01, longest_pause=0.04, at_end=0.5, at_stop=0.2)


class Notebook:
    """Takes a projection's place: notes what it is told, refuses what it should, and can be away."""

    tracking_uri = "sqlite:///notebook.db"

    def __init__(self, *refused: str, seconds: float = 0.0) -> None:
        self.seconds = seconds
        self.notes: list[str] = []
        self.threads: set[str] = set()
        self.refused = set(refused)
        self.is_away = False
        self.attempts = 0

    def begin(self) -> None:
        self._note("begin")

    def close(self, *, but=None) -> None:
        self._note("close" if but is None else f"close but {len(but)}")

    def write(self, state, configuration: str, *, is_running: bool) -> None:
        time.sleep(self.seconds)
        status = state.configurations[configuration].status
        self._note(f"{configuration} {status}{'' if is_running else ' stopped'}")

    def write_best(self, state) -> None:
        self._require_answer()

    def write_machine(self, samples) -> None:
        self._require_answer()

    def end(self, status: str) -> None:
        self._note(status)

    def forget(self) -> None:
        pass

    def answers(self) -> bool:
        return not self.is_away

    def _note(self, what: str) -> None:
        self.threads.add(threading.current_thread().name)
        self._require_answer()
        if any(what.startswith(name) for name in self.refused):
            raise ValueError(f"{what} was refused")
        self.notes.append(what)

    def _require_answer(self) -> None:
        self.attempts += 1
        if self.is_away:
            raise ConnectionError("nobody is there")


def asked(number: int) -> ConfigurationRecord:
    return ConfigurationRecord(configuration=f"c{number:04d}", params={"window": 9})


def wait_until(happened) -> None:
    deadline = time.monotonic() + 20
    while not happened():
        assert time.monotonic() < deadline
        time.sleep(0.005)
