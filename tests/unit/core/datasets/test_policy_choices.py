"""Policies on the command line."""

from pathlib import Path

import pytest

from spotformer_core.datasets.policies import MEANINGS, Policy
from spotformer_core.datasets.policy_choices import (
    AnnotationPolicies,
    OffsetZero,
    PastEnd,
    parse_policies,
    policy_values,
)
from spotformer_core.errors import InvalidValueError


def test_nothing_chosen_is_the_default():
    assert parse_policies([]) == AnnotationPolicies()


def test_a_policy_that_is_chosen_twice_is_refused_with_both_choices():
    with pytest.raises(InvalidValueError, match=r"once, got offset-zero=unmatchable and offset-zero=apex\+20"):
        parse_policies(["offset-zero=unmatchable", "past-end=drop", "offset-zero=apex+20"])


def test_choices_are_taken():
    chosen = parse_policies(["past-end=drop", "offset-zero=apex+20"])

    assert chosen == AnnotationPolicies(offset_zero=OffsetZero.APEX_PLUS_20, past_end=PastEnd.DROP)


def test_every_value_that_is_offered_is_taken_and_the_default_comes_first():
    for name, values in policy_values().items():
        taken = [parse_policies([f"{name}={value}"]).as_dict()[name] for value in values]
        assert taken == list(values)
        assert values[0] == AnnotationPolicies().as_dict()[name]
        assert len(set(values)) == len(values) > 1


@pytest.mark.parametrize(
    ("choice", "message"),
    [
        ("offset-zero", r"chosen as NAME=VALUE, got 'offset-zero'\. For instance"),
        ("ofset-zero=apex", r"must have a known name, got 'ofset-zero'\. Did you mean 'offset-zero'\?"),
        (
            "offset-zero=apx",
            r"offset-zero must have a known value, got 'apx'\. Did you mean 'apex'\? Known: apex, apex\+20",
        ),
    ],
)
def test_a_slip_is_an_error_with_a_suggestion(choice, message):
    with pytest.raises(InvalidValueError, match=message):
        parse_policies([choice])


def test_every_policy_says_what_it_means():
    assert MEANINGS.keys() == {str(policy) for policy in Policy}
    assert all(meaning.endswith(".") for meaning in MEANINGS.values())
    assert Policy("onset-0-dropped") is Policy.ONSET_ZERO_DROPPED


def test_the_documentation_has_every_policy_and_value():
    text = (Path(__file__).parents[4] / "docs" / "datasets.md").read_text()

    described = [line for line in text.splitlines() if line.startswith("| `")]
    for name, values in policy_values().items():
        (line,) = (line for line in described if line.startswith(f"| `{name}`"))
        assert [value for value in values if f"`{value}`" not in line] == []
    assert [name for name, meaning in MEANINGS.items() if f"| `{name}` | {meaning} |" not in text] == []
