"""What a choice on stored scores is worth under each protocol: simulated studies whose truth is known.

    python -m benchmarks.setting_choice

One configuration, whose frame scores are decoded under settings that differ by chance from subject to subject but not
in truth, so that a choice gains nothing. Whatever a protocol reports above the truth is its own optimism.
"""

import argparse
import sys

import numpy as np
from rich.console import Console
from rich.table import Table

from benchmarks.results_file import write_result
from benchmarks.selection_bias import NUM_SUBJECTS, Bias, study, true_f1
from spotformer_core.metrics.protocols import Protocol, Setting, choose_settings

NUM_SETTINGS = (1, 65, 260)
"""No choice; the usual decodings of the last epoch; of four epochs."""
MOST_HONEST_BIAS = 0.01
"""How much lower than the truth the honest protocol may report, beyond what chance explains."""


def reported_f1(num_settings: int, num_subjects: int, generator: np.random.Generator) -> dict[Protocol, float]:
    """What every protocol reports of one study."""
    counts = study(num_settings, num_subjects, generator)
    # Macro-expressions at a single threshold; there are no micro-expressions.
    tables = {
        f"{subject:03d}": np.stack([counts[:, subject], np.zeros_like(counts[:, subject])], axis=1)[:, :, None]
        for subject in range(num_subjects)
    }
    settings = [Setting(decoding=number) for number in range(num_settings)]
    return {protocol: choose_settings(protocol, tables, (0.5,), settings).overall.f1 for protocol in Protocol}


def biases(num_settings: int, num_subjects: int, *, num_studies: int, truth: float) -> dict[Protocol, Bias]:
    """The mean error of every protocol over simulated studies."""
    generator = np.random.default_rng([num_settings, num_subjects])
    reported = [reported_f1(num_settings, num_subjects, generator) for _ in range(num_studies)]
    return {protocol: Bias.of(np.array([one[protocol] for one in reported]) - truth) for protocol in Protocol}


def main() -> int:
    """0 when the honest protocol is nowhere optimistic, and hardly pessimistic."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--studies", type=int, default=200, help="simulated studies (default: 200)")
    options = parser.parse_args()
    truth = true_f1()
    table = Table(title=f"error of the F1 that is reported; in truth it is {truth:.4f}", title_justify="left")
    for column in ("subjects", "settings", *map(str, Protocol)):
        table.add_column(column, justify="right")
    figures: dict[str, float] = {}
    met = True
    for num_subjects in NUM_SUBJECTS:
        for num_settings in NUM_SETTINGS:
            found = biases(num_settings, num_subjects, num_studies=options.studies, truth=truth)
            shown = (f"{bias.mean:+.4f} +- {bias.half_width:.4f}" for bias in found.values())
            table.add_row(str(num_subjects), str(num_settings), *shown)
            for protocol, bias in found.items():
                figures[f"error of {protocol}, {num_subjects} subjects, {num_settings} settings"] = bias.mean
            honest = found[Protocol.HONEST]
            met &= -MOST_HONEST_BIAS - honest.half_width <= honest.mean <= honest.half_width
    Console(width=110).print(table)
    print(f"written to {write_result('setting-choice', figures, {}, repeats=options.studies)}")
    print("every goal is met" if met else "a goal is missed")
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
