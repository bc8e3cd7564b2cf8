"""Where figures come from: revision of the code, environment, and the dataset with its fingerprint."""

import hashlib
import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from importlib.metadata import distributions, version
from pathlib import Path
from typing import Any

from mlflow.entities import Dataset, DatasetInput, InputTag

from platform.study.records import StudyRecord
from spotformer_core.datasets.recording import Recording

_REPOSITORY = Path(__file__).resolve().parents[2]
_DISTRIBUTION = "spotformer-platform"
_ROLE = "mlflow.data.context"


@dataclass(frozen=True, slots=True)
class Provenance:
    """The software that writes, as it is now.

    Attributes:
        tags: for every run, under MLflow's own names, so that its pages show them.
        environment: interpreter, machine and every installed package.
    """

    tags: dict[str, str] = field(default_factory=dict)
    environment: dict[str, Any] = field(default_factory=dict)

    @property
    def digest(self) -> str:
        """Eight hexadecimal digits that differ when the environment does."""
        return hashlib.blake2b(json.dumps(self.environment, sort_keys=True).encode(), digest_size=4).hexdigest()


def provenance() -> Provenance:
    """That of this process; takes tenths of a second."""
    tags = {
        "mlflow.source.name": "python -m platform.search",
        "mlflow.source.type": "LOCAL",
        "spotformer.version": version(_DISTRIBUTION),
    }
    revision = _git("rev-parse", "HEAD")
    if revision:
        tags["mlflow.source.git.commit"] = revision
        tags["spotformer.changed_files"] = str(len(_git("status", "--porcelain", "--untracked-files=no").splitlines()))
    system = os.uname()
    packages = {one.metadata["Name"]: one.version for one in distributions()}
    environment = {
        "python": sys.version.split()[0],
        "system": f"{system.sysname} {system.release} {system.machine}",
        "cores": os.cpu_count(),
        "packages": dict(sorted(packages.items())),
    }
    return Provenance(tags=tags, environment=environment)


def _git(*arguments: str) -> str:
    """What git says of our own folder; nothing where it is not a checkout, or there is no git."""
    if not (_REPOSITORY / ".git").exists():
        return ""
    command = ["git", "-C", str(_REPOSITORY), *arguments]
    try:
        return subprocess.run(command, capture_output=True, text=True, timeout=20, check=True).stdout.strip()
    except (OSError, subprocess.SubprocessError):
        return ""


def dataset_input(study: StudyRecord, recordings: Sequence[Recording]) -> DatasetInput:
    """The dataset of a study as MLflow shows it: name, digest of recordings and annotations, and what is in it."""
    kinds = Counter(str(one.kind) for recording in recordings for one in recording.expressions)
    profile = {
        "subjects": len({recording.subject for recording in recordings}),
        "recordings": len(recordings),
        "frames": sum(recording.num_frames for recording in recordings),
        **{f"{kind}_expressions": count for kind, count in sorted(kinds.items())},
    }
    dataset = Dataset(
        name=study.dataset,
        digest=study.dataset_digest,
        source_type="local",
        source=json.dumps({"extraction": study.extraction}),
        profile=json.dumps(profile),
    )
    return DatasetInput(dataset=dataset, tags=[InputTag(_ROLE, "leave-one-subject-out")])
