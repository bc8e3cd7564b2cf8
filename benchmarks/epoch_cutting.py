"""Would it pay to cut epochs inside a fold as well? An upper bound, on the synthetic searches of `benchmarks.racing`.

    python -m benchmarks.epoch_cutting [--studies 100]

Beside careful racing, the folds of the first block are looked at after a third of their epochs: a configuration that is
clearly worse than the reference was after a third of its own is dropped there, for a third of the price. How well that
foretells the whole is not known before real searches have been run, so it is varied, as the correlation of quality then
and in the end. Looking is taken to cost nothing, which is generous: every look scores the held-out recordings.
"""

import argparse
import sys

import numpy as np
from rich.console import Console
from rich.table import Table

from benchmarks.racing import LAG, NUM_CONFIGURATIONS, NUM_SUBJECTS
from benchmarks.results_file import write_result
from benchmarks.synthetic_counts import ALIKE, EXPRESSIONS_OF_SUBJECTS, MIXED, Field, counts_of
from platform.study.racing import Racing, racing_rule
from spotformer_core.metrics.protocols import f1_of
from spotformer_core.metrics.racing import clearly_worse
from spotformer_core.shapes import Int

SHARE_OF_EPOCHS = 1 / 3
CORRELATIONS = (1.0, 0.9, 0.7, 0.5)
NEVER = "never"


def raced(whole: Int[np.ndarray, "c s 3"], third: Int[np.ndarray, "c s 3"] | None) -> tuple[float, float, float]:
    """Folds' worth of training, the part of it spent on configurations that were dropped, and the loss of F1."""
    rule = racing_rule(Racing.CAREFUL)
    if rule is None:
        raise AssertionError("careful racing has a rule")
    num_configurations, num_subjects = whole.shape[:2]
    looks = rule.looks(num_subjects)
    f1 = f1_of(whole.sum(axis=1))
    complete: list[int] = []
    trained = wasted = 0.0
    for number in range(num_configurations):
        known = [one for one in complete if one <= number - LAG]
        price = float(num_subjects)
        if known:
            reference, first = max(known, key=lambda one: f1[one]), looks[0]

            def worse(counts: Int[np.ndarray, "c s 3"], look: int, one: int = number, other: int = reference) -> bool:
                rows = counts[[one, other], :look]
                return clearly_worse(*rows, level=rule.level, num_subjects=num_subjects)

            if third is not None and worse(third, first):
                price = first * SHARE_OF_EPOCHS
            else:
                price = float(next((look for look in looks if worse(whole, look)), num_subjects))
        trained += price
        if price < num_subjects:
            wasted += price
        else:
            complete.append(number)
    best = max(complete, key=lambda one: f1[one])
    return trained, wasted, float(f1.max() - f1[best])


def compared(field: Field, num_subjects: int, *, num_studies: int) -> dict[str, tuple[float, float, float]]:
    """Share of training that was done, share of that on dropped ones, and share of searches that lose the best."""
    generator = np.random.default_rng(num_subjects)
    rows: dict[str, list[tuple[float, float, float]]] = {}
    whole_price = NUM_CONFIGURATIONS * num_subjects
    for _ in range(num_studies):
        truths = generator.permutation(np.array(EXPRESSIONS_OF_SUBJECTS[num_subjects]))[:num_subjects]
        quality = generator.normal(0, field.spread, NUM_CONFIGURATIONS)
        whole = counts_of(quality, truths, generator)
        cases: dict[str, Int[np.ndarray, "c s 3"] | None] = {NEVER: None}
        for correlation in CORRELATIONS:
            luck = generator.normal(0, field.spread, NUM_CONFIGURATIONS)
            early = correlation * quality + (1 - correlation**2) ** 0.5 * luck
            cases[f"correlation {correlation:g}"] = counts_of(early, truths, generator)
        for name, third in cases.items():
            trained, wasted, loss = raced(whole, third)
            rows.setdefault(name, []).append((trained / whole_price, wasted / trained, float(loss > 0)))
    return {name: (float(one), float(two), float(three)) for name, (one, two, three) in _means(rows).items()}


def _means(rows: dict[str, list[tuple[float, float, float]]]) -> dict[str, np.ndarray]:
    return {name: np.mean(values, axis=0) for name, values in rows.items()}


def main() -> int:
    """0; the table is for people to judge."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--studies", type=int, default=100, help="synthetic searches per figure (default: 100)")
    options = parser.parse_args()
    console = Console(width=118)
    figures: dict[str, float] = {}
    for field in (MIXED, ALIKE):
        found = {subjects: compared(field, subjects, num_studies=options.studies) for subjects in NUM_SUBJECTS}
        table = Table(title=f"{field.name}: share trained / of it on dropped ones / best lost", title_justify="left")
        table.add_column("look after a third of the epochs")
        for subjects in NUM_SUBJECTS:
            table.add_column(f"{subjects} subjects")
        for name in next(iter(found.values())):
            cells = ["{:.2f} / {:.2f} / {:.3f}".format(*found[subjects][name]) for subjects in NUM_SUBJECTS]
            table.add_row(name, *cells)
            for subjects in NUM_SUBJECTS:
                trained, wasted, lost = found[subjects][name]
                label = f"{field.name}, {subjects} subjects, {name}"
                figures |= {f"{label}: trained": trained, f"{label}: on dropped": wasted, f"{label}: lost": lost}
        console.print(table)
    print(f"written to {write_result('epoch-cutting', figures, {}, repeats=options.studies)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
