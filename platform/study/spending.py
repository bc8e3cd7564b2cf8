"""What a study has used so far, over all its runs: a fold over the records of its journal."""

from collections import defaultdict

from platform.study.records import FoldRecord, LostRecord, Record, RunRecord, StoppedRecord, WinnerRecord
from platform.study.usage import Spent, Usage, noted_usage


class Spending:
    """Running sums; equal records give equal sums.

    Attributes:
        finished: of the folds that were finished, by the run that finished them; run 0 noted no runs.
        lost: of attempts at folds that ended without a result by a fault.
        preempted: of attempts at folds whose node the provider took back.
        stopped: of folds that were stopped because their configuration had been dropped.
        cut: of folds that ran when a run was stopped or killed, as far as was noted.
        winner: of trainings on all subjects.
        training_seconds: of finished folds, in which a worker trained or scored, in runs that were noted.
        num_unmeasured: finished folds of which only these seconds are known.
    """

    def __init__(self) -> None:
        self.finished: dict[int, Spent] = defaultdict(Spent)
        self.finished_of: dict[str, Spent] = defaultdict(Spent)
        """The same by configuration."""
        self.lost = Spent()
        self.preempted = Spent()
        self.stopped = Spent()
        self.stopped_of: dict[str, Spent] = defaultdict(Spent)
        """The same by configuration."""
        self.cut = Spent()
        self.winner = Spent()
        self.training_seconds = 0.0
        self.num_unmeasured = 0
        self._runs: dict[int, RunRecord] = {}
        self._seconds: dict[int, float] = {}
        self._running: dict[tuple[str, str], Usage] = {}

    @property
    def num_runs(self) -> int:
        """Runs that were noted."""
        return len(self._runs)

    @property
    def total(self) -> Spent:
        """Everything that was used, without what runs at this moment."""
        without_result = (self.lost, self.preempted, self.stopped, self.cut)
        return Spent.total((*self.finished.values(), *without_result, self.winner))

    @property
    def all_finished(self) -> Spent:
        """Of the finished folds of all runs."""
        return Spent.total(self.finished.values())

    def node_seconds(self, *, without: int | None = None) -> dict[str, float]:
        """By type of node: for how long nodes were there while the study was searched.

        Args:
            without: leaves out the run of this number.
        """
        total: dict[str, float] = defaultdict(float)
        for run, record in self._runs.items():
            for node_type, seconds in record.node_seconds.items() if run != without else ():
                total[node_type] += seconds
        return dict(total)

    def worker_seconds_there(self) -> float:
        """For how long workers were there to be used: workers times the length of every run."""
        return sum(self._seconds[run] * record.num_workers for run, record in self._runs.items())

    def apply(self, record: Record) -> None:
        """Takes one more record into account; those that used nothing change nothing."""
        if isinstance(record, RunRecord):
            self._note_run(record)
        elif isinstance(record, FoldRecord):
            self._finish(record)
        elif isinstance(record, LostRecord):
            self._lose(record)
        elif isinstance(record, StoppedRecord):
            spent = Spent.of(self._ended(record))
            self.stopped += spent
            self.stopped_of[record.configuration] += spent
        elif isinstance(record, WinnerRecord):
            self.winner += Spent.of(noted_usage(record.usage))

    def _lose(self, record: LostRecord) -> None:
        spent = Spent.of(self._ended(record))
        if record.preempted:
            self.preempted += spent
        else:
            self.lost += spent

    def _finish(self, record: FoldRecord) -> None:
        seconds = sum(record.seconds.values())
        spent = Spent.of(self._ended(record, seconds=seconds))
        self.finished[self.num_runs] += spent
        self.finished_of[record.configuration] += spent
        if record.usage:
            self.training_seconds += seconds
        else:
            self.num_unmeasured += 1

    def _ended(self, record: FoldRecord | LostRecord | StoppedRecord, *, seconds: float = 0.0) -> Usage:
        usage = noted_usage(record.usage, seconds=seconds)
        self._running.pop((record.configuration, record.subject), None)
        if self.num_runs:
            self._seconds[self.num_runs] = max(self._seconds[self.num_runs], usage.ended)
        return usage

    def _note_run(self, record: RunRecord) -> None:
        if record.run not in self._runs:
            # The run before was killed: what it was seen to run came to nothing.
            self._cut_running()
        self._runs[record.run] = record
        self._seconds[record.run] = max(record.seconds, self._seconds.get(record.run, 0.0))
        self._running = {(one["configuration"], one["subject"]): noted_usage(one["usage"]) for one in record.running}
        if record.ended:
            self._cut_running()

    def _cut_running(self) -> None:
        self.cut += Spent.of(*self._running.values())
        self._running = {}
