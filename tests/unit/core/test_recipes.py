import pytest

from spotformer_core.config import Configuration
from spotformer_core.errors import InvalidValueError
from spotformer_core.recipes import RECIPES, recipe

DATASETS = ("samm-lv", "cas-me-2", "cas-me-3", "demo")


@pytest.mark.parametrize("dataset", DATASETS)
def test_the_recipe_of_the_paper_is_the_default_for_every_dataset(dataset):
    assert recipe("paper", dataset=dataset) == Configuration()


def test_the_released_recipe_differs_from_the_paper_in_these_fields_only():
    paper, released = (recipe(name, dataset="samm-lv").parameters() for name in ("paper", "as-released"))

    # ORIGIN: the released code, described in the project's facts about datasets, section 4 and 5.
    assert {name: value for name, value in released.items() if value != paper[name]} == {
        "binary_loss": "distance-focal",
        "label_smoothing": 0.16,
        "boundary_loss": "cross-entropy",
        "macro_weight": 0.55,
        "contrastive_base_tau": 0.07,
        "learning_rate_schedule": "exponential",
        "training_frames": "expression-segments",
        "labels": "as-released",
        "macro_duration": 59,
        "micro_min_duration": 5,
        "boundary_consistency": True,
        "max_proposals_per_recording": 5,
    }


@pytest.mark.parametrize(
    ("dataset", "macro_weight", "num_epochs"),
    [("samm-lv", 0.55, 100), ("cas-me-2", 0.5, 100), ("cas-me-3", 0.5, 90), ("demo", 0.5, 100)],
)
def test_the_released_recipe_depends_on_the_dataset(dataset, macro_weight, num_epochs):
    configuration = recipe("as-released", dataset=dataset)

    assert configuration.loss.macro_weight == macro_weight
    assert configuration.training.num_epochs == num_epochs


def test_an_unknown_recipe_is_answered_with_the_nearest():
    with pytest.raises(
        InvalidValueError, match=r"got 'as-relased'. Did you mean 'as-released'\? Known: as-released, pa"
    ):
        recipe("as-relased", dataset="samm-lv")


def test_recipes_have_these_names():
    assert sorted(RECIPES) == ["as-released", "paper"]
