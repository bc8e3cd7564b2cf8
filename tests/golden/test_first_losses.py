"""No change alters the training by accident: twenty losses to the last bit on a machine that is on record, and to a
few digits on any other."""

import json

import pytest

from tests.golden.first_losses import CASES, NUM_STEPS, PATH, first_losses, kind_of_machine

RECORDED = json.loads(PATH.read_text())


@pytest.mark.parametrize("name", CASES)
def test_the_first_losses_are_those_on_record(name):
    losses = first_losses(CASES[name])

    if kind_of_machine() in RECORDED:
        assert [loss.hex() for loss in losses] == RECORDED[kind_of_machine()][name]
    else:
        # Rounding grows from step to step through AdamW, which divides by small numbers.
        elsewhere = [float.fromhex(loss) for loss in next(iter(RECORDED.values()))[name]]
        assert losses[:3] == pytest.approx(elsewhere[:3], rel=1e-4)
        assert losses == pytest.approx(elsewhere, rel=0.05)
    assert len(losses) == NUM_STEPS


def test_the_first_losses_are_the_same_to_the_last_bit_in_every_run():
    assert first_losses(CASES["paral-st"]) == first_losses(CASES["paral-st"])


def test_the_record_holds_every_case_and_they_differ():
    for recorded in RECORDED.values():
        assert set(recorded) == set(CASES)
        assert len({tuple(losses) for losses in recorded.values()}) == len(CASES)
