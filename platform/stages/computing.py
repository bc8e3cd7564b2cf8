"""The options that say where work runs, and how much of it at a time."""

import argparse
import os


def add_compute_options(parser: argparse.ArgumentParser) -> None:
    """Adds `--workers`, `--address` and `--verbose`."""
    group = parser.add_argument_group("compute")
    group.add_argument(
        "--workers", type=int, metavar="N", default=num_cores(), help="units of work at a time (default: one per core)"
    )
    add_cluster_options(group)


def add_cluster_options(parser: argparse._ActionsContainer) -> None:
    """Adds `--address` and `--verbose`."""
    parser.add_argument(
        "--address", default="", help="of a Ray cluster (default: that of the Ray job we run in, else this machine)"
    )
    parser.add_argument(
        "--verbose", action="store_true", help="let Ray and MLflow print their own messages, those of workers too"
    )


def num_cores() -> int:
    """Processor cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
