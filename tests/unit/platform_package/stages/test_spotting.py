"""Which model and which videos a command means."""

from dataclasses import replace

import pytest

from platform.spotting.work import spot_video
from platform.stages.spotting import model_folder_of, spot_all
from platform.study.workspace import Workspace
from spotformer_core.errors import ModelError
from tests.unit.platform_package.spotting.conftest import face, make_order, model

__all__ = ["face", "make_order", "model"]


def test_a_folder_is_taken_as_it_is(tmp_path):
    assert model_folder_of(str(tmp_path), workspace=Workspace(tmp_path), tracking_uri="") == tmp_path


def test_videos_with_results_are_not_spotted_again_and_ray_is_not_started(make_order, tmp_path):
    order = make_order()
    list(spot_video(order))
    missing = tmp_path / "nowhere.mp4"

    spotted = spot_all([order.video.source, missing], order.options, address="not-a-cluster:1", num_workers=1)

    assert spotted.done_before == ("anna",)
    assert spotted.outcomes == ()
    assert list(spotted.problems) == [str(missing)]
    assert "which does not exist. Check the name." in spotted.problems[str(missing)]


def test_a_video_without_landmarks_is_a_problem_before_ray_is_started(make_order, tmp_path):
    order = make_order()
    (tmp_path / "csv" / "anna.csv").unlink()

    spotted = spot_all([order.video.source], replace(order.options), address="not-a-cluster:1", num_workers=1)

    assert "every recording must have its landmarks" in spotted.problems[str(order.video.source)]


# MLflow's own tables use what SQLAlchemy 2.1 deprecates.
@pytest.mark.filterwarnings("ignore:The ``noload`` loader strategy is deprecated")
@pytest.mark.parametrize("option", ["", "models:/nothing@champion", "models:/nothing/1"])
def test_a_model_that_is_not_registered_is_told(tmp_path, option):
    with pytest.raises(ModelError, match=r"--model must be .*got .*(none in|'models:/nothing).*"):
        model_folder_of(option, workspace=Workspace(tmp_path), tracking_uri="")
