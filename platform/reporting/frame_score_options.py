"""The options that say which frame scores are decoded, how, and against which truths."""

import argparse
from pathlib import Path
from typing import Final

from platform.reporting.frame_scores import WithoutScores
from platform.reporting.table_policies import add_policy_option
from platform.reporting.truths import SCORED_TABLES
from spotformer_core.metrics.conventions import CONVENTIONS, STRICT

OF_DECODING: Final = ("k", "decoding", "without_scores")
OF_FILES: Final = ("dataset", "annotations", "convention", "policy", *OF_DECODING)
"""Names of the options that have no meaning without `--frame-scores`; their defaults say nothing."""


def add_frame_score_options(parser: argparse.ArgumentParser) -> None:
    """Adds `--frame-scores` and what is stated beside it."""
    group = parser.add_argument_group("frame scores of any method (docs/frame-scores.md)")
    add_frame_score_files(group)
    group.add_argument("--dataset", choices=list(SCORED_TABLES), help="dataset that the annotations are of")
    group.add_argument(
        "--annotations",
        type=Path,
        metavar="FILE",
        help="the table of the dataset: xlsx or xls of a release, csv of lineage and plain",
    )
    add_policy_option(group)
    add_decoding_options(group)
    group.add_argument(
        "--convention",
        choices=list(CONVENTIONS),
        help=f"how it is counted (default: {STRICT.name}); docs/scoring.md explains them",
    )


def add_frame_score_files(group: argparse._ActionsContainer) -> None:
    """Adds `--frame-scores`."""
    group.add_argument(
        "--frame-scores",
        action="append",
        default=[],
        metavar="[KIND=]FILE",
        help="Parquet or CSV: recording,frame,score with KIND= macro or micro, or recording,frame and the ten "
        "probabilities of SpotFormer; may be given again",
    )


def add_decoding_options(group: argparse._ActionsContainer) -> None:
    """Adds `--k`, `--decoding` and `--without-scores`."""
    group.add_argument(
        "--k",
        action="append",
        default=[],
        metavar="KIND=NUMBER",
        help="half the usual duration of an expression in frames, for peaks of one score; a CSV file with the columns "
        "recording and k in the place of NUMBER gives every recording its own",
    )
    group.add_argument(
        "--decoding",
        action="append",
        default=[],
        metavar="FIELD=VALUE",
        help="what the decoding states, for instance macro_threshold=0.55; may be given again",
    )
    group.add_argument(
        "--without-scores",
        choices=[str(one) for one in WithoutScores],
        help=f"expressions of recordings that have no frame scores (default: {WithoutScores.MISSED})",
    )
