"""`--dry-run`: what a search would do, computed or measured, never guessed. Starts nothing and writes nothing."""

from collections.abc import Iterator

from platform.sampling.choice import SamplerName
from platform.stages.budgeting import budget_line
from platform.stages.dry_run_features import FeaturePlan
from platform.stages.dry_run_memory import memory_lines
from platform.stages.search_options import SearchOptions, waiting_workers_of
from platform.study.identity import dataset_digest, json_values
from platform.study.prior import require_studies
from platform.study.racing import Racing, racing_rule
from platform.study.rates import measured_rate
from platform.study.savings import expected_saving
from platform.study.stacks import stacks
from platform.study.workspace import Workspace
from search_spaces.vocabulary import Space
from spotformer_core.datasets.recording import Dataset


def print_dry_run(
    dataset: Dataset,
    features: FeaturePlan,
    options: SearchOptions,
    *,
    workspace: Workspace,
) -> None:
    """Prints what a search would do.

    Raises:
        StudyError: when a study to begin with does not exist.
    """
    require_studies(options.prior_studies, workspace)
    count, num_subjects = options.num_configurations, len(dataset.subjects)
    print("\n".join(_space_lines(options.space)))
    print("\n".join(features.lines))
    print(
        f"would run {count} configurations x {num_subjects} folds = {count * num_subjects} {_trials(dataset, options)}"
    )
    print(f"sampler {options.sampler}{_prior(options)}; racing {options.racing}: {_racing(options, num_subjects)}")
    if waiting := waiting_workers_of(options, num_subjects):
        print(waiting)
    print("\n".join(memory_lines(dataset, options, workspace, num_steps=features.num_steps)))
    print(_time(dataset, options, workspace))
    if line := budget_line(options.budget):
        print(line)
    print(f"would write to {workspace.study(options.study)}")


def _space_lines(space: Space) -> Iterator[str]:
    yield f"space {space.name}: {space.description}"
    for name, dimension in space.dimensions.items():
        condition = f", {space.conditions[name].describe()}" if name in space.conditions else ""
        yield f"  {name}: {dimension.describe()}{condition}"
    yield f"  apex thresholds, on stored scores: {', '.join(f'{value:g}' for value in space.apex_thresholds)}"
    for name, dimension in space.decoding.items():
        yield f"  {name}, on stored scores: {dimension.describe()}"
    if space.stored_epochs:
        yield f"  epoch, on stored scores: {', '.join(map(str, space.stored_epochs))}, or the last"


def _trials(dataset: Dataset, options: SearchOptions) -> str:
    if options.stack_folds == 1:
        return "trials"
    found = stacks(dataset.subjects, racing=str(options.racing), size=options.stack_folds)
    sizes = ", ".join(str(len(stack)) for stack in found)
    return f"folds in {options.num_configurations * len(found)} trials, of {sizes} folds side by side"


def _prior(options: SearchOptions) -> str:
    return f", beginning with what {', '.join(options.prior_studies)} found" if options.prior_studies else ""


def _racing(options: SearchOptions, num_subjects: int) -> str:
    rule = racing_rule(options.racing)
    if rule is None:
        return "every configuration gets all its folds"
    looks = rule.looks(num_subjects)
    if not looks:
        return f"never drops with {num_subjects} subjects, since the first look is after {rule.first_block}"
    told = f"looks after {', '.join(str(look) for look in looks)} subjects"
    if options.racing is not Racing.CAREFUL or options.sampler is SamplerName.NSGA_II:
        return told
    low, high, subjects, configurations = expected_saving(num_subjects)
    return (
        f"{told}; in simulated searches of {configurations} configurations on {subjects} subjects it saved "
        f"{low:.0%} to {high:.0%} of the folds (docs/racing.md), of fewer configurations less"
    )


def _time(dataset: Dataset, options: SearchOptions, workspace: Workspace) -> str:
    digest = dataset_digest(dataset.recordings)
    rate = measured_rate(
        workspace,
        dataset_digest=digest,
        space=json_values(options.space.as_dict()),
        stack_folds=options.stack_folds,
    )
    if rate is None:
        return "time: unknown, since no journal of this workspace has a fold of this dataset in this space"
    num_folds = options.num_configurations * len(dataset.subjects)
    hours = num_folds * rate.seconds_per_fold / 3600
    return (
        f"time: about {hours / options.num_workers:.2g} hours with {options.num_workers} workers, {hours:.2g} "
        f"worker-hours for all folds, at {rate.seconds_per_fold:.2f} s per fold as measured over "
        f"{rate.num_folds} folds of {', '.join(rate.studies)}"
    )
