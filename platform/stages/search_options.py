"""What a search is asked for."""

import math
from dataclasses import dataclass, field

from platform.sampling.choice import SamplerName, require_searchable
from platform.study.budget import Budget
from platform.study.effects import require_effects
from platform.study.parallelism import waiting_workers
from platform.study.planning import Scheduling
from platform.study.racing import Racing
from search_spaces.vocabulary import Space
from spotformer_core.choices import GpuSteps
from spotformer_core.errors import require
from spotformer_core.metrics.conventions import convention_named
from spotformer_core.metrics.threshold_counts import require_counts_by_recording


@dataclass(frozen=True, kw_only=True, slots=True)
class SearchOptions:
    """What is searched, how, and with what.

    Attributes:
        stack_folds: folds of a configuration that one worker trains side by side, at most.
        prior_studies: names of studies of the same workspace whose outcomes the sampler knows from the start.
        lag: in reproducible scheduling, configuration c is asked when all up to c - lag are decided.
        gpus_per_fold: None to measure it where there are GPUs.
        retry_infeasible: try configurations again that did not fit into memory.
        tracking_uri: of MLflow; empty for the SQLite file of the workspace.
        command: the command line that asks for it; only noted.
        fold_timeout: seconds after which a fold is taken for hung and run again; 0 for never, None for a limit that
            follows the longest fold so far.
    """

    study: str
    space: Space
    num_configurations: int
    seed: int
    scheduling: Scheduling
    lag: int
    num_workers: int
    gpus_per_fold: float | None
    address: str
    tracking_uri: str
    sampler: SamplerName = SamplerName.TPE
    racing: Racing = Racing.CAREFUL
    stack_folds: int = 1
    prior_studies: tuple[str, ...] = ()
    gpu_steps: GpuSteps = GpuSteps.EAGER
    budget: Budget = field(default_factory=Budget)
    retry_infeasible: bool = False
    command: str = ""
    fold_timeout: float | None = None

    def __post_init__(self) -> None:
        repair = "Leave the option out to take the default."
        require(self.num_configurations >= 1, "--configurations", "at least 1", self.num_configurations, repair)
        require(self.seed >= 0, "--seed", "0 or more", self.seed, repair)
        require(self.lag >= 1, "--lag", "at least 1", self.lag, repair)
        require(self.stack_folds >= 1, "--stack-folds", "at least 1", self.stack_folds, "1 trains every fold alone.")
        require(self.num_workers >= 1, "--workers", "at least 1", self.num_workers, repair)
        counted = self.budget.max_gpu_hours is None or self.gpus_per_fold != 0
        require(counted, "--gpus-per-fold", "auto, or above 0 with --max-gpu-hours", 0, "Name GPUs, or --max-hours.")
        require((self.gpus_per_fold or 0) >= 0, "--gpus-per-fold", "auto, or 0 or more", self.gpus_per_fold, repair)
        limit = self.fold_timeout
        require(limit is None or 0 <= limit < math.inf, "--fold-timeout", "0 or more seconds", limit, repair)
        require_counts_by_recording(convention_named(self.space.convention))
        require_searchable(self.space, self.sampler)
        require_effects(self.space)
        whole = "off where every point is run and where there are two objectives"
        raced = self.racing is not Racing.OFF
        one_winner = not self.space.every_point and self.sampler is not SamplerName.NSGA_II
        require(one_winner or not raced, "--racing", whole, str(self.racing), repair)


def waiting_workers_of(options: SearchOptions, num_subjects: int) -> str | None:
    """What to say when a search has more workers than its study can use; None when it can use them."""
    return waiting_workers(
        options.num_workers,
        scheduling=options.scheduling,
        lag=options.lag,
        racing=options.racing,
        num_subjects=num_subjects,
    )
