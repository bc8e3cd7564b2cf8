"""Every dataset by its name, through one contract.

read_dataset("samm-lv", Path("/data/SAMM"))          Dataset with 147 recordings of 30 subjects
read_dataset("demo", Path("demo"))                   the rendered demo, laid out as CAS(ME)^2 is
"""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Protocol

from spotformer_core.datasets import cas_me_2, samm_lv
from spotformer_core.datasets.policies import MissingRecordings
from spotformer_core.datasets.recording import Dataset
from spotformer_core.errors import InvalidValueError, did_you_mean

DEMO_NAME = "demo"


class DatasetReader(Protocol):
    """What the `read` function of a dataset's module does.

    Recordings come by rising name, with expressions in the order of the annotation table; a recording on disk without
    annotations has no expressions; every repair is counted by its `Policy`. A reader lists files but opens no image.
    """

    def __call__(self, root: Path, *, missing_recordings: MissingRecordings = MissingRecordings.ERROR) -> Dataset:
        """The dataset unpacked in `root`.

        Raises:
            DatasetError: when the root or the tree of frames is missing.
            AnnotationError: when the table is missing or breaks a rule, or annotated recordings are missing and
                `missing_recordings` is ERROR.
            RecordingError: when a folder cannot be read as frames.
        """


def _read_demo(root: Path, *, missing_recordings: MissingRecordings = MissingRecordings.ERROR) -> Dataset:
    dataset = cas_me_2.read(root, missing_recordings=missing_recordings)
    recordings = tuple(replace(recording, dataset=DEMO_NAME) for recording in dataset.recordings)
    return replace(dataset, name=DEMO_NAME, recordings=recordings)


_READERS: dict[str, DatasetReader] = {DEMO_NAME: _read_demo, samm_lv.NAME: samm_lv.read, cas_me_2.NAME: cas_me_2.read}

DATASET_NAMES = tuple(sorted(_READERS))
"""What `read_dataset` knows."""


def read_dataset(name: str, root: Path, *, missing_recordings: MissingRecordings = MissingRecordings.ERROR) -> Dataset:
    """The dataset called `name`, unpacked in `root`.

    Raises:
        InvalidValueError: for an unknown name.
        DatasetError: as `DatasetReader` says.
    """
    if name not in _READERS:
        raise InvalidValueError(f"a dataset must have a known name, got {name!r}. {did_you_mean(name, _READERS)}")
    return _READERS[name](root, missing_recordings=missing_recordings)


def select_recordings(dataset: Dataset, names: Iterable[str]) -> Dataset:
    """`dataset` with the recordings called `names` only, in its own order; repairs stay those of the whole dataset.

    Raises:
        InvalidValueError: for an unknown name, or when no name is given.
    """
    known = {recording.name for recording in dataset.recordings}
    wanted = set(names)
    if not wanted:
        raise InvalidValueError(
            f"a selection from {dataset.name} must name at least one recording, got none. Leave it out to take all."
        )
    for name in sorted(wanted - known):
        raise InvalidValueError(
            f"a selection from {dataset.name} must name its recordings, got {name!r}. {did_you_mean(name, known)}"
        )
    return replace(dataset, recordings=tuple(one for one in dataset.recordings if one.name in wanted))
