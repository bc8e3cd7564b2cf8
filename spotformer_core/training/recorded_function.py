"""A function that a GPU records once, as a CUDA graph, and then replays without the CPU launching its operations."""

from collections.abc import Callable
from typing import Protocol, runtime_checkable

import torch

from spotformer_core.errors import TrainingError

_RUNS_BEFORE_RECORDING = 3
"""Libraries choose their kernels and take their memory in the first calls, which may not happen in a recording."""


@runtime_checkable
class Replayable(Protocol):
    """What a recording can do."""

    def replay(self) -> None:
        """Computes what was recorded."""
        ...


class RecordedFunction:
    """Calls of `function`: the first few run as they are, on a stream of their own; then it is recorded and replayed.

    `function` must find all its input and leave all its output in memory that stays where it is, and must not read
    any of it back to the CPU. Every call counts as one call, recorded or not: recording itself computes nothing.

    Never run on a GPU so far: none was at hand. What is tested is that the training step keeps these rules.
    """

    def __init__(self, function: Callable[[], None]) -> None:
        self._function = function
        self._num_runs = 0
        self._graph: Replayable | None = None

    def __call__(self) -> None:
        """Runs or replays the function.

        Raises:
            TrainingError: when it cannot be recorded.
        """
        if self._graph is None and self._num_runs < _RUNS_BEFORE_RECORDING:
            self._run_aside()
            return
        if self._graph is None:
            self._graph = self._recorded()
        self._graph.replay()

    def _run_aside(self) -> None:
        """Once as it is, on a stream of its own, as recording demands of what is recorded later."""
        aside = torch.cuda.Stream()  # type: ignore[no-untyped-call]
        aside.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(aside):
            self._function()
        torch.cuda.current_stream().wait_stream(aside)
        self._num_runs += 1

    def _recorded(self) -> Replayable:
        graph = torch.cuda.CUDAGraph()
        try:
            # Errors of this thread only: other folds of the process may use the GPU meanwhile.
            with torch.cuda.graph(graph, capture_error_mode="thread_local"):
                self._function()
        except torch.OutOfMemoryError:
            raise
        except RuntimeError as error:
            raise TrainingError(
                f"a training step must be recordable as a CUDA graph, got: {str(error).splitlines()[0]} "
                "Take --gpu-steps eager."
            ) from error
        return graph
