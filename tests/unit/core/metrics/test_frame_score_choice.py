"""What each protocol may see: tables by hand."""

import numpy as np
import pytest

from spotformer_core.datasets.recording import ExpressionKind
from spotformer_core.errors import InvalidValueError
from spotformer_core.metrics.frame_score_choice import (
    KindTable,
    chosen_counts,
    counts_by_own_score,
    counts_of_both,
    stated_counts,
)
from spotformer_core.metrics.protocols import Protocol

MACRO, MICRO = ExpressionKind
THRESHOLDS = (0.2, 0.8)
GOOD, BAD = (3, 0, 1), (1, 4, 3)


def table(*decodings, subjects="abc", stated=BAD):
    """Counts as decodings × subjects × thresholds, each named."""
    return KindTable(
        subjects=tuple(subjects),
        searched=np.array(decodings, np.int64),
        stated=np.array([stated] * len(subjects), np.int64),
        stated_threshold=0.6,
    )


# Subjects a and b do better at the first threshold, c at the second.
SPLIT = [[GOOD, BAD], [GOOD, BAD], [BAD, GOOD]]
# The other way round.
TURNED = [[BAD, GOOD], [BAD, GOOD], [GOOD, BAD]]


def chosen(protocol, tables, *, together=False, num_decodings=1):
    return chosen_counts(protocol, tables, THRESHOLDS, together=together, num_decodings=num_decodings)


def test_the_honest_threshold_of_a_subject_is_that_of_the_others():
    found = chosen(Protocol.HONEST, {MACRO: table(SPLIT)})[MACRO]

    # The others of c are a and b; those of a are b and c, whose counts are equal at both thresholds: the later of two.
    assert found.thresholds == (0.8, 0.8, 0.2)
    assert found.counts.tolist() == [[*BAD], [*BAD], [*BAD]]


def test_the_pooled_threshold_is_one_for_all_and_the_own_one_is_each_subjects_best():
    pooled = chosen(Protocol.POOLED, {MACRO: table(SPLIT)})[MACRO]
    own = counts_by_own_score({MACRO: table(SPLIT)}, THRESHOLDS, together=False, num_decodings=1)[MACRO]

    assert (pooled.thresholds, pooled.counts.tolist()) == ((0.2,) * 3, [[*GOOD], [*GOOD], [*BAD]])
    assert (own.thresholds, own.counts.tolist()) == ((0.2, 0.2, 0.8), [[*GOOD]] * 3)


def test_nothing_is_chosen_where_all_is_stated():
    found = stated_counts({MACRO: table(SPLIT, stated=(2, 2, 2))})[MACRO]

    assert found.thresholds == (0.6,) * 3
    assert found.decodings == (0,) * 3
    assert found.counts.tolist() == [[2, 2, 2]] * 3


def test_kinds_of_their_own_have_decodings_of_their_own_and_ours_share_one():
    better, worse = [[GOOD, GOOD]] * 3, [[BAD, BAD]] * 3
    best = [[(4, 0, 0)] * 2] * 3
    tables = {MACRO: table(worse, better), MICRO: table(best, worse)}

    apart = chosen(Protocol.POOLED, tables, num_decodings=2)
    together = chosen(Protocol.POOLED, tables, together=True, num_decodings=2)

    assert (set(apart[MACRO].decodings), set(apart[MICRO].decodings)) == ({1}, {0})
    # Overall the first decoding has F1 2 (5) / (10 + 4 + 3) = 0.588, the second 2 (4) / (8 + 4 + 4) = 0.5.
    assert (set(together[MACRO].decodings), set(together[MICRO].decodings)) == ({0}, {0})


def test_only_the_decodings_that_may_be_chosen_are():
    tables = {MACRO: table([[BAD, BAD]] * 3, [[GOOD, GOOD]] * 3)}

    assert set(chosen(Protocol.POOLED, tables, num_decodings=1)[MACRO].decodings) == {0}
    assert set(chosen(Protocol.POOLED, tables, num_decodings=2)[MACRO].decodings) == {1}


def test_kinds_may_be_counted_on_different_subjects_and_are_added_up_by_subject():
    tables = {MACRO: table(SPLIT), MICRO: table([[GOOD, BAD]] * 2, subjects="bd")}

    found = chosen(Protocol.POOLED, tables)

    assert found[MICRO].subjects == ("b", "d")
    subjects, total = counts_of_both(found)
    assert subjects == ("a", "b", "c", "d")
    assert total.tolist() == [[3, 0, 1], [6, 0, 2], [1, 4, 3], [3, 0, 1]]


def test_what_a_subject_scores_never_decides_its_own_honest_choice():
    """The planted leak: whatever stands in the counts of c, its own choice stays."""
    plain = chosen(Protocol.HONEST, {MACRO: table(SPLIT, TURNED)}, num_decodings=2)[MACRO]
    garbage = [[*one[:2], [(90, 0, 0), (0, 90, 90)]] for one in (TURNED, SPLIT)]

    changed = chosen(
        Protocol.HONEST, {MACRO: table(SPLIT[:2] + garbage[0][2:], TURNED[:2] + garbage[1][2:])}, num_decodings=2
    )[MACRO]

    assert (changed.thresholds[2], changed.decodings[2]) == (plain.thresholds[2], plain.decodings[2])
    assert changed.thresholds[0] != plain.thresholds[0]


def test_one_subject_has_no_others_to_choose_on():
    with pytest.raises(InvalidValueError, match=r"the number of subjects must be at least 2, got 1"):
        chosen(Protocol.HONEST, {MACRO: table([[GOOD, BAD]], subjects="a")})


def test_a_subject_that_finds_nothing_is_given_the_choice_with_the_fewest_false_positives():
    tables = {MACRO: table([[(0, 5, 2), (0, 1, 2)]] * 2, [[(0, 3, 2), (0, 4, 2)]] * 2, subjects="ab")}

    found = counts_by_own_score(tables, THRESHOLDS, together=False, num_decodings=2)[MACRO]

    assert (found.thresholds, found.decodings, found.counts.tolist()) == ((0.8, 0.8), (0, 0), [[0, 1, 2]] * 2)


def test_by_its_own_score_a_subject_has_one_decoding_for_both_kinds_where_they_share_one():
    better, worse, best = [[GOOD, GOOD]] * 3, [[BAD, BAD]] * 3, [[(4, 0, 0)] * 2] * 3
    tables = {MACRO: table(worse, better), MICRO: table(best, worse)}

    apart, together = (counts_by_own_score(tables, THRESHOLDS, together=one, num_decodings=2) for one in (False, True))

    assert (apart[MACRO].decodings[0], apart[MICRO].decodings[0]) == (1, 0)
    assert (together[MACRO].decodings[0], together[MICRO].decodings[0]) == (0, 0)
