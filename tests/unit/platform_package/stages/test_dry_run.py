"""What a search says that it would do: every line computed or measured, and nothing written."""

from dataclasses import replace
from pathlib import Path

import pytest

from platform.sampling.choice import SamplerName
from platform.scheduling.peak_memory_store import PeakMemory, PeakMemoryStore
from platform.stages.dry_run import print_dry_run
from platform.stages.dry_run_features import features_to_extract
from platform.stages.dry_run_memory import largest
from platform.stages.search_options import SearchOptions
from platform.study.identity import dataset_digest, json_values
from platform.study.journal import encode
from platform.study.planning import Scheduling
from platform.study.racing import Racing
from platform.study.records import ConfigurationRecord, FoldRecord, StudyRecord
from platform.study.workspace import Workspace, journal_path
from search_spaces import Choice, Condition, Float, Space, named_space
from spotformer_core.choices import GpuSteps
from spotformer_core.datasets.recording import Dataset
from spotformer_core.errors import StudyError
from spotformer_core.flow.settings import ExtractionSettings
from spotformer_core.flow.store import FlowStore
from spotformer_core.training.peak_memory import computed_batch_bytes
from tests.recordings import listed_recording

SETTINGS = ExtractionSettings(max_window=17)


class NoLandmarks:
    """Is asked for nothing, since the store holds nothing."""


def dataset(num_subjects=3):
    recordings = tuple(listed_recording(f"s{subject:02}", num_frames=50) for subject in range(num_subjects))
    return Dataset(name="toy", root=Path("toy"), recordings=recordings)


def options(space="smoke", **changes):
    usual = {
        "study": "mine",
        "space": named_space(space) if isinstance(space, str) else space,
        "num_configurations": 4,
        "seed": 0,
        "scheduling": Scheduling.REPRODUCIBLE,
        "lag": 3,
        "num_workers": 2,
        "gpus_per_fold": 0,
        "address": "",
        "tracking_uri": "",
    }
    return SearchOptions(**usual | changes)


@pytest.fixture
def workspace(tmp_path):
    return Workspace(tmp_path)


@pytest.fixture
def said(workspace, capsys):
    """What a dry run says."""

    def ask(wanted=None, *, of=None, settings=SETTINGS):
        asked = of or dataset()
        plan = features_to_extract(asked, NoLandmarks(), workspace=workspace, settings=settings)
        print_dry_run(asked, plan, wanted or options(), workspace=workspace)
        return capsys.readouterr().out

    return ask


def test_it_names_what_would_run_and_writes_nothing(said, workspace):
    text = said()

    assert "would extract 3 of 3 recordings, 0 are there" in text
    assert "would run 4 configurations x 3 folds = 12 trials" in text
    assert "sampler tpe; racing careful: never drops with 3 subjects, since the first look is after 8" in text
    assert "no conflict: the band would serve windows up to 17 frames" in text
    assert list(workspace.folder.iterdir()) == []


def test_features_that_are_kept_elsewhere_are_not_looked_for_and_that_is_said(workspace):
    kept = replace(workspace, storage_uri="s3://bucket/prefix")

    plan = features_to_extract(dataset(), NoLandmarks(), workspace=kept, settings=SETTINGS)

    assert plan.lines[1] == "looked for on this disk only; a search begins with fetching what s3://bucket/prefix keeps"


def test_dimensions_are_shown_with_their_conditions(said):
    space = Space(
        name="made",
        description="",
        dimensions={
            "learning_rate_schedule": Choice(("constant", "exponential")),
            "learning_rate_decay": Float(0.9, 0.99),
        },
        conditions={"learning_rate_decay": Condition("learning_rate_schedule", ("exponential",))},
    )

    assert "  learning_rate_decay: 0.9 to 0.99, when learning_rate_schedule is exponential\n" in said(options(space))


@pytest.mark.parametrize(
    ("num_subjects", "racing", "expected"),
    [
        (
            22,
            Racing.CAREFUL,
            "looks after 8, 10, 12, 16, 20 subjects; in simulated searches of 60 configurations on 22 subjects",
        ),
        (
            40,
            Racing.CAREFUL,
            "looks after 8, 10, 12, 16, 20, 24, 31, 38 subjects; in simulated searches of 60 configurations on 30",
        ),
        (22, Racing.AGGRESSIVE, "racing aggressive: looks after 6, 8, 9, 12, 15, 18 subjects\n"),
        (22, Racing.OFF, "racing off: every configuration gets all its folds\n"),
    ],
)
def test_what_racing_would_do_follows_from_the_subjects(said, num_subjects, racing, expected):
    assert expected in said(options(racing=racing), of=dataset(num_subjects))


def test_stacks_are_told_with_their_sizes(said):
    text = said(options(stack_folds=3), of=dataset(11))

    # Careful racing looks after 8 and 10 subjects.
    assert "would run 4 configurations x 11 folds = 44 folds in 20 trials, of 3, 3, 2, 2, 1 folds side by side" in text


