"""A search opens its tracker: the workspace's own file unless an address is given."""

from pathlib import Path

import pytest

import platform.search
from platform.stages.tracking import opened_tracking, require_tracking
from platform.study.workspace import Workspace
from platform.tracking.client import STUDY_TAG, find_run_anywhere, tracking_client
from spotformer_core.datasets.recording import Dataset
from spotformer_core.errors import StudyError
from tests.reported_studies import complete_study

pytestmark = pytest.mark.filterwarnings("ignore:The ``noload`` loader strategy is deprecated")


def options_of(*words):
    return platform.search.search_options(platform.search.parser().parse_args(words))


@pytest.mark.parametrize("is_named", [False, True])
def test_a_study_is_tracked_in_the_workspace_unless_an_address_is_given(tmp_path, is_named):
    workspace = Workspace(tmp_path / "workspace")
    uri = f"sqlite:///{tmp_path / 'elsewhere.db'}" if is_named else workspace.tracking_uri
    options = options_of("--study", "mine", *(("--tracking-uri", uri) if is_named else ()))
    workspace.study("mine").mkdir(parents=True)
    records = complete_study(0, rendered=False)
    dataset = Dataset(name="plain", root=Path("/data"), recordings=())

    tracked, writer = opened_tracking(dataset, options, records[0], records, workspace=workspace)
    with writer:
        pass

    run = find_run_anywhere(tracking_client(uri), {STUDY_TAG: records[0].identity})
    assert (tracked.tracking_uri, writer.problems) == (uri, [])
    assert (run.info.run_id, run.info.status) == (tracked.run_id, "FINISHED")


def test_an_address_at_which_nothing_is_usable_is_an_error_before_anything_is_done(tmp_path):
    (tmp_path / "no.db").write_text("not a database, and long enough to be taken for one" * 20)

    with pytest.raises(StudyError, match="--tracking-uri must name a usable MLflow store"):
        require_tracking(options_of("--tracking-uri", f"sqlite:///{tmp_path / 'no.db'}"), workspace=Workspace(tmp_path))


def test_without_an_address_nothing_is_looked_for(tmp_path):
    require_tracking(options_of(), workspace=Workspace(tmp_path / "none"))

    assert not (tmp_path / "none").exists()
