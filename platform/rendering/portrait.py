"""The one photograph that every rendered face is made of, and its 68 landmarks.

The photograph is `skimage.data.astronaut()`: Eileen Collins by NASA, in the public domain. Frames are 400 x 400 pixels
of it, cut round the face and enlarged 2.857 times. The landmarks were read off an enlargement by eye.

Points are (x, y) in pixels of the frame; (0, 0) is the centre of its first pixel. Images that carry a margin round the
frame keep these coordinates: their first pixel lies at (-margin, -margin).
"""

import cv2
import numpy as np
from skimage.data import astronaut

from spotformer_core.shapes import Float, Float32, UInt8

FRAME_SIDE_PIXELS = 400
PORTRAIT_MARGIN_PIXELS = 48
"""What the portrait shows on every side of the frame, so that no warp of a face ever looks beyond the photograph."""

_LEFT, _TOP, _SIDE = 156.0, 62.0, 140.0
"""The square of the photograph that a frame shows."""
_ENLARGEMENT = FRAME_SIDE_PIXELS / _SIDE

# fmt: off
_PHOTOGRAPH_LANDMARKS = (
    # 0-16 jaw, from the ear on the left of the image to the one on its right
    (181, 105), (181.5, 116), (182, 127), (183, 138), (186, 149), (190, 158), (197, 167), (207, 175), (221, 179),
    (234, 177), (246, 170), (254, 161), (261, 151), (266, 140), (269, 129), (271, 117), (271, 105),
    # 17-26 brows
    (190, 90.3), (194.7, 88.4), (199.7, 87.8), (205.8, 89.4), (213.3, 92.5),
    (238.5, 93.5), (244.5, 92.7), (250.5, 92.2), (257, 92.7), (263.5, 95.5),
    # 27-35 nose
    (224, 101), (224, 110), (223.7, 119), (223.3, 127),
    (215.3, 130.5), (219.5, 132), (223.8, 132.7), (228.3, 132), (233, 130.8),
    # 36-47 eyes
    (192, 101), (197.5, 97.5), (205, 97.3), (211.5, 102.8), (206, 104.2), (199, 103.5),
    (236, 105), (242, 101), (251, 100.3), (258.8, 103.5), (251.5, 105.7), (243.5, 106),
    # 48-59 outer lips
    (202.5, 140), (209, 139.5), (217.5, 140), (223.5, 140.7), (229.5, 140.3), (240, 139.3), (248.3, 138.5),
    (241.7, 147.5), (233.3, 153.5), (223.3, 156), (214, 154), (206.7, 147.5),
    # 60-67 inner lips
    (203.3, 140.3), (213.5, 142), (223.3, 143.3), (235, 142.5), (247.5, 139.7), (234, 147.5), (223.3, 149.7),
    (211.7, 147),
)
_MIRRORED_ORDER = (
    *range(16, -1, -1),
    *range(26, 16, -1),
    27, 28, 29, 30, 35, 34, 33, 32, 31,
    45, 44, 43, 42, 47, 46, 39, 38, 37, 36, 41, 40,
    54, 53, 52, 51, 50, 49, 48, 59, 58, 57, 56, 55,
    64, 63, 62, 61, 60, 67, 66, 65,
)
"""Landmark i of a mirrored face is landmark _MIRRORED_ORDER[i] of the face."""
# fmt: on


def portrait() -> Float32[np.ndarray, "rows columns"]:
    """The face in grey levels of 0 to 255, 400 x 400 pixels and a margin of 48 on every side."""
    photograph: UInt8[np.ndarray, "rows columns 3"] = astronaut()  # type: ignore[no-untyped-call]
    grey = cv2.cvtColor(photograph, cv2.COLOR_RGB2GRAY).astype(np.float32)
    side = FRAME_SIDE_PIXELS + 2 * PORTRAIT_MARGIN_PIXELS
    shift = _frame_points(np.zeros((1, 2)))[0] + PORTRAIT_MARGIN_PIXELS
    transform = np.array([[_ENLARGEMENT, 0, shift[0]], [0, _ENLARGEMENT, shift[1]]])
    return cv2.warpAffine(grey, transform, (side, side), flags=cv2.INTER_CUBIC).astype(np.float32)


def portrait_landmarks() -> Float[np.ndarray, "68 2"]:
    """The 68 landmarks of the portrait in frame pixels, in iBUG order, the left of the image first."""
    return _frame_points(np.array(_PHOTOGRAPH_LANDMARKS))


def mirrored_landmarks(landmarks: Float[np.ndarray, "68 2"]) -> Float[np.ndarray, "68 2"]:
    """The landmarks of the same face in a frame whose left and right have been exchanged."""
    flipped = np.column_stack([FRAME_SIDE_PIXELS - 1 - landmarks[:, 0], landmarks[:, 1]])
    return flipped[list(_MIRRORED_ORDER)]


def _frame_points(photograph_points: Float[np.ndarray, "points 2"]) -> Float[np.ndarray, "points 2"]:
    # A pixel is a square whose centre has whole coordinates, hence the halves.
    return (photograph_points - (_LEFT, _TOP) + 0.5) * _ENLARGEMENT - 0.5
