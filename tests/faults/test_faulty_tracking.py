"""The tracking server dies or hangs while a search writes to it: the search goes on, the next one writes the rest."""

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from platform.console.command import UNDONE
from tests.faults.checks import as_if_nothing_had_happened
from tests.faults.points import Action, Point
from tests.faults.staged import StagedSearch
from tests.faults.tracking_servers import IMPATIENT, TrackingServer
from tests.searches import Search


@pytest.fixture
def server(tmp_path: Path) -> Iterator[TrackingServer]:
    with TrackingServer(tmp_path).open() as server:
        yield server


@pytest.mark.slow
@pytest.mark.parametrize("sent", [signal.SIGKILL, signal.SIGSTOP])
def test_a_server_that_dies_or_hangs_costs_no_fold_and_is_brought_up_to_date_later(
    undisturbed: Search, staged: StagedSearch, server: TrackingServer, sent: signal.Signals
):
    options = ("--workers", "2", "--tracking-uri", server.address)
    process, fault = staged.start(Point.IN_TRACKING, Action.WAIT, *options, **IMPATIENT)
    staged.wait_for(fault, process)
    server.signal(sent)
    fault.go_on.touch()

    code = process.wait(timeout=300)
    said = staged.said
    if sent == signal.SIGKILL:
        server.start()
    else:
        server.signal(signal.SIGCONT)

    assert code == UNDONE, said
    assert "problem: tracking: " in said
    assert "Traceback" not in said
    assert (staged.num_finished, staged.repeated) == (9, 0)
    again = as_if_nothing_had_happened(undisturbed, staged, *options, tracking_uri=server.address)
    assert again.result["new_folds"] == 0
