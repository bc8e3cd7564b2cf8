"""`python -m platform.watch_preemption` where there is nothing to watch, and wrong options."""

import time

import pytest

from platform.console.command import DONE, MISTAKE, run_command
from platform.watch_preemption import main, parser
from tests.fake_metadata import aws_metadata
from tests.free_ports import free_ports


def run(*words):
    return run_command(main, parser(), [str(word) for word in words])


@pytest.fixture
def nobody():
    return f"http://127.0.0.1:{free_ports(1)[0]}"


def test_where_there_is_no_cloud_it_says_nothing_and_ends(nobody, capfd):
    began = time.monotonic()

    assert run("--metadata-url", nobody) == DONE
    assert capfd.readouterr() == ("", "")
    assert time.monotonic() - began < 5


def test_on_a_machine_that_stays_it_says_nothing_and_ends(capfd):
    with aws_metadata(life_cycle="on-demand") as metadata:
        assert run("--metadata-url", metadata.url) == DONE
    assert capfd.readouterr() == ("", "")


def test_a_named_cloud_that_is_not_there_is_a_mistake(nobody, capfd):
    assert run("--provider", "aws", "--metadata-url", nobody) == MISTAKE
    assert "--provider must be one whose metadata answer" in capfd.readouterr().err


@pytest.mark.parametrize(
    ("words", "rule"),
    [
        (("--every", "0"), "--every must be a positive number of seconds, got 0.0"),
        (("--every", "nan"), "--every must be a positive number of seconds, got nan"),
        (("--now", "-1"), "--now must be a number of seconds, 0 or more, got -1.0"),
        (("--now", "inf"), "--now must be a number of seconds, 0 or more, got inf"),
        (("--metadata-url", "https://h"), "--metadata-url must be http://HOST or http://HOST:PORT, got 'https://h'"),
    ],
)
def test_a_wrong_option_is_a_mistake(words, rule, capfd):
    assert run(*words) == MISTAKE
    assert rule in capfd.readouterr().err


def test_a_cluster_that_does_not_answer_is_a_mistake(capfd):
    address = f"127.0.0.1:{free_ports(1)[0]}"

    assert run("--now", "1", "--address", address) == MISTAKE

    assert f"--address must be that of a running Ray cluster, got '{address}'" in capfd.readouterr().err
