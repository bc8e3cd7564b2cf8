"""What answers elsewhere: Ray, the tracking store, the models that find faces."""

from platform.compute.connection import connected
from platform.diagnosis.finding import Finding, Level, checked
from platform.landmarks.insightface_detector import InsightfaceDetector, default_model_folder
from platform.scheduling.nodes import has_gpus, most_cpus, node_counts
from platform.study.workspace import Workspace


def ray_finding(address: str) -> Finding:
    """Whether Ray takes work: the cluster at `address`, that of the job we run in, or one started on this machine."""
    return checked("Ray", lambda: _nodes(address), repair="See what Ray says with --verbose.")


def _nodes(address: str) -> str:
    with connected(address, num_workers=1):
        nodes = ", ".join(f"{count} of type {name}" for name, count in sorted(node_counts().items()))
        gpus = "with GPUs" if has_gpus() else "without GPUs"
        return f"{address or 'on this machine'}: {nodes}; the largest has {most_cpus():g} CPUs for Ray; {gpus}"


def tracking_finding(tracking_uri: str, workspace: Workspace) -> Finding:
    """Whether a tracking store answers; the workspace's own is not made."""
    if not tracking_uri and not workspace.tracking_file.exists():
        found = f"{workspace.tracking_uri} is made by the first search"
        return Finding(name="tracking", level=Level.OK, found=found)
    return checked("tracking", lambda: _answers(tracking_uri or workspace.tracking_uri))


def _answers(tracking_uri: str) -> str:
    from platform.tracking.client import tracking_client

    tracking_client(tracking_uri)
    return f"{tracking_uri} answers"


def storage_finding(workspace: Workspace) -> Finding:
    """Whether the object store that keeps the workspace takes objects and gives them back."""
    if not workspace.storage_uri:
        return Finding(name="storage", level=Level.OK, found="the workspace is its folder; all nodes must see it")
    return checked("storage", lambda: _takes_objects(workspace))


def _takes_objects(workspace: Workspace) -> str:
    workspace.storage.require_usable()
    return f"{workspace.storage_uri} takes objects and gives them back"


def landmarks_finding() -> Finding:
    """Whether faces can be detected; a note where they cannot, since landmarks may come as files."""
    return checked("landmarks", _detector, level=Level.NOTE)


def _detector() -> str:
    folder = default_model_folder()
    InsightfaceDetector(folder).require_ready()
    return f"insightface has its models in {folder}"
