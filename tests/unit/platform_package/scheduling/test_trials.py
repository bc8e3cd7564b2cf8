"""Which kind of trial a worker runs, what it reserves, and that a trial of either kind that hangs is killed."""

import signal
import subprocess
import sys

import pytest

from platform.scheduling import trials
from platform.scheduling.resources import FoldResources
from platform.scheduling.trials import IS_MEASUREMENT, SECONDS_ALLOWED, placement, reserved, run_trial

TRIAL = {"configuration": "c0001", "subject": "s15", SECONDS_ALLOWED: 0.0}
HANGS = """
import os, signal, sys
from platform.scheduling import trials
trials.run_fold = trials.run_measurement = lambda *_: os.kill(os.getpid(), signal.SIGSTOP)
trial = {"configuration": "c0001", "subject": "s15", "is_measurement": sys.argv[1] == "measurement"}
trials.run_trial(trial | {"seconds_allowed": 1.0}, None)
"""


@pytest.mark.parametrize("kind", ["fold", "measurement"])
def test_a_trial_that_hangs_is_killed_when_its_time_is_over_and_named(kind):
    ended = subprocess.run(
        [sys.executable, "-c", HANGS, kind], capture_output=True, text=True, timeout=100, check=False
    )

    assert ended.returncode == -signal.SIGKILL
    assert ended.stderr == f"{kind} c0001/s15 took longer than its limit of 1 s; its worker is killed\n"


@pytest.mark.parametrize(("is_measurement", "ran"), [(False, "fold"), (True, "measurement")])
def test_a_trial_says_itself_which_kind_it_is(monkeypatch, is_measurement, ran):
    monkeypatch.setattr(trials, "run_fold", lambda trial, inputs: {"fold": inputs})
    monkeypatch.setattr(trials, "run_measurement", lambda trial, inputs: {"measurement": inputs})

    assert run_trial(TRIAL | {IS_MEASUREMENT: is_measurement}, "inputs") == {ran: "inputs"}


@pytest.mark.parametrize(("num_gpus", "bundle"), [(0.0, {"CPU": 2.0}), (0.25, {"CPU": 2.0, "GPU": 0.25})])
def test_ray_reserves_what_the_trial_was_given(num_gpus, bundle):
    given = FoldResources(num_cpus=2.0, num_gpus=num_gpus)

    assert placement(TRIAL | reserved(given)).bundles == [bundle]
