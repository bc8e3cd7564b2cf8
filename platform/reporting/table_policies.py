"""`--policy` where a table is read without frames: what counts and what is accepted of it."""

import argparse

from platform.reporting.truths import ROW_POLICIES
from spotformer_core.datasets.policy_choices import policy_values


def add_policy_option(parser: "argparse._ActionsContainer") -> None:
    """Adds `--policy`, for what is accepted of an annotation table."""
    values = policy_values()
    choices = ", ".join(f"{name}={'|'.join(values[name])}" for name in ROW_POLICIES)
    parser.add_argument(
        "--policy",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help=f"what counts and what is accepted of the annotation table, may be given again; the first is the\n"
        f"default: {choices}; docs/datasets.md explains them",
    )
