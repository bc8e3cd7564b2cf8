"""What a cloud tells a node that it takes back."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, kw_only=True, slots=True)
class Notice:
    """The node goes.

    Attributes:
        reason: what was said, for people.
        seconds: until it goes; None when nobody knows.
    """

    reason: str
    seconds: float | None


class Provider(Protocol):
    """A cloud whose machines learn from their metadata that they go."""

    name: str

    def is_here(self) -> bool:
        """Whether this machine is one of that cloud's."""

    def may_take_back(self) -> bool:
        """Whether it is of the kind that is taken back."""

    def notice(self) -> Notice | None:
        """What is to be read now; None as long as the machine stays.

        Raises:
            OSError: when the metadata do not answer.
        """
