"""One study of a soak: faults, then its end, then whether anything was lost."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from platform.console.command import DONE
from platform.study.journal import read_journal
from platform.study.records import FoldRecord
from platform.study.workspace import scores_path
from tests.faults.checks import report, same_as_undisturbed
from tests.faults.points import started_folds
from tests.faults.staged import StagedSearch
from tests.searches import Search
from tests.soak.faults import FAULTS, World
from tests.soak.report import Found


def run_study(staged: StagedSearch, names: list[str], world: World, undisturbed: Search, found: Found) -> None:
    """Runs a study to its end with these faults, and notes what happened and what was lost."""
    finished: set[tuple[str, str]] = set()
    for name in names:
        with noted_losses(found):
            happened = FAULTS[name](staged, world)
            (found.faults if happened else found.missed)[name] += 1
        finished = _nothing_forgotten(staged, finished, found)
    with noted_losses(found):
        # As patient as people are: the machine may be busy, and a store that answers late is no loss.
        ended = staged.finish(*world.options)
        assert ended.ended.code == DONE, f"{staged.study} ended with {ended.ended.code}: {ended.ended.err[-2000:]}"
        same_as_undisturbed(staged.journal, undisturbed.journal)
        assert report(ended) == report(undisturbed), f"the result of {staged.study} is another"
    _nothing_forgotten(staged, finished, found)
    found.studies += 1
    starts = started_folds(staged.marks)
    found.folds.update(done=staged.num_finished, repeated=len(starts) - len(set(starts)))


@contextmanager
def noted_losses(found: Found) -> Iterator[None]:
    """What must not be is noted, and the soak goes on."""
    try:
        yield
    except AssertionError as error:
        found.losses.append(str(error).splitlines()[0][:2000] if str(error) else repr(error))


def finished_folds(journal: Path) -> set[tuple[str, str]]:
    """Configuration and subject of the folds in a journal whose scores are on disk."""
    if not journal.exists():
        return set()
    folds = [one for one in read_journal(journal) if isinstance(one, FoldRecord)]
    there = {(one.configuration, one.subject) for one in folds}
    return {one for one in there if scores_path(journal.parent, *one).is_file()}


def _nothing_forgotten(staged: StagedSearch, before: set[tuple[str, str]], found: Found) -> set[tuple[str, str]]:
    now = finished_folds(staged.journal)
    found.losses += [f"{staged.study}: the finished fold {'/'.join(fold)} is gone" for fold in sorted(before - now)]
    return now
