"""What the network sees of a recording, by the names in the configuration."""

import numpy as np

from spotformer_core.config import ModelConfig, MotionFeatures
from spotformer_core.errors import FlowStoreError
from spotformer_core.flow.windows import adjacent_flow, sw_mro
from spotformer_core.model.facial_graph import facial_graph
from spotformer_core.shapes import Float16


def window_features(
    band: Float16[np.ndarray, "frames steps all_regions 2"], config: ModelConfig
) -> Float16[np.ndarray, "frames window regions 2"]:
    """One window per frame, of the features and the regions of `config`, in pixels of the face crop.

    Args:
        band: may hold more regions than are asked for; the first ones are taken.

    Raises:
        FlowStoreError: when the band holds too few steps or regions.
    """
    num_regions = facial_graph(config.regions).num_regions
    if band.shape[2] < num_regions:
        raise FlowStoreError(
            f"regions {config.regions.value!r} need a flow band of {num_regions} regions, got {band.shape[2]}. "
            f"Extract again with --regions {config.regions.value}."
        )
    cut = _CUTS[config.features]
    return cut(band[:, :, :num_regions], config.window)


_CUTS = {MotionFeatures.SW_MRO: sw_mro, MotionFeatures.ADJACENT: adjacent_flow}
