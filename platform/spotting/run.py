"""Spots in many videos at once: one Ray task per video, which reports as it goes. Ray must be connected."""

from collections.abc import Iterator, Sequence
from typing import Any

import ray

from platform.compute.ray_logs import place_of_logs
from platform.spotting.orders import SpotOrder
from platform.spotting.work import FramesDone, SpotOutcome, spot_video

_RETRIES = 1
_PARTS_AHEAD = 8
"""Messages that a worker may have sent before it waits for them to be read."""


def spot_videos(orders: Sequence[SpotOrder], *, num_workers: int) -> Iterator[FramesDone | SpotOutcome]:
    """Yields progress and, once for every order, its outcome, as they come.

    A video that kills its worker is tried once more; killing that too, it is a problem while the others go on. After a
    full disk no further video is begun.
    """
    # Without retries of what it raises: the work turns everything it knows into outcomes.
    task = ray.remote(num_cpus=1, max_retries=_RETRIES, num_returns="streaming")(spot_video)
    options = {"_generator_backpressure_num_objects": _PARTS_AHEAD}
    waiting = list(reversed(orders))
    running: dict[Any, SpotOrder] = {}
    while waiting or running:
        while waiting and len(running) < num_workers:
            order = waiting.pop()
            running[task.options(**options).remote(order)] = order
        ready, _ = ray.wait(list(running), num_returns=1, fetch_local=False)
        for stream in ready:
            part = _next_part(stream, running[stream])
            if isinstance(part, SpotOutcome):
                del running[stream]
                if part.disk_full:
                    waiting.clear()
            yield part


def _next_part(stream: Any, order: SpotOrder) -> FramesDone | SpotOutcome:
    try:
        part: FramesDone | SpotOutcome = ray.get(next(stream))
    except (ray.exceptions.RayError, StopIteration) as error:
        reason = str(error).strip().splitlines()[0] if str(error).strip() else "it ended without an outcome"
        problem = (
            f"{order.name}: a worker died on it, retries included ({reason}); Ray's logs say how: {place_of_logs()}"
        )
        return SpotOutcome(name=order.name, problem=problem)
    return part
