"""One Ray Tune trial that trains a stack: several folds of a configuration side by side, by one worker."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from platform.scheduling.fold_progress import FoldProgress
from platform.scheduling.fold_trial import FoldInputs, limit_memory, outcome_on_device, written_fold
from platform.study.identity import fold_seed
from platform.study.planning import FoldOrder
from platform.study.records import FoldRecord
from platform.study.usage import Usage
from spotformer_core.errors import TrainingError
from spotformer_core.training.devices import TrainingDevice
from spotformer_core.training.fold import ignore
from spotformer_core.training.fold_stack import evaluate_folds
from spotformer_core.training.folds import leave_one_subject_out

STACK = "stack"


@dataclass(frozen=True, kw_only=True, slots=True)
class StackOutcome:
    """What became of the folds of a stack that were missing.

    Attributes:
        records: of those that are finished, in the order of the study.
        failures: held-out subject to reason of the others.
    """

    records: tuple[FoldRecord, ...]
    failures: dict[str, str]


def is_stack(trial: Mapping[str, Any]) -> bool:
    """Whether a trial is a stack rather than a single fold."""
    return bool(trial.get("others"))


def stack_fields(order: FoldOrder, missing: tuple[str, ...]) -> dict[str, Any]:
    """What the trial of a stack says more than that of its first fold; nothing for a fold alone."""
    return {"others": list(order.others), "missing": list(missing)} if order.others else {}


def run_stack(trial: dict[str, Any], inputs: FoldInputs) -> dict[str, Any]:
    """The outcome of a stack under exactly one key: STACK (JSON), or what a fold gives that has no result (a reason).

    All of its folds are trained, so that results are the same whatever was finished before; of those that were, nothing
    is written.

    Args:
        trial: `configuration`, `params`, `subject`, `others`, of them those `missing`, and `num_gpus`, which are
            reserved for it.
    """
    return outcome_on_device(
        lambda device: {STACK: json.dumps(_evaluate(trial, inputs, device))}, inputs, num_gpus=trial["num_gpus"]
    )


def _evaluate(trial: dict[str, Any], inputs: FoldInputs, device: TrainingDevice) -> dict[str, Any]:
    configuration = inputs.space.configuration(trial["params"])
    limit_memory(device, configuration, share=trial["num_gpus"])
    bands = [inputs.store.read(recording) for recording in inputs.recordings]
    folds = {fold.held_out: fold for fold in leave_one_subject_out(bands)}
    subjects = (trial["subject"], *trial["others"])
    results = evaluate_folds(
        configuration,
        [folds[subject] for subject in subjects],
        seeds=[fold_seed(inputs.seed, subject) for subject in subjects],
        report=FoldProgress() if inputs.may_be_stopped else ignore,
        device=device.place,
        gpu_steps=inputs.gpu_steps,
        stored_epochs=inputs.space.stored_epochs,
    )
    records, failures = [], {}
    for subject, result in zip(subjects, results, strict=True):
        if subject not in trial["missing"]:
            continue
        if isinstance(result, TrainingError):
            failures[subject] = str(result)
        else:
            records.append(written_fold(result, trial, inputs, subject=subject))
    return {"records": records, "failures": failures}


def as_stack_outcome(finished: str) -> StackOutcome:
    """What `run_stack` gave under STACK."""
    values = json.loads(finished)
    return StackOutcome(
        records=tuple(FoldRecord(**record) for record in values["records"]), failures=values["failures"]
    )


def out_of_memory(reason: str, order: FoldOrder) -> str:
    """Why a fold or a stack ran out of memory, and of a stack what helps beside what helps a fold."""
    if not order.others:
        return reason
    return (
        f"{reason} {len(order.subjects)} folds were trained side by side: a study of another name with a lower "
        "--stack-folds needs less."
    )


def shares_of_attempt(order: FoldOrder, usage: Usage | None) -> Iterator[tuple[dict[str, str], dict[str, Any]]]:
    """Configuration and subject of every fold of an order, and its part of what an attempt at all of them took."""
    if usage is not None:
        for subject in order.subjects:
            place = {"configuration": order.configuration, "subject": subject}
            yield place, usage.shared(len(order.subjects)).as_dict()
