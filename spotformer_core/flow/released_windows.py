"""Windows of 17 frames that the authors of [Deng2024] released, turned into a flow band and checked on the way.

A released file holds one window per frame i: the flow from its first frame a = i - 8 to each of its frames, so the row
of frame a of the band stands in the window of frame a + 8, and in no other one inside the recording. Only the first 8
windows repeat something: they begin before the recording, where frame 0 stands in for what is missing.

    window of frame 8 .. last         row a = 0 .. last - 8 of the band, step s at entry s
    windows of frames 0 .. 7          zeros while frame 0 repeats, then row 0 again: checked, not stored
    entries beyond the last frame     the flow to the last frame again: checked
    rows of the last 8 frames         no window of 17 begins there: NaN, so that nothing else can be made of them

Such a band gives back exactly the released windows and serves no other size of window. The facts that the release
leaves open (its extraction is not published) are options with names; a file that contradicts them is an error.
"""

import numpy as np

from spotformer_core.errors import DatasetError, did_you_mean
from spotformer_core.flow.regions import NUM_REGIONS
from spotformer_core.flow.released_settings import (
    WINDOW,
    EdgeWindows,
    FirstEntry,
    RegionColumns,
    ReleasedSettings,
    region_columns,
)
from spotformer_core.flow.windows import sw_mro
from spotformer_core.shapes import Float, Float16, Float32

TOLERANCE = 0.01
"""Pixels by which values that must be equal may differ; half precision rounds flow of 8 pixels by 0.004."""
LARGEST_FLOW = 1000.0
"""Pixels; three times the face. Larger values are no flow of a face of 320 pixels."""

_HALF = WINDOW // 2


def band_of_windows(
    windows: Float[np.ndarray, "frames 17 columns 2"], settings: ReleasedSettings, *, name: str
) -> Float16[np.ndarray, "frames 16 10 2"]:
    """The flow band whose windows of 17 frames are `windows`, in the order of our regions.

    Args:
        windows: one per frame, in pixels of a face of 320 pixels.
        name: of the recording, for messages.

    Raises:
        DatasetError: when the windows lack a region, hold values that are no flow, or contradict `settings`.
    """
    of_regions = _our_regions(windows, settings.region_columns, name=name)
    _require_flow(of_regions, name=name)
    entries = _from_itself(of_regions, settings.first_entry, name=name).astype(np.float16)
    band = _repeating_last_frame(_rows(entries))
    if settings.edge_windows is EdgeWindows.CHECK:
        _require_same(sw_mro(band, WINDOW), entries, name=name)
    return band


def _our_regions(
    windows: Float[np.ndarray, "frames 17 columns 2"], columns: RegionColumns, *, name: str
) -> Float32[np.ndarray, "frames 17 10 2"]:
    wanted = region_columns(columns)
    if windows.shape[2] <= max(wanted):
        raise DatasetError(
            f"regions {columns} need at least {max(wanted) + 1} columns, got {windows.shape[2]} in the features of "
            f"{name}. {did_you_mean(str(columns), map(str, RegionColumns))}"
        )
    return np.asarray(windows[:, :, wanted], np.float32)


def _require_flow(windows: Float32[np.ndarray, "frames 17 10 2"], *, name: str) -> None:
    is_flow = np.abs(windows) <= LARGEST_FLOW
    if not is_flow.all():
        frame, entry, region, axis = np.argwhere(~is_flow)[0].tolist()
        raise DatasetError(
            f"released features must be flow in pixels, within {LARGEST_FLOW:g} of 0, got "
            f"{windows[frame, entry, region, axis]:g} in entry {entry} of the window of frame {frame} of {name}. "
            "Get the file again."
        )


def _from_itself(
    windows: Float32[np.ndarray, "frames 17 10 2"], first_entry: FirstEntry, *, name: str
) -> Float32[np.ndarray, "frames 17 10 2"]:
    """Windows whose first entry is the flow from the first frame to itself."""
    largest = float(np.abs(windows[:, 0]).max())
    if first_entry is FirstEntry.ITSELF:
        if largest > TOLERANCE:
            raise DatasetError(
                f"the first entry of every window must be the flow from its first frame to itself, zero, got up to "
                f"{largest:.2f} px in the features of {name}. If it is the flow to the next frame: --first-entry next."
            )
        return windows
    if largest <= TOLERANCE:
        raise DatasetError(
            f"under --first-entry next the first entry of a window must be the flow to the next frame, got zero in all "
            f"windows of {name}. Take --first-entry itself."
        )
    return np.concatenate([np.zeros_like(windows[:, :1]), windows[:, :-1]], axis=1)


def _rows(entries: Float16[np.ndarray, "frames 17 10 2"]) -> Float16[np.ndarray, "frames 16 10 2"]:
    """The rows of the band that the windows hold; NaN where they hold none."""
    num_frames = len(entries)
    band = np.full((num_frames, WINDOW - 1, NUM_REGIONS, 2), np.nan, np.float16)
    if num_frames > _HALF:
        band[: num_frames - _HALF] = entries[_HALF:, 1:]
    else:
        # Every window begins before the recording; the last one holds most of row 0.
        repeats = _HALF - (num_frames - 1)
        band[0, : WINDOW - 1 - repeats] = entries[-1, repeats + 1 :]
        band[0, WINDOW - 1 - repeats :] = entries[-1, -1]
    return band


def _repeating_last_frame(band: Float16[np.ndarray, "frames 16 10 2"]) -> Float16[np.ndarray, "frames 16 10 2"]:
    """`band` with the flow to the last frame in all steps beyond it; NaN stays NaN."""
    num_frames, num_steps = band.shape[:2]
    rows = np.arange(num_frames)[:, None]
    to_last = np.minimum(np.arange(num_steps), num_frames - 2 - rows)
    repeated = np.where((to_last < 0)[..., None, None], np.float16(0), band[rows, np.maximum(to_last, 0)])
    return np.where(np.isnan(band), band, repeated)


def _require_same(
    expected: Float16[np.ndarray, "frames 17 10 2"], entries: Float16[np.ndarray, "frames 17 10 2"], *, name: str
) -> None:
    difference = np.abs(expected.astype(np.float32) - entries.astype(np.float32)).max(axis=(2, 3))
    if difference.max() > TOLERANCE:
        frame, entry = np.argwhere(difference > TOLERANCE)[0].tolist()
        raise DatasetError(
            f"windows that reach beyond an end of a recording must repeat its first or last frame, got a difference of "
            f"{difference[frame, entry]:.2f} px in entry {entry} of the window of frame {frame} of {name}. If the file "
            "fills them otherwise, take --edge-windows replicate: what lies beyond the ends is then made anew."
        )
