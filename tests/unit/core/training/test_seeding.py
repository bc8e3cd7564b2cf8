import pytest
import torch

from spotformer_core.errors import InvalidValueError
from spotformer_core.training.seeding import seeded

CPU = torch.device("cpu")


def draws(seed: int) -> tuple[float, float]:
    with seeded(seed, device=CPU) as generator:
        return torch.rand(()).item(), torch.rand((), generator=generator).item()


def test_both_streams_follow_from_the_seed_and_differ_from_each_other():
    assert draws(5) == draws(5)
    assert len({*draws(5), *draws(6)}) == 4


def test_the_global_generator_is_put_back_even_after_an_error():
    before = torch.get_rng_state()

    with pytest.raises(RuntimeError, match="must match the size"), seeded(1, device=CPU):
        torch.rand(3) + torch.rand(4)

    assert torch.equal(torch.get_rng_state(), before)


def test_a_negative_seed_is_refused():
    with pytest.raises(InvalidValueError, match=r"seed must be 0 or more, got -3\."), seeded(-3, device=CPU):
        pass
