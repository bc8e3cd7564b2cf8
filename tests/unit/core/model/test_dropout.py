import numba
import numpy as np
import pytest
import torch

from spotformer_core.model.bfloat16 import as_float, as_stored
from spotformer_core.model.dropout import Dropout

N = 400_000


def dropout_factors(values: torch.Tensor, rate: float) -> torch.Tensor:
    return Dropout(rate).factors(values)


@pytest.mark.parametrize("rate", [0.05, 0.1, 0.5, 0.9])
def test_the_share_of_dropped_elements_is_the_rate(rate):
    factors = dropout_factors(torch.empty(N), rate)

    # One standard deviation of the share is at most 0.0008.
    assert (factors == 0).float().mean().item() == pytest.approx(rate, abs=0.004)
    assert factors[factors > 0].unique().tolist() == pytest.approx([1 / (1 - rate)])


def test_what_is_dropped_does_not_depend_on_what_was_dropped_before_it():
    dropped = dropout_factors(torch.empty(N), 0.1) == 0

    for distance in (1, 2, 3, 7, 8, 16, 32, 256, 2560, 4096):
        both = (dropped[distance:] & dropped[:-distance]).float().mean().item()
        assert both == pytest.approx(0.01, abs=0.0012), distance


def test_what_is_dropped_does_not_depend_on_the_call_before():
    first, second = (dropout_factors(torch.empty(N), 0.1) == 0 for _ in range(2))

    assert (first & second).float().mean().item() == pytest.approx(0.01, abs=0.0012)
    # Nor is the second a part of the first that was moved.
    shifted = [(first.roll(shift) == second).float().mean().item() for shift in (-64, -8, -2, -1, 1, 2, 8, 64)]
    assert max(shifted) < 0.9


def test_every_channel_of_a_layer_is_dropped_equally_often():
    dropped = (dropout_factors(torch.empty(4096, 64), 0.25) == 0).float().mean(dim=0)

    # One standard deviation of a channel's share is 0.0068.
    assert dropped.min() > 0.25 - 5 * 0.0068
    assert dropped.max() < 0.25 + 5 * 0.0068
    assert dropped.std().item() == pytest.approx(0.0068, rel=0.4)


def test_factors_follow_from_the_generator_and_from_nothing_else():
    torch.manual_seed(5)
    first = dropout_factors(torch.empty(100, 7), 0.3)
    after = torch.get_rng_state()

    torch.manual_seed(5)
    threads = torch.get_num_threads()
    torch.set_num_threads(2)
    again = dropout_factors(torch.empty(700), 0.3)
    torch.set_num_threads(threads)

    assert torch.equal(first.flatten(), again)
    assert torch.equal(torch.get_rng_state(), after)


@pytest.mark.parametrize("dtype", [torch.float64, torch.float32, torch.bfloat16])
def test_factors_have_the_type_of_the_values(dtype):
    assert dropout_factors(torch.empty(4, dtype=dtype), 0.5).dtype == dtype


def test_the_gradient_is_dropped_with_the_value():
    values = torch.randn(1000, requires_grad=True)

    kept = Dropout(0.3)(values)
    kept.sum().backward()

    torch.testing.assert_close(kept.detach(), values.detach() * values.grad)
    assert set(values.grad.unique().tolist()) == {0.0, values.grad.max().item()}


@pytest.mark.parametrize("dtype", [torch.float64, torch.float32, torch.bfloat16])
@pytest.mark.parametrize("with_residual", [False, True])
def test_one_pass_drops_and_adds_what_factors_and_a_sum_would_to_the_last_bit(dtype, with_residual):
    wide = torch.float32 if dtype is torch.bfloat16 else dtype
    values = torch.randn(6, 5, 7).to(dtype).requires_grad_()
    residual = torch.randn(6, 5, 7).to(wide).requires_grad_() if with_residual else None
    weights = torch.randn(6, 5, 7).to(wide if with_residual else dtype)
    dropout, state = Dropout(0.3), torch.get_rng_state()
    inputs = [values, residual] if with_residual else [values]

    in_one_pass = dropout(values, added_to=residual)
    gradients = torch.autograd.grad(in_one_pass, inputs, weights)
    torch.set_rng_state(state)
    factors = dropout.factors(values.to(wide))

    left = values.to(wide) * factors
    assert torch.equal(in_one_pass, residual + left if with_residual else left.to(dtype))
    assert torch.equal(gradients[0], (weights.to(wide) * factors).to(dtype))
    assert not with_residual or torch.equal(gradients[1], weights)


def test_bfloat16_is_rounded_as_pytorch_does_whatever_the_number():
    bits = np.random.default_rng(0).integers(0, 2**32, 200_000, np.uint32)
    halfway = (bits & np.uint32(0xFFFF0000)) | np.uint32(0x8000)
    special = np.array([np.nan, np.inf, -np.inf, 0.0, -0.0, 3.4e38, 1e-45], np.float32).view(np.uint32)
    numbers = np.concatenate([bits, halfway, special]).view(np.float32)

    stored = _all_stored(numbers, np.zeros(len(numbers), np.uint16))

    expected = torch.from_numpy(numbers).to(torch.bfloat16)
    both = torch.from_numpy(stored).view(torch.bfloat16), expected
    assert torch.equal(both[0].isnan(), both[1].isnan())
    assert torch.equal(both[0].nan_to_num(), both[1].nan_to_num())
    assert np.array_equal(_all_floats(stored), both[0].float().numpy(), equal_nan=True)


@numba.njit
def _all_stored(numbers, stored):
    for at in range(len(numbers)):
        stored[at] = as_stored(numbers[at], stored)
    return stored


@numba.njit
def _all_floats(stored):
    floats = np.empty(len(stored), np.float32)
    for at in range(len(stored)):
        floats[at] = as_float(stored[at])
    return floats


def test_folds_that_share_a_batch_drop_what_each_would_alone():
    values, shared = torch.randn(3 * 4, 5), Dropout(0.4)
    shared.streams = tuple(torch.Generator().manual_seed(seed) for seed in (1, 2, 3))

    together = torch.cat([shared(values), shared(values)], dim=1)

    for fold, seed in enumerate((1, 2, 3)):
        torch.manual_seed(seed)
        of_fold = slice(4 * fold, 4 * fold + 4)
        alone = [Dropout(0.4)(values[of_fold]) for _ in range(2)]
        assert torch.equal(together[of_fold], torch.cat(alone, dim=1))


def test_nothing_is_dropped_in_evaluation_or_at_rate_0():
    values, before = torch.randn(10), torch.get_rng_state()

    assert Dropout(0.5).eval()(values) is values
    assert Dropout(0.0)(values) is values
    assert torch.equal(torch.get_rng_state(), before)
