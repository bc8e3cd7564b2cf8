import pytest
import torch

from spotformer_core.config import ClassBalance
from spotformer_core.training.sampling import draw_epoch, num_batches_per_epoch


def draw(classes, *, balance=ClassBalance.BALANCED, batch_size=10, seed=0):
    generator = torch.Generator().manual_seed(seed)
    return draw_epoch(torch.tensor(classes), balance=balance, batch_size=batch_size, generator=generator)


@pytest.mark.parametrize(
    ("num_frames", "batch_size", "num_batches"), [(100, 10, 10), (101, 10, 11), (1, 10, 1), (9, 2, 5)]
)
def test_an_epoch_has_as_many_batches_as_show_every_frame_once(num_frames, batch_size, num_batches):
    assert num_batches_per_epoch(num_frames, batch_size=batch_size) == num_batches
    assert draw([0] * num_frames, batch_size=batch_size).shape == (num_batches, batch_size)


def test_a_natural_epoch_is_one_shuffled_pass_filled_up_from_a_second():
    batches = draw([0] * 25, balance=ClassBalance.NATURAL)

    drawn = batches.flatten().tolist()
    assert sorted(drawn[:25]) == list(range(25))
    assert drawn[:25] != list(range(25))
    assert len(set(drawn[25:])) == 5


def test_a_natural_batch_larger_than_the_training_set_repeats_whole_passes():
    batches = draw([0, 1, 2], balance=ClassBalance.NATURAL, batch_size=7)

    assert sorted(batches[0, :3].tolist()) == sorted(batches[0, 3:6].tolist()) == [0, 1, 2]


def test_balanced_batches_show_neutral_macro_and_micro_frames_equally_often():
    classes = [0] * 9000 + [1] * 900 + [2] * 100

    drawn = torch.tensor(classes)[draw(classes, batch_size=100)]

    # 10,000 draws: one standard deviation of a share is 0.005.
    shares = drawn.flatten().bincount() / 10_000
    torch.testing.assert_close(shares, torch.full((3,), 1 / 3), atol=0.02, rtol=0)


def test_frames_of_one_class_are_drawn_equally_often():
    classes = [1, 0, 2, 0, 1, 0, 0] + [2] * 9_993

    counts = draw(classes, batch_size=100).flatten().bincount(minlength=10_000)

    assert counts[[1, 3, 5, 6]].min() > 833 - 150
    assert counts[[1, 3, 5, 6]].max() < 833 + 150
    assert counts[[0, 4]].min() > 1667 - 200


def test_a_class_without_frames_is_left_out_of_the_balance():
    classes = [0] * 4000 + [2] * 1000

    drawn = torch.tensor(classes)[draw(classes, batch_size=50)]

    shares = drawn.flatten().bincount() / 5000
    torch.testing.assert_close(shares, torch.tensor([0.5, 0.0, 0.5]), atol=0.04, rtol=0)


@pytest.mark.parametrize("balance", ClassBalance)
def test_the_same_generator_draws_the_same_batches_and_another_seed_others(balance):
    classes = [0, 1, 2] * 20

    assert torch.equal(draw(classes, balance=balance), draw(classes, balance=balance))
    assert not torch.equal(draw(classes, balance=balance), draw(classes, balance=balance, seed=1))
