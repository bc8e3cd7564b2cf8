import pytest

from spotformer_core.metrics.counts import Counts

# ORIGIN: Table VII of [Deng2024]; TP, FP, FN, then precision, recall, F1.
TABLE_VII = {
    "SAMM-LV macro": (Counts(163, 227, 180), (0.4179, 0.4752, 0.4447)),
    "SAMM-LV micro": (Counts(61, 65, 98), (0.4841, 0.3836, 0.4281)),
    "SAMM-LV overall": (Counts(224, 292, 278), (0.4341, 0.4462, 0.4401)),
    "CAS(ME)2 macro": (Counts(165, 187, 135), (0.4688, 0.5500, 0.5061)),
    "CAS(ME)2 micro": (Counts(10, 4, 47), (0.7143, 0.1754, 0.2817)),
    "CAS(ME)2 overall": (Counts(175, 191, 182), (0.4781, 0.4902, 0.4841)),
}


@pytest.mark.parametrize("row", TABLE_VII)
def test_the_rates_of_the_paper_follow_from_its_counts(row):
    counts, published = TABLE_VII[row]

    assert tuple(round(rate, 4) for rate in (counts.precision, counts.recall, counts.f1)) == published


@pytest.mark.parametrize("dataset", ["SAMM-LV", "CAS(ME)2"])
def test_the_overall_counts_of_the_paper_are_the_sum_of_both_kinds(dataset):
    macro, micro, overall = (TABLE_VII[f"{dataset} {kind}"][0] for kind in ("macro", "micro", "overall"))

    assert macro + micro == overall


def test_f1_is_the_harmonic_mean_of_precision_and_recall():
    counts = Counts(3, 1, 5)

    assert counts.precision == 3 / 4
    assert counts.recall == 3 / 8
    assert counts.f1 == pytest.approx(2 / (4 / 3 + 8 / 3))


@pytest.mark.parametrize(
    ("counts", "rates"),
    [(Counts(), (0, 0, 0)), (Counts(0, 4, 0), (0, 0, 0)), (Counts(0, 0, 4), (0, 0, 0)), (Counts(4, 0, 0), (1, 1, 1))],
)
def test_rates_of_nothing_are_zero_and_of_all_are_one(counts, rates):
    assert (counts.precision, counts.recall, counts.f1) == rates


def test_counts_add_up_from_none():
    assert sum([Counts(1, 2, 3), Counts(10, 20, 30)], Counts()) == Counts(11, 22, 33)


def test_counts_are_written_as_a_dictionary():
    assert Counts(1, 2, 3).as_dict() == {"tp": 1, "fp": 2, "fn": 3}
