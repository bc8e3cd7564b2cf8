"""Digests, seeds and orders that decide whether two things are the same."""

from dataclasses import replace
from pathlib import Path

import pytest

from platform.study.identity import dataset_digest, fold_seed, subject_order, versions
from spotformer_core.datasets.recording import Expression, ExpressionKind, Recording

SMILE = Expression(onset=3, apex=5, offset=9, kind=ExpressionKind.MACRO)
RECORDING = Recording(
    dataset="toy",
    subject="a",
    name="a_1",
    frame_paths=(Path("1.jpg"), Path("2.jpg")),
    frame_numbers=(1, 2),
    frames_per_second=30.0,
    expressions=(SMILE,),
)


def test_equal_recordings_have_equal_digests_wherever_they_lie():
    moved = replace(RECORDING, frame_paths=(Path("elsewhere/1.jpg"), Path("elsewhere/2.jpg")))

    assert dataset_digest([moved]) == dataset_digest([RECORDING])
    assert len(dataset_digest([RECORDING])) == 16


@pytest.mark.parametrize(
    "changed",
    [
        replace(RECORDING, subject="b"),
        replace(RECORDING, name="a_2"),
        replace(RECORDING, frame_paths=(*RECORDING.frame_paths, Path("3.jpg")), frame_numbers=(1, 2, 3)),
        replace(RECORDING, expressions=()),
        replace(RECORDING, expressions=(SMILE, SMILE)),
        *(
            replace(RECORDING, expressions=(replace(SMILE, **{field: value}),))
            for field, value in (("onset", 4), ("apex", 6), ("offset", 10), ("kind", ExpressionKind.MICRO))
        ),
    ],
)
def test_any_change_of_a_recording_or_an_annotation_changes_the_digest(changed):
    assert dataset_digest([changed]) != dataset_digest([RECORDING])


def test_a_recording_more_or_less_changes_the_digest():
    assert len({dataset_digest([]), dataset_digest([RECORDING]), dataset_digest([RECORDING, RECORDING])}) == 3


def test_the_order_of_subjects_follows_from_the_seed_alone():
    names = [f"s{number:02d}" for number in range(20)]

    order = subject_order(names, seed=3)

    assert order == subject_order(names[::-1], seed=3)
    assert sorted(order) == names
    assert order != names
    assert order != subject_order(names, seed=4)


def test_the_seed_of_a_fold_depends_on_study_seed_and_subject():
    seeds = {fold_seed(study, subject) for study in range(10) for subject in ("a", "b", "1", "11")}

    assert len(seeds) == 40
    assert all(0 <= seed < 2**31 for seed in seeds)
    # The same on every machine and in every later version: finished folds are not comparable otherwise.
    assert fold_seed(0, "s15") == 1376369665


def test_versions_name_the_software_that_decides_a_number():
    found = versions()

    assert found["python"].startswith("3.")
    assert {"torch", "numpy", "opencv-python", "pyarrow", "optuna", "ray"} < set(found)
