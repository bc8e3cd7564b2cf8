"""A baseline without learning: peaks of the flow's magnitude, to be beaten by whatever was trained.

An expression moves some regions out and back. Around each frame the magnitude of the second most moved region, from
the frame to those ahead, is high at the onset and near zero when it is over; a peak of it that rises above a threshold
is a proposal whose ends are where the magnitude falls below a third of its peak.
"""

import numpy as np

from spotformer_core.config import DecodingConfig
from spotformer_core.datasets.frame_channels import KINDS, Channel
from spotformer_core.flow.band import FlowBand
from spotformer_core.shapes import Float32

_REFERENCE_FRAMES = 8
_SHARE_AT_THE_ENDS = 0.35
_LARGEST_MAGNITUDE = 4.0
"""Pixels of the face crop that count as probability 1, so that a threshold grid covers the magnitudes."""


def peak_scores(band: FlowBand, decoding: DecodingConfig) -> Float32[np.ndarray, "frames kinds channels"]:
    """Frame scores that make the usual decoder propose the peaks, each as the kind that its length says."""
    magnitude = _magnitude(band)
    scores = np.zeros((len(magnitude), len(KINDS), len(Channel)), np.float32)
    for apex in _peaks(magnitude):
        onset, offset = _ends(magnitude, apex)
        length = offset - onset + 1
        kind = 0 if length > decoding.micro_duration else 1
        height = min(1.0, float(magnitude[apex]) / _LARGEST_MAGNITUDE)
        scores[apex, kind, Channel.APEX] = height
        scores[onset, kind, Channel.ONSET] = 1.0
        scores[offset, kind, Channel.OFFSET] = 1.0
    return scores


def _magnitude(band: FlowBand) -> Float32[np.ndarray, " frames"]:
    """Distance of the second most moved region from where it was a while ago."""
    flow = band.flow.astype(np.float32)
    frames, steps = flow.shape[:2]
    moved = np.zeros(frames, np.float32)
    for frame in range(1, frames):
        start = max(0, frame - min(_REFERENCE_FRAMES, steps))
        lengths = np.hypot(*np.moveaxis(flow[start, frame - start - 1], -1, 0))
        moved[frame] = np.sort(lengths)[-2]
    return moved


def _peaks(magnitude: Float32[np.ndarray, " frames"]) -> list[int]:
    inner = magnitude[1:-1]
    return [int(frame) + 1 for frame in np.flatnonzero((inner > magnitude[:-2]) & (inner >= magnitude[2:]))]


def _ends(magnitude: Float32[np.ndarray, " frames"], apex: int) -> tuple[int, int]:
    below = np.flatnonzero(magnitude < _SHARE_AT_THE_ENDS * magnitude[apex])
    before, after = below[below < apex], below[below > apex]
    onset = int(before[-1]) if len(before) else 0
    offset = int(after[0]) if len(after) else len(magnitude) - 1
    return onset, offset
