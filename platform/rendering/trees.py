"""Where the frames of a recording lie in the tree of each dataset, and how they are numbered.

SAMM-LV     SAMM_longvideos/006_1/006_1_0001.jpg                   200 frames per second, grey, from 1
CAS(ME)^2   rawpic/s15/15_0101disgustingteeth/img001.jpg           30 frames per second, grey, from 1
CAS(ME)^3   part_A/data/part_A/spNO.1/a/color/6.jpg                30 frames per second, colour, from 6
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from spotformer_core.datasets import cas_me_2, cas_me_3, samm_lv


class Layout(StrEnum):
    """The datasets whose tree can be rendered."""

    SAMM_LV = samm_lv.NAME
    CAS_ME_2 = cas_me_2.NAME
    CAS_ME_3 = cas_me_3.NAME


@dataclass(frozen=True, kw_only=True, slots=True)
class Tree:
    """The tree of one dataset.

    Attributes:
        usual_first_frame_number: the release's number of the first frame; a recording may begin earlier.
        frames_root: the folder below the root that holds all frames and nothing else.
        annotation_folder: the folder below the root that holds the annotation file; "" is the root.
        in_colour: whether frames have three channels.
    """

    frames_per_second: float
    usual_first_frame_number: int
    frames_root: str
    annotation_folder: str
    in_colour: bool


_CAS_ME_3_FRAMES = Path("part_A/data/part_A")

TREES: Mapping[Layout, Tree] = {
    Layout.SAMM_LV: Tree(
        frames_per_second=samm_lv.FRAMES_PER_SECOND,
        usual_first_frame_number=samm_lv.FIRST_FRAME_NUMBER,
        frames_root=samm_lv.FRAMES_FOLDER,
        annotation_folder="",
        in_colour=False,
    ),
    Layout.CAS_ME_2: Tree(
        frames_per_second=cas_me_2.FRAMES_PER_SECOND,
        usual_first_frame_number=cas_me_2.FIRST_FRAME_NUMBER,
        frames_root=cas_me_2.FRAMES_FOLDER,
        annotation_folder="",
        in_colour=False,
    ),
    Layout.CAS_ME_3: Tree(
        frames_per_second=cas_me_3.FRAMES_PER_SECOND,
        usual_first_frame_number=6,
        frames_root=str(_CAS_ME_3_FRAMES),
        annotation_folder="part_A/annotation",
        in_colour=True,
    ),
}


def recording_folder(root: Path, *, layout: Layout, recording: str) -> Path:
    """The folder that holds the frames of `recording` below the root of the dataset."""
    match layout:
        case Layout.SAMM_LV:
            return samm_lv.recording_folder(root, recording=recording)
        case Layout.CAS_ME_2:
            return cas_me_2.recording_folder(root, recording=recording)
        case Layout.CAS_ME_3:
            return cas_me_3.recording_folder(root / _CAS_ME_3_FRAMES, recording=recording)


def frame_file_name(layout: Layout, *, recording: str, number: int) -> str:
    """The release's name of the frame with that number."""
    match layout:
        case Layout.SAMM_LV:
            return samm_lv.frame_file_name(recording, number=number)
        case Layout.CAS_ME_2:
            return cas_me_2.frame_file_name(recording, number=number)
        case Layout.CAS_ME_3:
            return cas_me_3.frame_file_name(recording, number=number)


def landmarks_path(root: Path, *, recording: str) -> Path:
    """The file of the recording's landmarks, the same in every layout."""
    return root / "landmarks" / f"{recording}.csv"
