"""Do intervals hold the truth, and is the corrected winner unbiased? Simulated studies whose truth is known.

    python -m benchmarks.selection_bias

A study draws subjects with as many expressions as subjects of SAMM-LV and CAS(ME)^2 have. Subjects differ in how hard
they are, and configurations by chance from subject to subject, but not in truth: the winner has won by luck. The truth
is the F1 pooled over two hundred thousand subjects.

A search that starts from prior studies (`--from`) asks for configurations near the best prior one. Such a neighbour
gives the same counts on a share of the subjects and fresh ones on the others, so that it keeps that share of the luck
by which the prior one was best. Its truth is the same as everybody's.
"""

import argparse
import sys
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from rich.console import Console
from rich.table import Table

from benchmarks.results_file import write_result
from spotformer_core.metrics.bootstrap import draw_subjects, f1_interval, resampled_f1
from spotformer_core.metrics.protocols import f1_of
from spotformer_core.metrics.selection import corrected_winner
from spotformer_core.shapes import Float, Int

# ORIGIN: expressions per subject in the annotation tables of SAMM-LV and CAS(ME)^2.
SAMM_LV = (
    34,
    15,
    5,
    10,
    23,
    69,
    12,
    20,
    31,
    18,
    16,
    12,
    26,
    17,
    32,
    4,
    12,
    2,
    8,
    10,
    21,
    5,
    8,
    1,
    16,
    16,
    7,
    22,
    18,
    12,
)
CAS_ME_2 = (17, 54, 5, 3, 2, 16, 11, 32, 9, 6, 43, 1, 19, 32, 54, 4, 3, 2, 4, 23, 12, 5)
EXPRESSIONS = np.array([*SAMM_LV, *CAS_ME_2])
NUM_SUBJECTS = (22, 30, 94)
NUM_CONFIGURATIONS = 60
NUM_PRIOR, NUM_NEW = 60, 10
SHARE_AS_THE_BEST_PRIOR = 0.5
"""Of the subjects, on which a new configuration gives the counts of the best prior one."""
NUM_RESAMPLES = 1000
LOWEST_COVERAGE, HIGHEST_COVERAGE = 0.92, 0.98
SUBJECT_SPREAD, CONFIGURATION_SPREAD = 0.8, 0.4
"""Standard deviations of the log odds that an expression is found."""


def study(num_configurations: int, num_subjects: int, generator: np.random.Generator) -> Int[np.ndarray, "c s 3"]:
    """TP, FP and FN of equally good configurations on subjects drawn at random."""
    shape = (num_configurations, num_subjects)
    truths = generator.choice(EXPRESSIONS, size=num_subjects)
    ease = generator.normal(-0.3, SUBJECT_SPREAD, num_subjects) + generator.normal(0, CONFIGURATION_SPREAD, shape)
    found = generator.binomial(truths, 1 / (1 + np.exp(-ease)))
    restless = generator.normal(0, 0.6, num_subjects) + generator.normal(0, CONFIGURATION_SPREAD, shape)
    invented = generator.poisson((1 + 0.7 * truths) * np.exp(restless))
    return np.stack([found, invented, truths - found], axis=-1)


def true_f1() -> float:
    """What every configuration scores in truth."""
    return float(f1_of(study(1, 200_000, np.random.default_rng(1))[0].sum(axis=0)))


def plain_intervals(counts: Int[np.ndarray, "s 3"], seed: int) -> dict[str, tuple[float, float]]:
    """The percentile and the BCa interval, that ours is compared with."""
    normal = NormalDist()
    f1 = float(f1_of(counts.sum(axis=0)))
    drawn = resampled_f1(counts[None], draw_subjects(len(counts), num_resamples=NUM_RESAMPLES, seed=seed))[:, 0]
    offset = normal.inv_cdf(float(np.clip(np.mean(drawn < f1) + np.mean(drawn == f1) / 2, 1e-4, 1 - 1e-4)))
    without = f1_of(counts.sum(axis=0) - counts)
    deviations = without.mean() - without
    skew = float((deviations**3).sum() / (6 * (deviations**2).sum() ** 1.5))
    tails = [offset + normal.inv_cdf(share) for share in (0.025, 0.975)]
    shares = [normal.cdf(offset + tail / (1 - skew * tail)) for tail in tails]
    return {"percentile": tuple(np.quantile(drawn, [0.025, 0.975])), "BCa": tuple(np.quantile(drawn, shares))}


