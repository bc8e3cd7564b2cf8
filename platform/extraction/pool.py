"""Runs units of work on a pool of Ray Data actors."""

import logging
import warnings
from collections.abc import Generator, Sequence
from contextlib import nullcontext
from typing import Any

import ray
from ray.data import ActorPoolStrategy, DataContext
from ray.util.annotations import RayDeprecationWarning

from platform.compute.draining import nodes_taken_back
from platform.console.libraries import libraries_may_speak
from platform.extraction.native_messages import without_native_messages
from platform.extraction.units import UNIT, UnitOutcome, WorkUnit, from_row

_WORKERS_RESTART_ALWAYS = -1
UNIT_RETRIES = 1
_UNITS_PER_WORKER = 1
"""A second unit waiting at a busy worker could not go to an idle one."""


def run_units(
    worker: type, arguments: tuple[Any, ...], units: Sequence[WorkUnit], *, num_workers: int
) -> Generator[UnitOutcome, None, None]:
    """Yields the outcome of every unit as it ends, begun in the order given.

    A unit that kills its worker is tried once more by another one; killing that too, it yields nothing while the
    others go on. When nodes were taken back meanwhile, what yielded nothing is tried again afterwards. Ray must be
    connected.

    Args:
        worker: a class whose instances map a batch of units to one of outcomes; each keeps what it has loaded.
        arguments: of its constructor.
    """
    waiting = {(unit.recording.name, unit.chunk.start): unit for unit in units}
    while waiting:
        gone = nodes_taken_back()
        for outcome in _run_once(worker, arguments, tuple(waiting.values()), num_workers):
            del waiting[outcome.recording, outcome.first_frame]
            yield outcome
        if nodes_taken_back() == gone:
            break


def _run_once(
    worker: type, arguments: tuple[Any, ...], units: Sequence[WorkUnit], num_workers: int
) -> Generator[UnitOutcome, None, None]:
    _set_up_ray_data()
    items = ray.data.from_items([{UNIT: unit} for unit in units], override_num_blocks=len(units))
    with warnings.catch_warnings():
        # Ray 2.60 announces that these two options will be renamed in 2.64; constraints.txt pins 2.60.
        warnings.simplefilter("ignore", RayDeprecationWarning)
        rows = items.map_batches(
            worker,
            fn_constructor_args=arguments,
            batch_size=1,
            compute=ActorPoolStrategy(
                size=min(num_workers, len(units)), max_tasks_in_flight_per_actor=_UNITS_PER_WORKER
            ),
            num_cpus=1,
            max_restarts=_WORKERS_RESTART_ALWAYS,
            # Left to itself, Ray Data retries for ever a unit that kills its worker.
            max_task_retries=UNIT_RETRIES,
        )
    with nullcontext() if libraries_may_speak() else without_native_messages():
        for row in rows.iter_rows():
            yield from_row(row)


def _set_up_ray_data() -> None:
    context = DataContext.get_current()
    context.enable_progress_bars = False
    context.max_errored_blocks = -1
    # A chunk of large frames may rightly take longer than the half hour after which Ray Data would stop everything.
    context.execution_no_progress_timeout_s = -1
    if not libraries_may_speak():
        logging.getLogger("ray.data").setLevel(logging.ERROR)
