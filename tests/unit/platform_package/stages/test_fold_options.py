import pytest

import platform.search
from platform.stages.fold_options import gpus_per_fold
from spotformer_core.errors import InvalidValueError


@pytest.mark.parametrize(
    ("given", "expected"), [("auto", None), ("0", 0), ("0.25", 0.25), ("1", 1), ("2", 2), ("2.0", 2)]
)
def test_gpus_are_measured_or_given(given, expected):
    assert gpus_per_fold(given) == expected


@pytest.mark.parametrize("given", ["", "half", "-0.5", "-1", "1.5", "nan", "inf"])
def test_what_ray_cannot_reserve_is_refused_before_anything_starts(given):
    with pytest.raises(InvalidValueError, match=rf"--gpus-per-fold must be auto, 0, a fraction .*, got '{given}'\."):
        gpus_per_fold(given)


@pytest.mark.parametrize(
    ("words", "expected"),
    [((), (None, False)), (("--gpus-per-fold", "0.5", "--retry-infeasible"), (0.5, True))],
)
def test_the_options_reach_the_search(words, expected):
    options = platform.search.search_options(platform.search.parser().parse_args(words))

    assert (options.gpus_per_fold, options.retry_infeasible) == expected
