"""The space for features that came without videos: they hold windows of 17 frames and no others."""

from search_spaces.vocabulary import Choice, LogFloat, Space

RELEASED = Space(
    name="released",
    description="lambda, tau, learning rate and class balance of the paper's SpotFormer at w = 17 (needs a GPU)",
    fixed={"num_epochs": 30, "warmup_steps": 15, "learning_rate_schedule": "cosine"},
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
