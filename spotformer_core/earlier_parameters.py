"""Parameters that earlier versions wrote, in today's names: their models and journals are still read.

Until version 0.1 both kinds of expression had the same loss weights, the focal loss of onset, offset and neither had no
alpha, and lengths in suppression were inclusive. A focal loss without alpha is one with equal class weights of 1:
alpha 2/3, which weighs each class by 1/3, times a boundary weight three times as large.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

EARLIER_DEFAULTS: Mapping[str, Any] = MappingProxyType(
    {
        "apex_weight": 1.8,
        "boundary_weight": 1.0,
        "expression_weight": 0.1,
        "boundary_loss": "focal",
        "learning_rate_schedule": "constant",
        "training_frames": "all",
        "labels": "whole-recording",
        "suppression_length": "inclusive",
    }
)
"""Where the defaults of `Configuration` were others in journals that do not state them."""

_OF_BOTH_KINDS = ("apex_weight", "boundary_weight", "expression_weight")
_CLASSES = 3


def current_parameters(stored: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of `Configuration` that stored parameters stand for; those of this version come back as they are."""
    if not any(name in stored for name in _OF_BOTH_KINDS):
        return dict(stored)
    parameters = {name: value for name, value in stored.items() if name not in _OF_BOTH_KINDS}
    weights = {name: float(stored[name]) for name in _OF_BOTH_KINDS if name in stored}
    if stored.get("boundary_loss", "focal") == "focal":
        parameters["focal_alpha_boundary"] = (_CLASSES - 1) / _CLASSES
        weights["boundary_weight"] = _CLASSES * weights.get("boundary_weight", 1.0)
    for name, value in weights.items():
        parameters |= {f"macro_{name}": value, f"micro_{name}": value}
    return {"suppression_length": "inclusive", **parameters}
