"""Starting a study or continuing it: a study never mixes datasets, spaces, seeds or versions."""

from dataclasses import asdict

from platform.study.choices import COUNTED
from platform.study.journal import Journal
from platform.study.records import ReopenedRecord, StudyRecord
from platform.study.state import ConfigurationStatus, StudyState
from spotformer_core.errors import JournalError, StudyError

_TOLD_ONLY = frozenset(
    {"identity", "repairs", "missing_recordings", "recordings", "rendered", "prior", "command", "revision"}
)
"""What a study says about itself and may differ: whatever of it changes a truth changes the dataset's digest, and
what other studies had found is kept as it was when the study began."""


def open_study(journal: Journal, wanted: StudyRecord, *, retry_infeasible: bool = False) -> StudyState:
    """The state of the study in an entered journal; a new journal gets `wanted` as its first record.

    Configurations that had failed are opened again, so that a rerun tries them once more.

    Args:
        retry_infeasible: those that did not fit into memory are opened again too.

    Raises:
        StudyError: when the journal belongs to a study that differs from `wanted`.
        JournalError: when the journal does not begin with a study.
    """
    if not journal.records:
        journal.append(wanted)
    found = journal.records[0]
    if not isinstance(found, StudyRecord):
        raise JournalError(
            f"a journal must begin with its study, got {type(found).__name__} in {journal.path}. "
            "Restore the file or name another --study."
        )
    _require_equal(found, wanted, journal)
    state = StudyState(found, journal.records)
    again = state.with_status(ConfigurationStatus.FAILED)
    if retry_infeasible:
        again += state.with_status(ConfigurationStatus.INFEASIBLE)
    for name in again:
        record = ReopenedRecord(configuration=name)
        journal.append(record)
        state.apply(record)
    return state


def _require_equal(found: StudyRecord, wanted: StudyRecord, journal: Journal) -> None:
    there, asked = asdict(found), asdict(wanted)
    if COUNTED not in found.space:
        # It goes on as it began: counted where it was, and with its former choice among all.
        asked["space"].pop(COUNTED, None)
    different = [name for name in asked if name not in _TOLD_ONLY and asked[name] != there[name]]
    if different:
        details = "; ".join(f"{name} is {_short(there[name])}, asked {_short(asked[name])}" for name in different)
        raise StudyError(
            f"a study is continued only with what it was started with; in {journal.path.parent}: {details}. "
            "Repeat the first command, or name another --study."
        )


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 160 else f"{text[:157]}..."
