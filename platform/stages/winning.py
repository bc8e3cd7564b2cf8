"""The winner of a study: trained where it is missing, and registered in MLflow."""

import sys
import time
from dataclasses import dataclass

from platform.study.state import ConfigurationStatus, StudyState
from platform.winner.training import WinnerOrder
from spotformer_core.errors import SpotFormerError, TrainingError


@dataclass(frozen=True, kw_only=True, slots=True)
class KeptWinner:
    """A winner that is on disk.

    Attributes:
        uri: under which MLflow loads it; empty when it could not be registered.
        problem: why it could not.
    """

    order: WinnerOrder
    uri: str = ""
    problem: str = ""

    def as_json(self) -> dict[str, object]:
        """What `--json` says of it."""
        return {
            "configuration": self.order.origin["configuration"],
            "folder": str(self.order.folder),
            "mlflow": self.uri or None,
        }


def is_decided(state: StudyState) -> bool:
    """Whether a study has a winner that no fold of it can change any more."""
    return bool(state.ranking()) and not state.with_status(ConfigurationStatus.OPEN)


def train_and_say(order: WinnerOrder, *, num_gpus: float, seconds_allowed: float = 0.0) -> str:
    """Trains the winner on the connected Ray cluster and says so; returns why it could not, or nothing.

    Args:
        seconds_allowed: after which a worker is taken for hung and replaced; 0 for never.

    Raises:
        OSError: when the disk is full; the training goes on from its checkpoint later.
    """
    from platform.winner.run import train_on_cluster

    started = time.monotonic()
    try:
        train_on_cluster(order, num_gpus=num_gpus, seconds_allowed=seconds_allowed)
    except TrainingError as error:
        return str(error)
    subjects = len({recording.subject for recording in order.recordings})
    name, seconds = order.origin["configuration"], time.monotonic() - started
    print(f"winner: {name} trained on all {subjects} subjects in {seconds:.0f} s", file=sys.stderr, flush=True)
    return ""


def registered(order: WinnerOrder, *, name: str, tracking_uri: str) -> KeptWinner:
    """The winner in MLflow's registry under `name`; a registry that fails is a problem, not an error."""
    from platform.tracking.registry import register_model

    tags = {"study": str(order.origin["study_identity"]), "configuration": str(order.origin["configuration"])}
    try:
        model = register_model(order.folder, name=name, tracking_uri=tracking_uri, **tags)
    except (SpotFormerError, OSError) as error:
        return KeptWinner(order=order, problem=f"the winner is in {order.folder} but not in MLflow's registry: {error}")
    return KeptWinner(order=order, uri=model.uri)
