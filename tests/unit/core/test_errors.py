import inspect

import pytest

from spotformer_core import errors
from spotformer_core.errors import InvalidValueError, SpotFormerError, did_you_mean, require

ALL_ERRORS = [value for value in vars(errors).values() if inspect.isclass(value) and issubclass(value, Exception)]


@pytest.mark.parametrize("error", ALL_ERRORS)
def test_every_error_is_caught_by_the_one_base(error):
    assert issubclass(error, SpotFormerError)
    assert not issubclass(error, (ValueError, OSError))


@pytest.mark.parametrize("error", ALL_ERRORS)
def test_every_error_stands_in_the_tree_at_the_top_of_its_file(error):
    assert error.__name__ in errors.__doc__


def test_a_rule_that_is_broken_is_told_with_the_value_and_the_repair():
    with pytest.raises(InvalidValueError) as caught:
        require(False, "window", "an odd number from 9 to 25", 12, "Use 11 or 13.")

    assert str(caught.value) == "window must be an odd number from 9 to 25, got 12. Use 11 or 13."


def test_a_text_is_shown_in_quotes():
    with pytest.raises(InvalidValueError, match="got '12'"):
        require(False, "window", "a number", "12", "Use 11.")


def test_a_rule_that_holds_is_silent():
    assert require(True, "window", "odd", 11, "") is None


def test_a_misspelt_name_is_answered_with_the_nearest_and_all_known():
    assert did_you_mean("windov", ["width", "window", "dropout"]) == (
        "Did you mean 'window'? Known: dropout, width, window."
    )


def test_a_name_near_nothing_is_answered_with_all_known():
    assert did_you_mean("zzz", iter(["width", "dropout"])) == "Known: dropout, width."
