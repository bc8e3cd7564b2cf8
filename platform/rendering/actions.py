"""The nine facial actions that a rendered face can perform.

Left and right are those of the image. Vectors are (x, y) per pixel of amplitude, y downwards: at an amplitude of 5 the
mouth corners of a smile move by 5 pixels, 4 of them sideways and 3 upwards.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Action(StrEnum):
    """One thing that a face can do."""

    BROWS_RAISED = "brows-raised"
    BROWS_LOWERED = "brows-lowered"
    LEFT_BROW_RAISED = "left-brow-raised"
    RIGHT_BROW_RAISED = "right-brow-raised"
    SMILE = "smile"
    MOUTH_CORNERS_LOWERED = "mouth-corners-lowered"
    LEFT_MOUTH_CORNER_RAISED = "left-mouth-corner-raised"
    RIGHT_MOUTH_CORNER_RAISED = "right-mouth-corner-raised"
    CHIN_RAISED = "chin-raised"


class FaceArea(StrEnum):
    """Where an action happens; actions of different areas do not disturb each other."""

    BROWS = "brows"
    MOUTH = "mouth"


@dataclass(frozen=True, kw_only=True, slots=True)
class ActionDescription:
    """How an action looks and how an annotator of CAS(ME)^2 would code it.

    Attributes:
        moves: landmark to its displacement per pixel of amplitude; the longest has length 1.
        action_units: of the Facial Action Coding System, joined by "+"; L and R are the sides of the person.
        emotion: negative, positive, surprise or others.
    """

    area: FaceArea
    moves: Mapping[int, tuple[float, float]]
    action_units: str
    emotion: str


_LEFT_BROW_UP = {18: (0.0, -0.9), 19: (0.0, -1.0), 20: (0.0, -0.9)}
_RIGHT_BROW_UP = {23: (0.0, -0.9), 24: (0.0, -1.0), 25: (0.0, -0.9)}
_LEFT_BROW_DOWN = {19: (0.0, 0.5), 20: (0.28, 0.8), 21: (0.28, 0.96)}
_RIGHT_BROW_DOWN = {22: (-0.28, 0.96), 23: (-0.28, 0.8), 24: (0.0, 0.5)}
_LEFT_CORNER_UP = {48: (-0.8, -0.6)}
_RIGHT_CORNER_UP = {54: (0.8, -0.6)}

ACTIONS: Mapping[Action, ActionDescription] = {
    Action.BROWS_RAISED: ActionDescription(
        area=FaceArea.BROWS, moves=_LEFT_BROW_UP | _RIGHT_BROW_UP, action_units="1+2", emotion="surprise"
    ),
    Action.BROWS_LOWERED: ActionDescription(
        area=FaceArea.BROWS,
        moves=_LEFT_BROW_DOWN | _RIGHT_BROW_DOWN,
        action_units="4",
        emotion="negative",
    ),
    Action.LEFT_BROW_RAISED: ActionDescription(
        area=FaceArea.BROWS, moves=_LEFT_BROW_UP, action_units="R1+R2", emotion="others"
    ),
    Action.RIGHT_BROW_RAISED: ActionDescription(
        area=FaceArea.BROWS, moves=_RIGHT_BROW_UP, action_units="L1+L2", emotion="others"
    ),
    Action.SMILE: ActionDescription(
        area=FaceArea.MOUTH, moves=_LEFT_CORNER_UP | _RIGHT_CORNER_UP, action_units="12", emotion="positive"
    ),
    Action.MOUTH_CORNERS_LOWERED: ActionDescription(
        area=FaceArea.MOUTH, moves={48: (0.0, 1.0), 54: (0.0, 1.0)}, action_units="15", emotion="negative"
    ),
    Action.LEFT_MOUTH_CORNER_RAISED: ActionDescription(
        area=FaceArea.MOUTH, moves=_LEFT_CORNER_UP, action_units="R14", emotion="others"
    ),
    Action.RIGHT_MOUTH_CORNER_RAISED: ActionDescription(
        area=FaceArea.MOUTH, moves=_RIGHT_CORNER_UP, action_units="L14", emotion="others"
    ),
    Action.CHIN_RAISED: ActionDescription(
        area=FaceArea.MOUTH, moves={51: (0.0, -0.3), 57: (0.0, -1.0)}, action_units="17", emotion="others"
    ),
}


def actions_elsewhere(action: Action) -> tuple[Action, ...]:
    """The actions of the other area of the face, which can accompany `action` without weakening it."""
    return tuple(other for other in Action if ACTIONS[other].area is not ACTIONS[action].area)
