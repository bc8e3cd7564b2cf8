"""All checks of `doctor`, in the order in which a search would meet them."""

from collections.abc import Iterator

from platform.diagnosis.finding import Finding
from platform.diagnosis.libraries import CONSTRAINTS, libraries_finding, required
from platform.diagnosis.machine import compiled_code_finding, gpu_finding, videos_finding, workspace_finding
from platform.diagnosis.services import landmarks_finding, ray_finding, storage_finding, tracking_finding
from platform.study.workspace import Workspace


def findings(*, workspace: Workspace, address: str, tracking_uri: str) -> Iterator[Finding]:
    """What each check finds, as soon as it has.

    Args:
        address: of a Ray cluster; empty for the one of the job we run in, else one started on this machine.
        tracking_uri: of MLflow; empty for the file in the workspace.
    """
    yield libraries_finding(required(), CONSTRAINTS)
    yield compiled_code_finding()
    yield workspace_finding(workspace.folder)
    yield storage_finding(workspace)
    yield videos_finding()
    yield landmarks_finding()
    yield gpu_finding()
    yield ray_finding(address)
    yield tracking_finding(tracking_uri, workspace)
