"""The space of the main job: a small network that trains in seconds per fold on one CPU core."""

from search_spaces.vocabulary import Choice, LogFloat, Space

DEMO = Space(
    name="demo",
    description="window, lambda, tau, learning rate and class balance of a small SpotFormer, trained on CPU",
    fixed={
        "width": 32,
        "num_heads": 2,
        "head_width": 16,
        "dropout": 0.0,
        "batch_size": 32,
        "num_epochs": 5,
        "training_frames": "all",
        "labels": "whole-recording",
        "warmup_steps": 15,
        "learning_rate_schedule": "cosine",
        "boundary_consistency": True,
        "contrastive_unit_length": True,
    },
    dimensions={
        "window": Choice((9, 13, 17)),
        "contrastive_lambda": LogFloat(0.001, 0.05),
        "contrastive_tau": LogFloat(0.1, 1.0),
        "learning_rate": LogFloat(5e-4, 3e-3),
        "class_balance": Choice(("natural", "balanced")),
    },
    starting_points=(
        # [Deng2024]'s window, lambda and tau; the rate of a short schedule.
        {
            "window": 17,
            "contrastive_lambda": 0.005,
            "contrastive_tau": 0.5,
            "learning_rate": 1e-3,
            "class_balance": "balanced",
        },
    ),
)
