"""Every error that a user of this project can cause.

    SpotFormerError
    |-- InvalidValueError     an option or a configuration field breaks its rule
    |-- DatasetError          a dataset on disk is not as its layout says
    |   |-- AnnotationError   an annotation table breaks a rule
    |   |-- RecordingError    frames of a recording cannot be read
    |   `-- LandmarkError     landmarks are missing or do not fit their recording
    |-- FlowStoreError        a flow store is missing, damaged or made with other settings
    |-- StudyError            a study cannot be started or continued
    |   `-- JournalError      the journal of a study is damaged or in use
    |-- StorageError          the object store that keeps a workspace cannot be used
    |-- TrainingError         a fold cannot be trained
    `-- ModelError            a stored model is missing, damaged or of another version

Messages have three beats: the rule, the value received, the repair.
"""

from collections.abc import Iterable
from difflib import get_close_matches

MOST_ECHOED = 200
"""Characters of a refused value that a message repeats."""


class SpotFormerError(Exception):
    """Base of every error below; the command line prints its message and exits with code 2."""


class InvalidValueError(SpotFormerError):
    """An option or a configuration field breaks its rule."""


class DatasetError(SpotFormerError):
    """A dataset on disk is not as its layout says."""


class AnnotationError(DatasetError):
    """An annotation table breaks a rule."""


class RecordingError(DatasetError):
    """Frames of a recording cannot be read."""


class LandmarkError(DatasetError):
    """Landmarks are missing or do not fit their recording."""


class FlowStoreError(SpotFormerError):
    """A flow store is missing, damaged or made with other settings."""


class StudyError(SpotFormerError):
    """A study cannot be started or continued."""


class JournalError(StudyError):
    """The journal of a study is damaged or in use."""


class StorageError(SpotFormerError):
    """The object store that keeps a workspace cannot be used."""


class TrainingError(SpotFormerError):
    """A fold cannot be trained."""


class ModelError(SpotFormerError):
    """A stored model is missing, damaged or of another version."""


def echoed(value: object) -> str:
    """A refused value as messages repeat it: its repr, in at most `MOST_ECHOED` characters.

    >>> echoed("006_l")
    "'006_l'"
    >>> len(echoed("a" * 100_000))
    200
    """
    # What is cut away anyway is not written down first: a cell may have millions of characters.
    shown = value[: 2 * MOST_ECHOED] if isinstance(value, str | bytes) else value
    return _shortened(repr(shown), most=MOST_ECHOED)


def echoed_text(text: str) -> str:
    """The same of a text that is no value but a message or a list: as it is, without quotation marks."""
    return _shortened(text, most=MOST_ECHOED)


def _shortened(text: str, *, most: int) -> str:
    if len(text) <= most:
        return text
    return f"{text[: most - 3]}..."


def require(
    condition: bool,  # noqa: FBT001  reads as a sentence at every call
    name: str,
    rule: str,
    value: object,
    repair: str,
) -> None:
    """Raises InvalidValueError in the one wording of the project unless `condition` holds.

    >>> require(False, "window", "an odd number from 9 to 25", 12, "Use 11 or 13.")
    Traceback (most recent call last):
    spotformer_core.errors.InvalidValueError: window must be an odd number from 9 to 25, got 12. Use 11 or 13.
    """
    if not condition:
        raise InvalidValueError(f"{name} must be {rule}, got {echoed(value)}. {repair}")


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """The repair sentence for a name that is not among `known`."""
    known = sorted(known)
    close = get_close_matches(name[:MOST_ECHOED], known, n=1)
    suggestion = f"Did you mean {close[0]!r}? " if close else ""
    return f"{suggestion}Known: {', '.join(known)}."