def coverage(num_subjects: int, *, num_studies: int, truth: float) -> dict[str, float]:
    """The share of studies whose 95 % interval holds the truth, by kind of interval."""
    generator = np.random.default_rng(num_subjects)
    held = dict.fromkeys(("ours", "percentile", "BCa"), 0)
    for seed in range(num_studies):
        counts = study(1, num_subjects, generator)[0]
        ours = f1_interval(counts, seed=seed, num_resamples=NUM_RESAMPLES)
        intervals = plain_intervals(counts, seed) | {"ours": (ours.low, ours.high)}
        for name, (low, high) in intervals.items():
            held[name] += low <= truth <= high
    return {name: count / num_studies for name, count in held.items()}


@dataclass(frozen=True, kw_only=True, slots=True)
class Bias:
    """Mean error over studies, and its 95 % interval's half width."""

    mean: float
    half_width: float

    @classmethod
    def of(cls, errors: Float[np.ndarray, " studies"]) -> "Bias":
        """Of the errors of single studies."""
        return cls(mean=float(errors.mean()), half_width=float(1.96 * errors.std(ddof=1) / len(errors) ** 0.5))

    def __str__(self) -> str:
        return f"{self.mean:+.4f} +- {self.half_width:.4f}"

    @property
    def holds_zero(self) -> bool:
        """Whether there may be none."""
        return abs(self.mean) <= self.half_width


def selection(num_subjects: int, *, num_studies: int, truth: float) -> tuple[Bias, Bias, float]:
    """Bias of the winner's own F1, bias of the corrected one, and how often the latter's interval holds the truth."""
    generator = np.random.default_rng(1000 + num_subjects)
    apparent, corrected, held = np.empty(num_studies), np.empty(num_studies), 0
    for seed in range(num_studies):
        counts = study(NUM_CONFIGURATIONS, num_subjects, generator)
        winner = corrected_winner(counts, seed=seed, num_resamples=NUM_RESAMPLES)
        apparent[seed], corrected[seed] = winner.apparent_f1, winner.corrected_f1.value
        held += winner.corrected_f1.low <= truth <= winner.corrected_f1.high
    return Bias.of(apparent - truth), Bias.of(corrected - truth), held / num_studies


@dataclass(frozen=True, kw_only=True, slots=True)
class PriorBias:
    """Biases of the winner among configurations that were asked near the best of prior ones.

    Attributes:
        apparent: of the winner's own F1.
        own_only: of the F1 corrected over the new configurations alone.
        with_prior: of the F1 corrected over the prior ones too, as the platform does.
        removed: by how much `own_only` is higher than `with_prior`, of the same studies.
    """

    apparent: Bias
    own_only: Bias
    with_prior: Bias
    removed: Bias


def near_the_best(
    fresh: Int[np.ndarray, "n s 3"], prior: Int[np.ndarray, "c s 3"], generator: np.random.Generator
) -> Int[np.ndarray, "n s 3"]:
    """TP, FP and FN of `fresh`, but on a share of the subjects those of the best of `prior`."""
    best = prior[f1_of(prior.sum(axis=1)).argmax()]
    same = generator.random(fresh.shape[:2]) < SHARE_AS_THE_BEST_PRIOR
    return np.where(same[..., None], best, fresh)


def prior_selection(num_subjects: int, *, num_studies: int, truth: float) -> PriorBias:
    """Biases with prior studies, over `num_studies` searches of NUM_NEW configurations after NUM_PRIOR."""
    generator = np.random.default_rng(2000 + num_subjects)
    errors = np.empty((3, num_studies))
    for seed in range(num_studies):
        every = study(NUM_NEW + NUM_PRIOR, num_subjects, generator)
        prior = every[NUM_NEW:]
        new = near_the_best(every[:NUM_NEW], prior, generator)
        alone = corrected_winner(new, seed=seed, num_resamples=NUM_RESAMPLES)
        beside = corrected_winner(new, prior=prior, seed=seed, num_resamples=NUM_RESAMPLES)
        errors[:, seed] = alone.apparent_f1, alone.corrected_f1.value, beside.corrected_f1.value
    apparent, own_only, with_prior = errors - truth
    return PriorBias(
        apparent=Bias.of(apparent),
        own_only=Bias.of(own_only),
        with_prior=Bias.of(with_prior),
        removed=Bias.of(own_only - with_prior),
    )


