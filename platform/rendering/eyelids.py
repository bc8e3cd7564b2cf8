"""Blinks: the upper lid of each eye is drawn downwards over the eye.

The skin above the eye is stretched and the lashes are carried along unstretched, so nothing is painted and the lid has
the light and texture of its face. Above `_FOLD_PIXELS` from the lashes nothing moves, nor does anything beside the eye.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.polynomial import Polynomial

from spotformer_core.shapes import Float, Float32

_EYES = (
    ((36, 37, 38, 39), (36, 41, 40, 39)),
    ((42, 43, 44, 45), (42, 47, 46, 45)),
)
"""Per eye the landmarks of its upper and of its lower rim."""
_UPPER_LIDS = ((37, 41), (38, 40), (43, 47), (44, 46))
"""Landmarks of the upper lids, each with the one below that it meets in a blink."""
_FOLD_PIXELS = 14.0
"""How far above the rim the skin starts to follow the lid."""
_LASH_PIXELS = 6.0
"""What is carried along unstretched above the rim."""
_RIM_PIXELS = 2.5
"""How far above the landmarks of the upper rim the lashes end; the landmarks lie inside the dark line."""
_SKIN_BLUR_PIXELS = 2.0
"""Across the face; without it every dark spot between lashes and brow would be drawn out into a streak."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Eyelid:
    """The patch of a face image that a blink redraws, with the heights of both rims.

    Attributes:
        rows, columns: where the patch lies in the image.
        upper, lower: row of each rim in every column of the patch; equal where the eye ends.
    """

    rows: slice
    columns: slice
    upper: Float32[np.ndarray, " columns"]
    lower: Float32[np.ndarray, " columns"]


def eyelids(landmarks: Float[np.ndarray, "68 2"]) -> tuple[Eyelid, Eyelid]:
    """The lids of both eyes. `landmarks` are in pixels of the face image, its margin included."""
    first, second = (_eyelid(landmarks[list(upper)], landmarks[list(lower)]) for upper, lower in _EYES)
    return first, second


def draw_blink(
    image: Float32[np.ndarray, "rows columns"],
    *,
    open_eyes: Float32[np.ndarray, "rows columns"],
    lids: tuple[Eyelid, Eyelid],
    closure: float,
) -> None:
    """Redraws the eyes of `image` in place, from `open_eyes`, with lids closed to `closure`: 0 is open, 1 is shut."""
    for lid in lids:
        image[lid.rows, lid.columns] = _closed_patch(open_eyes, lid=lid, closure=closure)


def blinking_landmarks(landmarks: Float[np.ndarray, "68 2"], *, closure: float) -> Float[np.ndarray, "68 2"]:
    """The landmarks with those of the upper lids brought down by `closure` of the way to the lower ones."""
    moved = landmarks.copy()
    for upper, lower in _UPPER_LIDS:
        moved[upper] += closure * (landmarks[lower] - landmarks[upper])
    return moved


def _eyelid(upper_rim: Float[np.ndarray, "4 2"], lower_rim: Float[np.ndarray, "4 2"]) -> Eyelid:
    first_column, last_column = int(np.ceil(upper_rim[0, 0])), int(np.floor(upper_rim[-1, 0]))
    columns = np.arange(first_column, last_column + 1)
    upper, lower = (Polynomial.fit(rim[:, 0], rim[:, 1], deg=3)(columns) for rim in (upper_rim, lower_rim))
    # The lashes reach above the landmarks, but not at the corners of the eye, where both rims meet.
    openness = np.clip((lower - upper) / 6.0, 0.0, 1.0)
    upper = upper - _RIM_PIXELS * openness
    return Eyelid(
        rows=slice(int(upper.min() - _FOLD_PIXELS) - 1, int(lower.max()) + 3),
        columns=slice(first_column, last_column + 1),
        upper=upper.astype(np.float32),
        lower=np.maximum(lower, upper).astype(np.float32),
    )


def _closed_patch(
    open_eyes: Float32[np.ndarray, "rows columns"], *, lid: Eyelid, closure: float
) -> Float32[np.ndarray, "patch_rows patch_columns"]:
    rows = np.arange(lid.rows.start, lid.rows.stop, dtype=np.float32)[:, None]
    edge = lid.upper + np.float32(closure) * (lid.lower - lid.upper)
    fold = lid.upper - _FOLD_PIXELS
    stretch = (_FOLD_PIXELS - _LASH_PIXELS) / (edge - _LASH_PIXELS - fold)
    open_patch = open_eyes[lid.rows, lid.columns]
    smooth_patch = cv2.GaussianBlur(open_patch, (0, 0), sigmaX=_SKIN_BLUR_PIXELS, sigmaY=0.5)
    skin = _with_rows_from(smooth_patch, source_rows=fold + (rows - fold) * stretch - lid.rows.start)
    lashes = _with_rows_from(open_patch, source_rows=rows - (edge - lid.upper) - lid.rows.start)
    # Transitions are one to three pixels wide: hard ones would flicker from row to row while the lid moves.
    patch = _mixed(open_patch, skin, share=min(1.0, 4 * closure) * (rows - fold) / 3)
    patch = _mixed(patch, lashes, share=(rows - edge + _LASH_PIXELS) / 2)
    return _mixed(patch, open_patch, share=rows - edge + 0.5)


def _with_rows_from(
    patch: Float32[np.ndarray, "rows columns"], *, source_rows: Float32[np.ndarray, "rows columns"]
) -> Float32[np.ndarray, "rows columns"]:
    """Every pixel from the row `source_rows` of its own column, between rows by cubic interpolation."""
    columns = np.broadcast_to(np.arange(patch.shape[1], dtype=np.float32), patch.shape)
    source = (np.ascontiguousarray(columns), source_rows.astype(np.float32))
    moved = cv2.remap(patch, *source, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    return moved.astype(np.float32, copy=False)


def _mixed(
    first: Float32[np.ndarray, "rows columns"],
    second: Float32[np.ndarray, "rows columns"],
    *,
    share: Float32[np.ndarray, "rows columns"],
) -> Float32[np.ndarray, "rows columns"]:
    """`first` where `share` is 0 or less, `second` where it is 1 or more."""
    return np.asarray(first + np.clip(share, 0, 1).astype(np.float32) * (second - first))
