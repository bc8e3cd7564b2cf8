"""MLflow as we import it tells nobody that it is used."""

import subprocess
import sys

from tests.searches import REPOSITORY

ASK = """
import platform.tracking.client
from mlflow.telemetry.client import get_telemetry_client
from mlflow.telemetry.utils import is_telemetry_disabled
print(is_telemetry_disabled(), get_telemetry_client())
"""


def test_it_is_switched_off_before_mlflow_is_imported():
    # MLflow itself is silent where it takes its surroundings for a test, which these variables tell it.
    environment = {"PATH": "/usr/bin:/bin", "PYTHONPATH": str(REPOSITORY)}

    told = subprocess.check_output([sys.executable, "-c", ASK], env=environment, cwd=REPOSITORY, text=True)

    assert told.split() == ["True", "None"]
