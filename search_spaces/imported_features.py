"""The space for features that came without videos: they hold windows of 17 frames and no others."""

from search_spaces.vocabulary import Choice, LogFloat, Space
from spotformer_core.recipes import changes_of, published


def imported_features(dataset: str) -> Space:
    """A few fields that can be searched at w = 17; everything else is the paper's recipe for the dataset."""
    return Space(
        name="imported-features",
        description="lambda, tau, learning rate and class balance at w = 17, for features without videos (needs a GPU)",
        fixed={
            **changes_of(published(dataset)),
            "num_epochs": 30,
            "warmup_steps": 15,
            "learning_rate_schedule": "cosine",
            "training_frames": "all",
            "labels": "whole-recording",
        },
        dimensions={
            "contrastive_lambda": LogFloat(0.001, 0.05),
            "contrastive_tau": LogFloat(0.1, 1.0),
            "learning_rate": LogFloat(5e-5, 1e-3),
            "class_balance": Choice(("natural", "balanced")),
        },
        starting_points=(
            {"contrastive_lambda": 0.005, "contrastive_tau": 0.5, "learning_rate": 2e-4, "class_balance": "natural"},
        ),
    )
