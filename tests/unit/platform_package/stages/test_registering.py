"""Which studies can be registered on demand."""

import pytest

from platform.stages.registering import RegistrationOptions, register_configuration
from platform.study.workspace import Workspace
from spotformer_core.errors import FlowStoreError, StudyError
from spotformer_core.flow.settings import ExtractionSettings
from tests.unit.platform_package.winner.conftest import finished_study, make_fold_record, make_study_record, study

__all__ = ["finished_study", "make_fold_record", "make_study_record", "study"]

OPTIONS = RegistrationOptions(
    study="toy-study",
    configuration="",
    name="toy",
    address="not-a-cluster:1",
    num_workers=1,
    num_gpus=0.0,
    tracking_uri="",
)


def test_a_study_on_imported_features_is_told_to_search_again(study, tmp_path):
    with pytest.raises(StudyError, match=r"only where flow was extracted here, .* Give the command of the"):
        register_configuration(study.state, study.dataset, OPTIONS, workspace=Workspace(tmp_path))


def test_flow_that_is_not_in_the_workspace_is_told(study, make_study_record, tmp_path):
    study.state.study.extraction.clear()
    study.state.study.extraction.update(ExtractionSettings(max_window=9).as_dict())

    with pytest.raises(FlowStoreError, match=r"must hold manifest.json, but .* does not"):
        register_configuration(study.state, study.dataset, OPTIONS, workspace=Workspace(tmp_path))
