"""Everything of SpotFormer that training depends on, around the recipes of the paper and of its released code."""

from search_spaces.usual_decodings import USUAL_DECODINGS
from search_spaces.vocabulary import Choice, Condition, Float, Integer, LogFloat, Space

FULL = Space(
    name="full",
    description="architecture, window, losses, labels, optimisation, size of the network and decoding (needs a GPU)",
    fixed={"batch_size": 512},
    dimensions={
        "architecture": Choice(("simul-st", "seq-st", "paral-st", "paral-st-shared", "simul-ts")),
        "window": Choice((9, 11, 15, 17, 19, 21, 25)),
        "width": Choice((64, 128, 256)),
        "num_heads": Choice((2, 4, 8)),
        "dropout": Float(0.0, 0.4),
        "contrastive_lambda": LogFloat(0.001, 0.05),
        "contrastive_tau": LogFloat(0.05, 1.0),
        "contrastive_unit_length": Choice((False, True)),
        "boundary_loss": Choice(("focal", "cross-entropy")),
        "binary_loss": Choice(("focal", "distance-focal")),
        "focal_gamma": Float(0.0, 3.0),
        "label_smoothing": Float(0.0, 0.2),
        "macro_weight": Float(0.3, 0.7),
        "labels": Choice(("whole-recording", "as-released")),
        "training_frames": Choice(("all", "expression-segments")),
        "class_balance": Choice(("natural", "balanced")),
        "learning_rate": LogFloat(5e-5, 2e-3),
        "weight_decay": LogFloat(1e-3, 0.3),
        "learning_rate_schedule": Choice(("constant", "cosine", "exponential")),
        "learning_rate_decay": Float(0.9, 0.99),
        "num_epochs": Integer(20, 100),
    },
    conditions={
        "learning_rate_decay": Condition("learning_rate_schedule", ("exponential",)),
    },
    starting_points=(
        # The recipe of [Deng2024]: the defaults of `Configuration`, weight decay as in the released code.
        {
            "architecture": "simul-st",
            "window": 17,
            "width": 256,
            "num_heads": 4,
            "dropout": 0.1,
            "contrastive_lambda": 0.005,
            "contrastive_tau": 0.5,
            "contrastive_unit_length": False,
            "boundary_loss": "focal",
            "binary_loss": "focal",
            "focal_gamma": 1.0,
            "label_smoothing": 0.0,
            "macro_weight": 0.5,
            "labels": "whole-recording",
            "training_frames": "all",
            "class_balance": "natural",
            "learning_rate": 2e-4,
            "weight_decay": 0.1,
            "learning_rate_schedule": "constant",
            "num_epochs": 100,
        },
    ),
    decoding=USUAL_DECODINGS,
)
