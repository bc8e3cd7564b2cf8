import pytest

from spotformer_core.errors import InvalidValueError
from spotformer_core.flow.estimation.parameters import FarnebackParameters


@pytest.mark.parametrize(
    ("name", "value", "rule"),
    [
        ("levels", 0, "from 1 to 10"),
        ("levels", 11, "from 1 to 10"),
        ("window", 1, "an odd number from 3 to 101"),
        ("window", 14, "an odd number from 3 to 101"),
        ("window", 103, "an odd number from 3 to 101"),
        ("iterations", 0, "from 1 to 20"),
        ("iterations", 21, "from 1 to 20"),
        ("poly_n", 0, "from 1 to 15"),
        ("poly_n", 16, "from 1 to 15"),
        ("poly_sigma", 0.4, "from 0.5 to 10.0"),
        ("poly_sigma", 10.5, "from 0.5 to 10.0"),
        ("poly_sigma", float("nan"), "from 0.5 to 10.0"),
    ],
)
def test_a_parameter_that_breaks_its_rule_is_refused(name, value, rule):
    with pytest.raises(InvalidValueError, match=f"^{name} must be {rule}, got {value}"):
        FarnebackParameters(**{name: value})


@pytest.mark.parametrize(("window", "reach"), [(3, 1), (15, 7), (101, 50)])
def test_the_window_reaches_as_far_to_every_side(window, reach):
    assert FarnebackParameters(window=window).reach == reach
