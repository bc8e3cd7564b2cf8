import re
from dataclasses import replace

import pytest

from spotformer_core.errors import InvalidValueError
from spotformer_core.metrics import conventions
from spotformer_core.metrics.conventions import CONVENTIONS, STRICT, Enough, convention_named


def test_conventions_are_known_by_their_own_names():
    assert set(CONVENTIONS) == {"strict", "optimal", "megc2020", "strs", "spotformer", "sl-swin", "any-kind"}
    assert all(convention_named(name).name == name for name in CONVENTIONS)
    assert convention_named("strict") is STRICT


def test_an_unknown_convention_is_an_error_that_names_the_likely_one():
    with pytest.raises(
        InvalidValueError, match=r"must be one of the named ones, got 'megc2021'. Did you mean 'megc2020'"
    ):
        convention_named("megc2021")


def test_the_table_at_the_top_says_what_the_conventions_are():
    rows = [re.split(r"\s{2,}", line.strip()) for line in conventions.__doc__.splitlines()]
    table = {row[0]: row[1:] for row in rows if row[0] in CONVENTIONS}

    assert {name: row[0] for name, row in table.items()} == {name: one.length for name, one in CONVENTIONS.items()}
    assert {name: row[1] for name, row in table.items()} == {
        name: ">= 0.5" if one.enough is Enough.AT_LEAST else "> 0.5" for name, one in CONVENTIONS.items()
    }


@pytest.mark.parametrize("threshold", [0.0, -0.5, 1.5, float("nan")])
def test_an_overlap_that_everything_or_nothing_has_is_refused(threshold):
    message = rf"iou_threshold must be greater than 0 and at most 1, got {threshold}. MEGC uses 0\.5"

    with pytest.raises(InvalidValueError, match=message):
        replace(STRICT, iou_threshold=threshold)
