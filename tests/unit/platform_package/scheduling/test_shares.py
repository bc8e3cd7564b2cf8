import pytest

from platform.scheduling.shares import FOLDS_PER_GPU, folds_per_gpu, share_of_gpu


@pytest.mark.parametrize(
    ("num_bytes", "folds"),
    [(10, 8), (11, 6), (20, 4), (21.7, 4), (22, 3), (28, 3), (43, 2), (44, 1), (99, 1), (500, 1)],
)
def test_as_many_folds_share_a_gpu_as_fit_with_headroom_in_few_sizes(num_bytes, folds):
    assert folds_per_gpu(num_bytes, total_bytes=100) == folds


def test_what_needs_next_to_nothing_still_gets_the_smallest_size():
    assert folds_per_gpu(1, total_bytes=10**9) == max(FOLDS_PER_GPU)


@pytest.mark.parametrize("folds", FOLDS_PER_GPU)
def test_so_many_shares_make_no_more_than_a_gpu_in_what_ray_counts_in(folds):
    parts = share_of_gpu(folds) * 10_000

    assert parts == pytest.approx(round(parts))
    assert round(parts) * folds <= 10_000 < (round(parts) + 1) * folds
