"""What must hold for the choice of settings and thresholds on any counts."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from spotformer_core.metrics.counts import Counts
from spotformer_core.metrics.protocols import Protocol, ProtocolResult, Setting, choose_settings

THRESHOLDS = (0.2, 0.4, 0.5)
SUBJECTS = "abcde"


@st.composite
def studies(draw) -> dict[str, np.ndarray]:
    """Counts of two to five subjects under up to six settings, so small that ties are common."""
    generator = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    shape = (draw(st.integers(1, 6)), 2, len(THRESHOLDS), 3)
    most = draw(st.integers(1, 6))
    return {subject: generator.integers(0, most, size=shape) for subject in SUBJECTS[: draw(st.integers(2, 5))]}


def chosen(protocol: Protocol, tables: dict[str, np.ndarray]) -> ProtocolResult:
    every = [Setting(decoding=number) for number in range(len(tables["a"]))]
    return choose_settings(protocol, tables, THRESHOLDS, every)


@given(studies(), st.integers(0, 2**32 - 1))
@settings(deadline=None, max_examples=150)
def test_no_counts_of_a_subject_change_what_is_honestly_chosen_for_it(tables, seed):
    garbage = np.random.default_rng(seed).integers(0, 1000, size=tables["a"].shape)

    before, after = (chosen(Protocol.HONEST, tables | {"a": own}) for own in (tables["a"], garbage))

    assert after.settings["a"] == before.settings["a"]
    assert after.thresholds["a"] == before.thresholds["a"]


@given(studies())
@settings(deadline=None, max_examples=100)
def test_the_pooled_protocol_chooses_one_for_all(tables):
    result = chosen(Protocol.POOLED, tables)

    assert len(set(result.settings.values())) == 1
    assert len({str(thresholds) for thresholds in result.thresholds.values()}) == 1


@given(studies(), st.sampled_from(list(Protocol)), st.randoms(use_true_random=False))
@settings(deadline=None, max_examples=100)
def test_the_order_of_subjects_decides_nothing(tables, protocol, random):
    shuffled = dict(random.sample(list(tables.items()), len(tables)))

    assert chosen(protocol, shuffled) == chosen(protocol, tables)


@given(studies(), st.sampled_from(list(Protocol)))
@settings(deadline=None, max_examples=100)
def test_counts_are_those_of_the_setting_and_the_thresholds_that_were_chosen(tables, protocol):
    result = chosen(protocol, tables)

    for subject, table in tables.items():
        for row, (kind, threshold) in enumerate(result.thresholds[subject].items()):
            own = table[result.settings[subject].decoding, row, THRESHOLDS.index(threshold)]
            assert result.counts[subject][kind] == Counts(*own.tolist())


@given(studies())
@settings(deadline=None, max_examples=100)
def test_a_setting_that_is_added_last_and_equals_another_is_never_chosen(tables):
    doubled = {subject: np.concatenate([table, table]) for subject, table in tables.items()}

    for protocol in Protocol:
        assert chosen(protocol, doubled) == chosen(protocol, tables)
