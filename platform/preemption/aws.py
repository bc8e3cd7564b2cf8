"""Spot instances of AWS: two minutes before one is stopped or terminated, its metadata say so."""

import json
import time
from collections.abc import Callable
from datetime import UTC, datetime

from platform.preemption.metadata import Answer, Metadata
from platform.preemption.notice import Notice

SESSION_PATH = "/latest/api/token"
LIFE_CYCLE_PATH = "/latest/meta-data/instance-life-cycle"
ACTION_PATH = "/latest/meta-data/spot/instance-action"
REBALANCE_PATH = "/latest/meta-data/events/recommendations/rebalance"
_TOKEN_LASTS = {"X-aws-ec2-metadata-token-ttl-seconds": "21600"}
_OK, _UNAUTHORIZED, _NOT_FOUND = 200, 401, 404


class Aws:
    """Metadata of version 2, which are asked for a token first.

    Args:
        heed_rebalance: takes a recommendation to rebalance for a notice without a time: AWS expects to take the
            instance back soon, and may not.
        clock: seconds since 1970.
    """

    name = "aws"

    def __init__(
        self, metadata: Metadata, *, heed_rebalance: bool = False, clock: Callable[[], float] = time.time
    ) -> None:
        self._metadata = metadata
        self._heed_rebalance = heed_rebalance
        self._clock = clock
        self._token = ""

    def is_here(self) -> bool:
        """Whether somebody gives a token."""
        try:
            self._renew_token()
        except OSError:
            return False
        return True

    def may_take_back(self) -> bool:
        """Whether the instance is a spot instance; it is taken for one while the metadata do not answer."""
        try:
            return self._read(LIFE_CYCLE_PATH) == "spot"
        except OSError:
            return True

    def notice(self) -> Notice | None:
        """That the instance is stopped, hibernated or terminated, or, where heeded, that it had better be left."""
        said = self._read(ACTION_PATH)
        if said is not None:
            action, at = _action(said)
            return Notice(reason=f"AWS will {action} this spot instance", seconds=max(0.0, at - self._clock()))
        if self._heed_rebalance and self._read(REBALANCE_PATH) is not None:
            return Notice(reason="AWS recommends to leave this spot instance", seconds=None)
        return None

    def _read(self, path: str) -> str | None:
        """What is there; None when nothing is, which is how AWS says that nothing happens."""
        answer = self._ask(path)
        if answer.status == _UNAUTHORIZED:
            self._renew_token()
            answer = self._ask(path)
        if answer.status == _NOT_FOUND:
            return None
        if answer.status != _OK:
            raise OSError(f"{self._metadata.url}{path} answers with status {answer.status}")
        return answer.text.strip()

    def _ask(self, path: str) -> Answer:
        return self._metadata.ask(path, {"X-aws-ec2-metadata-token": self._token})

    def _renew_token(self) -> None:
        answer = self._metadata.ask(SESSION_PATH, _TOKEN_LASTS, method="PUT")
        token = answer.text.strip()
        if answer.status != _OK or not token.isascii() or not token.isprintable():
            raise OSError(f"{self._metadata.url} gives no token, but status {answer.status}")
        self._token = token


def _action(said: str) -> tuple[str, float]:
    """What is done with the instance, and when in seconds since 1970."""
    try:
        values = json.loads(said)
        at = datetime.strptime(values["time"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
        return str(values["action"]), at.timestamp()
    except (ValueError, KeyError, TypeError) as error:
        raise OSError(f"{ACTION_PATH} must hold an action and a time, got {said[:200]!r}") from error
