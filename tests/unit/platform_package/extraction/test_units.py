"""Outcomes on their way from a worker to the driver."""

from dataclasses import astuple, replace

import pyarrow as pa

from platform.extraction.units import UnitOutcome, as_batch, from_row, peak_memory_bytes


def test_outcomes_come_back_through_arrow_as_they_were_sent(outcome):
    sent = [outcome, replace(outcome, recording="b_1", problem="ü" * 300, disk_full=True, is_last=True)]

    rows = pa.table({name: pa.array(values) for name, values in as_batch(sent).items()}).to_pylist()
    received = [from_row(row) for row in rows]

    assert received == sent
    assert [type(value) for value in astuple(received[0])] == list(UnitOutcome.__annotations__.values())


def test_an_empty_batch_has_every_column():
    assert list(as_batch([])) == list(UnitOutcome.__annotations__)


def test_peak_memory_grows_with_what_is_held():
    before = peak_memory_bytes()
    held = b"x" * (before + (64 << 20))

    assert peak_memory_bytes() - before > 32 << 20
    del held