def show(coverages: dict[int, dict[str, float]], selections: dict[int, tuple[Bias, Bias, float]], truth: float) -> None:
    """Prints the tables of intervals and of winners without prior studies."""
    console = Console(width=110)
    table = Table(title="share of 95 % intervals that hold the truth", title_justify="left")
    for column in ("subjects", "ours", "percentile", "BCa"):
        table.add_column(column, justify="right")
    for num_subjects, shares in coverages.items():
        table.add_row(str(num_subjects), *(f"{shares[name]:.3f}" for name in ("ours", "percentile", "BCa")))
    console.print(table)
    title = f"the best of {NUM_CONFIGURATIONS} equal configurations; their F1 is {truth:.4f}"
    table = Table(title=title, title_justify="left")
    for column in ("subjects", "bias of its own F1", "bias of the corrected F1", "corrected intervals that hold it"):
        table.add_column(column, justify="right")
    for num_subjects, (*biases, held) in selections.items():
        table.add_row(str(num_subjects), *map(str, biases), f"{held:.3f}")
    console.print(table)


def show_prior(biases: dict[int, PriorBias]) -> None:
    """Prints the table of winners with prior studies."""
    title = f"the best of {NUM_NEW} configurations near the best of {NUM_PRIOR} prior ones, all equal in truth: bias of"
    table = Table(title=title, title_justify="left")
    for column in ("subjects", "its own F1", "corrected over the new alone", "over the prior ones too", "difference"):
        table.add_column(column, justify="right")
    for num_subjects, one in biases.items():
        shown = (one.apparent, one.own_only, one.with_prior, one.removed)
        table.add_row(str(num_subjects), *map(str, shown))
    Console(width=110).print(table)


def prior_figures(bias: PriorBias, num_subjects: int) -> dict[str, float]:
    """What the result file keeps of searches with prior studies."""
    return {
        f"bias with prior studies, own F1, {num_subjects} subjects": bias.apparent.mean,
        f"bias with prior studies, corrected without them, {num_subjects} subjects": bias.own_only.mean,
        f"half width of its interval, corrected without them, {num_subjects} subjects": bias.own_only.half_width,
        f"bias with prior studies, corrected with them, {num_subjects} subjects": bias.with_prior.mean,
        f"half width of its interval, corrected with them, {num_subjects} subjects": bias.with_prior.half_width,
        _removed(num_subjects): bias.removed.mean - bias.removed.half_width,
    }


def _removed(num_subjects: int) -> str:
    return f"low end of the optimism that counting prior studies removes, {num_subjects} subjects"


def main() -> int:
    """0 when coverage is right, only the corrected winner is unbiased, and counting prior studies removes optimism."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--studies", type=int, default=500, help="simulated studies for coverage (default: 500)")
    parser.add_argument("--selections", type=int, default=200, help="simulated searches (default: 200)")
    options = parser.parse_args()
    truth = true_f1()
    coverages = {n: coverage(n, num_studies=options.studies, truth=truth) for n in NUM_SUBJECTS}
    selections = {n: selection(n, num_studies=options.selections, truth=truth) for n in NUM_SUBJECTS}
    priors = {n: prior_selection(n, num_studies=options.selections, truth=truth) for n in NUM_SUBJECTS}
    show(coverages, selections, truth)
    show_prior(priors)
    figures: dict[str, float] = {}
    for n in NUM_SUBJECTS:
        apparent, corrected, held = selections[n]
        figures |= {f"{name} coverage, {n} subjects": share for name, share in coverages[n].items()}
        figures[f"bias of the winner's own F1, {n} subjects"] = apparent.mean
        figures[f"bias of the corrected F1, {n} subjects"] = corrected.mean
        figures[f"half width of the latter's interval, {n} subjects"] = corrected.half_width
        figures[f"coverage of the corrected winner, {n} subjects"] = held
        figures |= prior_figures(priors[n], n)
    goals = {f"ours coverage, {n} subjects": LOWEST_COVERAGE for n in NUM_SUBJECTS}
    goals |= dict.fromkeys(map(_removed, NUM_SUBJECTS), 0.0)
    print(f"written to {write_result('selection-bias', figures, goals, repeats=options.studies)}")
    met = all(
        LOWEST_COVERAGE <= coverages[n]["ours"] <= HIGHEST_COVERAGE
        and not selections[n][0].holds_zero
        and selections[n][1].holds_zero
        and priors[n].removed.mean > priors[n].removed.half_width
        for n in NUM_SUBJECTS
    )
    print("every goal is met" if met else "a goal is missed")
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
