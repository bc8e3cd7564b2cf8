"""Every dataset by its name, through one contract.

read_dataset("samm-lv", Path("/data/SAMM"))          Dataset with 147 recordings of 30 subjects
read_dataset("demo", Path("demo"))                   the rendered demo, laid out as CAS(ME)^2 is
read_dataset("plain", Path("/data/mine"))            anybody's own recordings
"""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Protocol

from spotformer_core.datasets import cas_me_2, cas_me_3, lineage, plain, samm_lv
from spotformer_core.datasets.assembly import DEFAULT_OPTIONS, ReadingOptions
from spotformer_core.datasets.recording import Dataset
from spotformer_core.errors import InvalidValueError, did_you_mean

__all__ = ["DATASET_NAMES", "DEFAULT_OPTIONS", "DatasetReader", "ReadingOptions", "read_dataset", "select_recordings"]

DEMO_NAME = "demo"


class DatasetReader(Protocol):
    """What the `read` function of a dataset's module does.

    Recordings come by rising name, with expressions in the order of the annotation table; a recording on disk without
    annotations has no expressions; every repair is counted by its `Policy`. A reader lists files but opens no image; of
    videos it counts the frames. A recording that cannot be read is named in `Dataset.unreadable`; the others are there.
    """

    def __call__(self, root: Path, options: ReadingOptions = DEFAULT_OPTIONS) -> Dataset:
        """The dataset unpacked in `root`.

        Raises:
            DatasetError: when the root or the tree of frames is missing.
            AnnotationError: when the table is missing or breaks a rule, or annotated recordings are missing and
                `options` make that an error.
            RecordingError: when no recording can be read, or two are the same.
        """


def _read_demo(root: Path, options: ReadingOptions = DEFAULT_OPTIONS) -> Dataset:
    return cas_me_2.read_laid_out(root, options, name=DEMO_NAME)


_READERS: dict[str, DatasetReader] = {
    DEMO_NAME: _read_demo,
    samm_lv.NAME: samm_lv.read,
    cas_me_2.NAME: cas_me_2.read,
    cas_me_3.NAME: cas_me_3.read,
    lineage.NAME: lineage.read,
    plain.NAME: plain.read,
}

DATASET_NAMES = tuple(sorted(_READERS))
"""What `read_dataset` knows."""


def read_dataset(name: str, root: Path, options: ReadingOptions = DEFAULT_OPTIONS) -> Dataset:
    """The dataset called `name`, unpacked in `root`.

    Raises:
        InvalidValueError: for an unknown name.
        DatasetError: as `DatasetReader` says.
    """
    if name not in _READERS:
        raise InvalidValueError(f"a dataset must have a known name, got {name!r}. {did_you_mean(name, _READERS)}")
    return _READERS[name](root, options)


def select_recordings(dataset: Dataset, names: Iterable[str]) -> Dataset:
    """`dataset` with the recordings called `names` only, in its own order; repairs stay those of the whole dataset.

    Raises:
        InvalidValueError: for an unknown name, or when no name is given.
    """
    known = {recording.name for recording in dataset.recordings} | dataset.unreadable.keys()
    wanted = set(names)
    if not wanted:
        raise InvalidValueError(
            f"a selection from {dataset.name} must name at least one recording, got none. Leave it out to take all."
        )
    for name in sorted(wanted - known):
        raise InvalidValueError(
            f"a selection from {dataset.name} must name its recordings, got {name!r}. {did_you_mean(name, known)}"
        )
    return replace(
        dataset,
        recordings=tuple(one for one in dataset.recordings if one.name in wanted),
        unreadable={one: reason for one, reason in dataset.unreadable.items() if one in wanted},
    )
