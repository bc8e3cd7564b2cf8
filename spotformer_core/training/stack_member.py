"""One fold of a stack: where it is in its epoch, and what has become of it."""

import time
from collections.abc import Iterator
from dataclasses import dataclass, field

import torch
from torch import Tensor

from spotformer_core.errors import TrainingError
from spotformer_core.shapes import Int
from spotformer_core.training.fold import FoldResult
from spotformer_core.training.folds import Fold
from spotformer_core.training.scoring import ScoresByRecording, score_recordings
from spotformer_core.training.trainer import Trainer


@dataclass(kw_only=True, slots=True, eq=False)
class Member:
    """One fold of a stack.

    Attributes:
        num_epochs: after which it is finished.
        stored_epochs: after which its held-out recordings are scored, the last one included.
        failure: why it is not trained any more; None as long as it is well.
        seconds_scoring: wall clock so far.
    """

    fold: Fold
    seed: int
    trainer: Trainer
    num_epochs: int
    stored_epochs: frozenset[int]
    failure: TrainingError | None = None
    seconds_scoring: float = 0.0
    _batches: Iterator[Int[Tensor, " batch"]] = field(init=False, default_factory=lambda: iter(()))
    _latest: Int[Tensor, " batch"] | None = field(init=False, default=None)
    _losses: list[Tensor] = field(init=False, default_factory=list)
    _scores: dict[int, ScoresByRecording] = field(init=False, default_factory=dict)

    @property
    def is_finished(self) -> bool:
        """Whether it is only carried along by the others."""
        return self.failure is not None or self.trainer.epoch == self.num_epochs

    def next_batch(self) -> Int[Tensor, " batch"]:
        """The frames of the next step; those of the step before again when this fold is finished."""
        if not self.is_finished:
            batch = next(self._batches, None)
            if batch is None:
                self._batches = iter(self.trainer.draw_epoch())
                batch = next(self._batches)
            self._latest = batch
        assert self._latest is not None  # noqa: S101  every fold takes a step before it can be finished
        return self._latest

    def next_learning_rate(self) -> float:
        """0 when this fold is finished: it moves no more."""
        return 0.0 if self.is_finished else self.trainer.next_learning_rate()

    def take(self, loss: Tensor) -> None:
        """Counts the step that was taken, and ends the epoch when it was its last."""
        if self.is_finished:
            return
        self._losses.append(loss)
        if len(self._losses) < self.trainer.steps_per_epoch:
            return
        try:
            self.trainer.finish_epoch(torch.stack(self._losses).tolist())
        except TrainingError as error:
            self.failure = error
            return
        self._losses = []
        if self.trainer.epoch in self.stored_epochs:
            self._score()

    def outcome(self, *, seconds_training: float) -> FoldResult | TrainingError:
        """What became of the fold, once it is finished.

        Args:
            seconds_training: its part of the time that the stack took.
        """
        if self.failure is not None:
            return self.failure
        return FoldResult(
            subject=self.fold.held_out,
            seed=self.seed,
            scores=self._scores[self.num_epochs],
            scores_by_epoch=self._scores,
            final_loss=self.trainer.mean_loss,
            num_steps=self.trainer.num_steps,
            seconds_training=seconds_training,
            seconds_scoring=self.seconds_scoring,
        )

    def _score(self) -> None:
        before = time.perf_counter()
        self._scores[self.trainer.epoch] = score_recordings(self.trainer.network, self.fold.testing)
        self.seconds_scoring += time.perf_counter() - before
