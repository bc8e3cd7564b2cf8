"""Studies with everything that a report can meet: made-up counts, and journals on disk."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from platform.study.journal import encode
from platform.study.records import (
    ConfigurationRecord,
    DroppedRecord,
    FailureRecord,
    FoldRecord,
    Record,
    StudyRecord,
)
from platform.study.workspace import Workspace, journal_path
from search_spaces.vocabulary import Choice, Condition, Float, LogFloat, Space

SUBJECTS = ("006", "007", "009", "010", "011", "012", "013", "014", "015", "016")
SPACE = Space(
    name="made-up",
    description="a dimension that decides, one that does not, and one that is not always there",
    fixed={"width": 32, "num_heads": 2},
    dimensions={
        "learning_rate": LogFloat(1e-4, 1e-2),
        "window": Choice((9, 13, 17)),
        "learning_rate_schedule": Choice(("constant", "exponential")),
        "learning_rate_decay": Float(0.9, 0.99),
    },
    conditions={"learning_rate_decay": Condition("learning_rate_schedule", ("exponential",))},
    apex_thresholds=(0.3, 0.5, 0.7),
)
_NUM_MACRO, _NUM_MICRO = 8, 5


def study_record(*, space: Space = SPACE, subjects: Sequence[str] = SUBJECTS, **fields: Any) -> StudyRecord:
    """The first record of a study of two recordings of every subject."""
    truths = [["macro", 10, 25, 40], ["micro", 60, 64, 68]]
    usual = {
        "dataset": "plain",
        "dataset_digest": "00ff00ff00ff00ff",
        "space": space.as_dict(),
        "seed": 7,
        "scheduling": "reproducible",
        "lag": 2,
        "subjects": list(subjects),
        "extraction": {"estimator": "farneback", "pooling": "mdmo", "face_size": 320},
        "versions": {"python": "3.11.7", "torch": "2.13.0"},
        "identity": "0123456789abcdef",
        "recordings": {
            f"{subject}_{number}": {"subject": subject, "expressions": truths, "frames_per_second": 28.57}
            for subject in subjects
            for number in (1, 2)
        },
        "rendered": False,
        "command": "python -m platform.search --dataset plain --root /data",
        "revision": "a" * 40,
    }
    return StudyRecord(**usual | fields)


def configuration_records(
    name: str, params: Mapping[str, Any], *, subjects: Sequence[str] = SUBJECTS, seed: int = 0
) -> list[Record]:
    """A configuration with a fold of every subject; the nearer learning_rate is to 0.001 the more it finds."""
    generator = np.random.default_rng(seed)
    quality = float(np.exp(-(np.log10(params["learning_rate"] / 1e-3) ** 2) * 2))
    made: list[Record] = [ConfigurationRecord(configuration=name, params=dict(params))]
    for subject in subjects:
        macro, micro = (
            [_counts(truths, quality * share, generator) for share in (0.8, 1.0, 0.6)]
            for truths in (_NUM_MACRO, _NUM_MICRO)
        )
        made.append(
            FoldRecord(
                configuration=name,
                subject=subject,
                seed=1,
                counts={"macro": macro, "micro": micro},
                final_loss=0.25,
                seconds={"training": 12.5, "scoring": 0.5},
                versions={"python": "3.11.7", "torch": "2.13.0"},
            )
        )
    return made


def _counts(truths: int, share: float, generator: np.random.Generator) -> list[int]:
    found = int(generator.binomial(truths, min(share, 0.95)))
    return [found, int(generator.integers(0, 4)), truths - found]


def drawn_params(number: int, *, seed: int = 3) -> dict[str, Any]:
    """A point of `SPACE`."""
    generator = np.random.default_rng([seed, number])
    params: dict[str, Any] = {
        "learning_rate": float(10 ** generator.uniform(-4, -2)),
        "window": int(generator.choice([9, 13, 17])),
        "learning_rate_schedule": str(generator.choice(["constant", "exponential"])),
    }
    if params["learning_rate_schedule"] == "exponential":
        params["learning_rate_decay"] = float(generator.uniform(0.9, 0.99))
    return params


def complete_study(num_configurations: int, **fields: Any) -> list[Record]:
    """The records of a study in which every configuration is complete."""
    records: list[Record] = [study_record(**fields)]
    for number in range(num_configurations):
        records += configuration_records(f"c{number:04d}", drawn_params(number), seed=number)
    return records


def eventful_study(**fields: Any) -> list[Record]:
    """Fourteen complete configurations, one dropped, one failed, and one with half of its folds."""
    records = complete_study(14, **fields)
    whole = [configuration_records(f"c{number:04d}", drawn_params(number), seed=number) for number in (14, 15, 16)]
    records += [
        *whole[0][:9],
        DroppedRecord(configuration="c0014", reference="c0003", num_subjects=8, f1=0.125, reference_f1=0.5),
        *whole[1][:3],
        FailureRecord(configuration="c0015", subject="009", reason='loss <nan> in epoch 3: & "quoted"'),
        *whole[2][:6],
    ]
    return records


def write_study(workspace: Workspace, name: str, records: Sequence[Record]) -> Path:
    """Writes the journal of a study; its folder."""
    folder = workspace.study(name)
    folder.mkdir(parents=True)
    journal_path(folder).write_bytes(b"".join(encode(record) for record in records))
    return folder