def test_a_window_longer_than_the_stored_band_is_a_conflict(said, workspace):
    FlowStore.create(workspace.flow_store("toy", SETTINGS), SETTINGS)
    wanted = options("table5", num_configurations=7, sampler=SamplerName.GRID, racing=Racing.OFF)

    text = said(wanted, settings=ExtractionSettings(max_window=25))

    assert "conflict: a window of 25 frames is longer than the stored band, which serves windows up to 17;" in text


def test_stores_made_with_other_settings_and_damaged_ones_are_no_conflict(said, workspace):
    other = ExtractionSettings(max_window=17, face_size=160)
    FlowStore.create(workspace.flow_store("toy", other), other)
    damaged = workspace.folder / "flow" / "toy-damaged"
    damaged.mkdir()

    assert "no conflict" in said(settings=ExtractionSettings(max_window=25))


def test_memory_is_computed_from_the_dataset_and_the_largest_network(said):
    text = said()

    # 150 frames x 16 steps x 10 regions x 2 directions x 2 bytes.
    assert "0.1 MB for flow (150 frames x 16 steps x 10 regions x 2, float16)" in text
    batch = computed_batch_bytes(largest(named_space("smoke"))) / 1e6
    assert f"and up to {batch:.1f} MB that a batch of 64 windows keeps for its gradients" in text


def test_what_a_gpu_would_be_shared_by_is_told_once_it_is_measured(said, workspace):
    wanted = options(gpus_per_fold=None)
    assert "GPU: where the cluster has some, what a configuration holds is measured before its first fold" in said(
        wanted
    )
    store = PeakMemoryStore(
        folder=workspace.peak_memory,
        dataset_digest=dataset_digest(dataset().recordings),
        accelerator="H100",
        gpu_steps=GpuSteps.EAGER,
    )
    peak = PeakMemory(gpu="NVIDIA H100", total_bytes=80 * 10**9, context_bytes=5 * 10**8, peak_bytes=12 * 10**9)

    store.write(largest(named_space("smoke")), peak)

    expected = "holds 12.50 of 80.0 GB of NVIDIA H100, so that 4 share one, 0.25 each"
    assert f"GPU, measured: a fold of the largest network {expected}" in said(wanted)
    stacked = options(gpus_per_fold=None, stack_folds=2)
    assert "GPU, measured" not in said(stacked)
    replace(store, stack_folds=2).write(largest(named_space("smoke")), peak)
    assert f"GPU, measured: a stack of 2 folds of the largest network {expected}" in said(stacked)
    assert "GPU" not in said(wanted, of=dataset(4)).split("measured before its first fold")[1]


def test_a_fraction_that_is_given_is_told(said):
    assert "GPUs per fold, as given: 0.25\n" in said(options(gpus_per_fold=0.25))


def test_the_largest_configuration_has_the_largest_of_every_number():
    configuration = largest(named_space("full"))

    assert (configuration.model.width, configuration.model.num_heads, configuration.model.window) == (256, 8, 25)
    assert configuration.model.architecture == "simul-st"


def write_folds(workspace, *, seconds, of=None, space="smoke", name="other"):
    study = StudyRecord(
        dataset="toy",
        dataset_digest=dataset_digest((of or dataset()).recordings),
        space=json_values(named_space(space).as_dict()),
        seed=0,
        scheduling="reproducible",
        lag=3,
        subjects=[],
        extraction={},
        versions={},
    )
    folds = [
        FoldRecord(
            configuration="c0000",
            subject=f"s{number:02}",
            seed=0,
            counts={},
            final_loss=0.0,
            seconds={"training": value, "scoring": 0.5},
        )
        for number, value in enumerate(seconds)
    ]
    path = journal_path(workspace.study(name))
    path.parent.mkdir(parents=True)
    path.write_bytes(b"".join(map(encode, [study, ConfigurationRecord(configuration="c0000", params={}), *folds])))


def test_time_is_measured_on_folds_of_the_same_dataset_and_space(said, workspace):
    write_folds(workspace, seconds=[99.5, 199.5])

    # 12 folds of 150 s are 0.5 hours, a quarter of an hour with 2 workers.
    expected = "time: about 0.25 hours with 2 workers, 0.5 worker-hours for all folds, at 150.00 s per fold"
    assert f"{expected} as measured over 2 folds of other" in said()


@pytest.mark.parametrize("other", [{"of": dataset(4)}, {"space": "demo"}])
def test_without_such_folds_time_is_unknown(said, workspace, other):
    write_folds(workspace, seconds=[1.0], **other)

    assert "time: unknown, since no journal of this workspace has a fold of this dataset in this space" in said()


def test_a_damaged_journal_measures_nothing(said, workspace):
    path = journal_path(workspace.study("damaged"))
    path.parent.mkdir(parents=True)
    path.write_bytes(b"no journal\nat all\n")

    assert "time: unknown" in said()


def test_studies_to_begin_with_are_named_and_must_exist(said, workspace):
    write_folds(workspace, seconds=[1.0])

    assert "sampler tpe, beginning with what other found; racing" in said(options(prior_studies=("other",)))
    with pytest.raises(StudyError, match=r"got 'othr'. Did you mean 'other'\?"):
        said(options(prior_studies=("othr",)))
