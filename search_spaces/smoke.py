"""The smallest spaces that still go every way: for tests and for trying an installation."""

from dataclasses import replace

from search_spaces.usual_decodings import USUAL_DECODINGS
from search_spaces.vocabulary import Choice, LogFloat, Space

SMOKE = Space(
    name="smoke",
    description="a tiny SpotFormer trained for one epoch: shows that the machinery works, learns next to nothing",
    fixed={
        "width": 8,
        "num_heads": 1,
        "head_width": 8,
        "dropout": 0.0,
        "batch_size": 64,
        "num_epochs": 1,
        "training_frames": "all",
        "labels": "whole-recording",
        "class_balance": "balanced",
    },
    dimensions={"window": Choice((9, 11)), "learning_rate": LogFloat(1e-3, 1e-2)},
    apex_thresholds=(0.1, 0.3, 0.5, 0.7),
)

SMOKE_DECODING = replace(
    SMOKE,
    name="smoke-decoding",
    description="as smoke, for two epochs; decoding and epoch are chosen on stored scores as well",
    fixed={**SMOKE.fixed, "num_epochs": 2},
    decoding=USUAL_DECODINGS,
    num_decodings=16,
    stored_epochs=(1,),
)
