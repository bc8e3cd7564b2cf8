"""Waiting for the notice, and having the node drained when it comes."""

import time
from collections.abc import Callable
from typing import Protocol

from platform.preemption.aws import Aws
from platform.preemption.gcp import Gcp
from platform.preemption.metadata import Metadata
from platform.preemption.notice import Notice, Provider
from spotformer_core.errors import InvalidValueError

AUTO, AWS, GCP = "auto", "aws", "gcp"
SECONDS_BETWEEN_QUESTIONS = 30.0
"""To the cluster, whether the node is still part of it."""


class Node(Protocol):
    """The node that is watched, as the cluster knows it."""

    def drain(self, reason: str, *, seconds: float | None) -> bool:
        """Whether the cluster has heard that the node goes."""

    def is_there(self) -> bool:
        """Whether the node is part of the cluster."""


def provider_here(name: str, metadata: Metadata, *, heed_rebalance: bool, seconds_between: float) -> Provider | None:
    """The provider whose metadata answer; None when AUTO finds none.

    Raises:
        InvalidValueError: when one was named and does not answer.
    """
    providers: dict[str, Provider] = {
        AWS: Aws(metadata, heed_rebalance=heed_rebalance),
        GCP: Gcp(metadata, seconds_between=seconds_between),
    }
    if name == AUTO:
        return next((one for one in providers.values() if one.is_here()), None)
    if not providers[name].is_here():
        raise InvalidValueError(
            f"--provider must be one whose metadata answer at {metadata.url}, got {name}. "
            f"--provider {AUTO} ends calmly where there is none."
        )
    return providers[name]


class Watch:
    """Looks at the metadata of one node again and again.

    Args:
        say: hears what people should know.
        seconds_between: two looks.
    """

    def __init__(
        self,
        node: Node,
        say: Callable[[str], None],
        *,
        seconds_between: float,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._node = node
        self._say = say
        self._seconds_between = seconds_between
        self._sleep = sleep
        self._clock = clock
        self._answers = True

    def until_it_goes(self, provider: Provider) -> None:
        """Has the node drained when its provider takes it back; returns when it has gone, or Ray on it has ended."""
        asked = self._clock()
        told = False
        while True:
            notice = self._notice(provider)
            if notice is not None and notice.seconds is not None:
                if self.drain(notice):
                    return
            elif notice is not None and not told:
                told = self._node.drain(notice.reason, seconds=None)
                self._say(_sentence(notice))
            if self._clock() - asked >= SECONDS_BETWEEN_QUESTIONS:
                if not self._node.is_there():
                    return
                asked = self._clock()
            self._sleep(self._seconds_between)

    def drain(self, notice: Notice) -> bool:
        """Has the node drained and waits until it has left the cluster, or goes; False when nobody heard it."""
        if notice.seconds is None or not self._node.drain(notice.reason, seconds=notice.seconds):
            return False
        self._say(_sentence(notice))
        deadline = self._clock() + notice.seconds
        while self._clock() < deadline and self._node.is_there():
            self._sleep(min(self._seconds_between, max(0.0, deadline - self._clock())))
        return True

    def _notice(self, provider: Provider) -> Notice | None:
        """What the metadata say; what they cannot say now is asked again at the next look."""
        try:
            notice = provider.notice()
        except OSError as error:
            if self._answers:
                self._say(f"the metadata of {provider.name} do not answer, they are asked again: {error}")
            self._answers = False
            return None
        self._answers = True
        return notice


def _sentence(notice: Notice) -> str:
    when = "" if notice.seconds is None else f" in {notice.seconds:.0f} s"
    return f"{notice.reason}{when}; Ray gives it no new folds"
