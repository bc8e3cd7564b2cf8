"""MDMO: the main directional mean of the flow vectors of a region, [Liu2015].

Vectors are sorted into four bins by direction; the most populous bin is the main direction; of its vectors only the
longest share is kept. What comes back points along their sum and is as long as their mean. Bins and shares are those
of the lineage that [Deng2024]'s code stands in.
"""

import numpy as np

from spotformer_core.shapes import Float32, Int

NOSE_SHARE = 0.88
"""Share of the main bin's vectors that is kept in the nose-tip area."""
REGION_SHARE = 0.6

_QUARTER = np.pi / 4
_NOSE_EDGES = np.array([_QUARTER, 3 * _QUARTER, 5 * _QUARTER, 7 * _QUARTER])
_REGION_EDGES = np.array([np.pi / 6, 5 * np.pi / 6, 7 * np.pi / 6, 11 * np.pi / 6])
_NUM_BINS = 4


def pool_nose_tip(vectors: Float32[np.ndarray, "steps pixels 2"]) -> Float32[np.ndarray, "steps 2"]:
    """Head motion of each step: the MDMO of the nose-tip area (Eq. 1 of [Deng2024])."""
    return _mdmo(vectors, edges=_NOSE_EDGES, share=NOSE_SHARE)


def pool_regions(vectors: Float32[np.ndarray, "steps regions pixels 2"]) -> Float32[np.ndarray, "steps regions 2"]:
    """The MDMO of each region."""
    steps, regions, pixels, _ = vectors.shape
    pooled = _mdmo(vectors.reshape(steps * regions, pixels, 2), edges=_REGION_EDGES, share=REGION_SHARE)
    return pooled.reshape(steps, regions, 2)


def _mdmo(
    vectors: Float32[np.ndarray, "areas pixels 2"], *, edges: np.ndarray, share: float
) -> Float32[np.ndarray, "areas 2"]:
    lengths = np.hypot(vectors[..., 0], vectors[..., 1])
    bins = _direction_bins(vectors, edges)
    counts = (bins[..., None] == np.arange(_NUM_BINS)).sum(axis=1)
    in_main_bin = bins == counts.argmax(axis=1)[:, None]
    num_kept = np.maximum(1, np.floor(share * counts.max(axis=1))).astype(np.int64)
    longest_first = np.argsort(np.where(in_main_bin, -lengths, np.inf), axis=1, kind="stable")
    rank = np.empty_like(longest_first)
    np.put_along_axis(rank, longest_first, np.arange(lengths.shape[1])[None, :], axis=1)
    kept = (rank < num_kept[:, None]).astype(np.float32)
    total = (vectors * kept[..., None]).sum(axis=1)
    mean_length = (lengths * kept).sum(axis=1) / num_kept
    norm = np.hypot(total[:, 0], total[:, 1])
    scale = np.divide(mean_length, norm, out=np.zeros_like(norm), where=norm > 0)
    return np.asarray(total * scale[:, None], np.float32)


def _direction_bins(vectors: np.ndarray, edges: np.ndarray) -> Int[np.ndarray, "areas pixels"]:
    angles = np.arctan2(vectors[..., 1], vectors[..., 0]) % (2 * np.pi)
    # The last bin wraps around zero.
    return np.asarray(np.searchsorted(edges, angles, side="right") % _NUM_BINS)
