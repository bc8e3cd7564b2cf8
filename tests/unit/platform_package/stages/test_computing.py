"""The options that say where work runs."""

import argparse
import os

from platform.stages.computing import add_compute_options, num_cores


def parsed(*arguments):
    parser = argparse.ArgumentParser()
    add_compute_options(parser)
    return parser.parse_args(arguments)


def test_one_unit_of_work_per_core_on_this_machine_is_the_default():
    options = parsed()

    assert (options.workers, options.address) == (num_cores(), "")


def test_workers_and_address_can_be_named():
    options = parsed("--workers", "3", "--address", "ray://head:10001")

    assert (options.workers, options.address) == (3, "ray://head:10001")


def test_cores_are_those_that_this_process_may_use(monkeypatch):
    monkeypatch.setattr(os, "sched_getaffinity", lambda process: {0, 4, 5}, raising=False)
    assert num_cores() == 3

    monkeypatch.delattr(os, "sched_getaffinity")
    monkeypatch.setattr(os, "cpu_count", lambda: 7)
    assert num_cores() == 7
