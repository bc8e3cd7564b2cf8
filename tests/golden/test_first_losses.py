"""No change alters the training by accident: twenty losses in double precision, on every processor.

How far they may be from those on record is measured where the test runs, by moving all weights by much more than
rounding does; any change of the code that is not rounding is larger by orders of magnitude.
"""

import json

import numpy as np
import pytest
import torch

from tests.golden.first_losses import CASES, NUM_STEPS, PATH, ROUNDING, first_losses
from tests.rounding import MULTIPLE, NUM_MOVES, SINGLE

RECORDED = json.loads(PATH.read_text())["losses"]


def largest_moves(name: str, dtype: torch.dtype, moved_by: float, *, num_moves: int) -> tuple[np.ndarray, np.ndarray]:
    """The losses, and how far those up to each step move at most when all weights start higher or lower."""
    losses = first_losses(CASES[name], dtype=dtype)
    moved = [first_losses(CASES[name], dtype=dtype, moved_by=moved_by, seed=seed) for seed in range(num_moves)]
    return losses, np.maximum.accumulate(np.abs(np.array(moved) - losses).max(axis=0))


@pytest.mark.parametrize("name", CASES)
def test_the_first_losses_are_those_on_record(name):
    losses, rounding = largest_moves(name, torch.float64, ROUNDING, num_moves=1)

    assert len(losses) == NUM_STEPS
    assert (np.abs(losses - RECORDED[name]) <= rounding).all(), np.abs(losses - RECORDED[name]) / rounding
    # A change of the ninth digit is seen.
    assert rounding.max() < 1e-9


@pytest.mark.parametrize("name", ["simul-st", "as-released"])
def test_the_first_losses_in_single_precision_are_those_on_record_up_to_its_rounding(name):
    losses, rounding = largest_moves(name, torch.float32, SINGLE, num_moves=NUM_MOVES)

    # A loss that comes out in single precision is itself rounded.
    assert (np.abs(losses - RECORDED[name]) <= MULTIPLE * rounding + SINGLE * losses).all()
    assert rounding.max() < 1e-3


def test_the_first_losses_are_the_same_to_the_last_bit_in_every_run():
    assert np.array_equal(
        first_losses(CASES["paral-st"], dtype=torch.float32), first_losses(CASES["paral-st"], dtype=torch.float32)
    )


def test_the_record_holds_every_case_and_they_differ():
    assert set(RECORDED) == set(CASES)
    assert len({tuple(losses) for losses in RECORDED.values()}) == len(CASES)
