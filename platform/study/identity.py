"""What makes two studies, folds or datasets the same: digests, seeds, versions."""

import hashlib
import json
import random
import sys
from collections.abc import Sequence
from importlib.metadata import version
from typing import Any

from spotformer_core.datasets.recording import Recording

_VERSIONED = ("torch", "numpy", "opencv-python", "pyarrow", "optuna", "ray")


def dataset_digest(recordings: Sequence[Recording]) -> str:
    """Sixteen hexadecimal digits that differ when a recording, its length or an annotation differs."""
    described = [
        [
            recording.name,
            recording.subject,
            recording.num_frames,
            [[e.kind, e.onset, e.apex, e.offset] for e in recording.expressions],
        ]
        for recording in recordings
    ]
    return hashlib.blake2b(json.dumps(described).encode(), digest_size=8).hexdigest()


def subject_order(subjects: Sequence[str], *, seed: int) -> list[str]:
    """The order in which every configuration sees the held-out subjects: random, from the study's seed."""
    order = sorted(subjects)
    random.Random(seed).shuffle(order)  # noqa: S311  an order, not a secret
    return order


def fold_seed(study_seed: int, subject: str) -> int:
    """The seed of every fold that holds out `subject`.

    It does not depend on the configuration, so that configurations are compared on the same initial draws.
    """
    digest = hashlib.blake2b(f"{study_seed}/{subject}".encode(), digest_size=4).digest()
    return int.from_bytes(digest, "little") % 2**31


def json_values(values: dict[str, Any]) -> dict[str, Any]:
    """The values as a journal gives them back: tuples as lists, names as text."""
    plain: dict[str, Any] = json.loads(json.dumps(values))
    return plain


def versions() -> dict[str, str]:
    """Versions of the software that decides a fold's numbers."""
    return {"python": sys.version.split()[0], **{name: version(name) for name in _VERSIONED}}
