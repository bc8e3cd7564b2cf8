"""`python -m platform.watch_preemption`: beside Ray on a spot node, until the node is taken back."""

import argparse
import math
import sys

from platform.console.command import DONE, UNDONE, command_parser, run_command
from platform.preemption.metadata import LINK_LOCAL, Metadata
from platform.preemption.notice import Notice
from platform.preemption.watch import AUTO, AWS, GCP, Watch, provider_here
from spotformer_core.errors import InvalidValueError


def main(options: argparse.Namespace) -> int:
    """Watches until the node goes; UNDONE when Ray could not be told that it goes now."""
    if not (0 < options.every < math.inf):
        raise InvalidValueError(f"--every must be a positive number of seconds, got {options.every}. Try 2.")
    if options.now is not None:
        return _drain_now(options)
    provider = provider_here(
        options.provider,
        Metadata(options.metadata_url),
        heed_rebalance=options.heed_rebalance,
        seconds_between=options.every,
    )
    if provider is None or not provider.may_take_back():
        return DONE
    _watch(options).until_it_goes(provider)
    return DONE


def _drain_now(options: argparse.Namespace) -> int:
    if not (0 <= options.now < math.inf):
        raise InvalidValueError(f"--now must be a number of seconds, 0 or more, got {options.now}. Try 25.")
    if _watch(options).drain(Notice(reason="this node is stopped", seconds=options.now)):
        return DONE
    print("error: Ray did not hear that this node is stopped; its folds will be run again", file=sys.stderr)
    return UNDONE


def _watch(options: argparse.Namespace) -> Watch:
    # Imported here because Ray takes a second to import, which --help, and a machine of no cloud, should not wait for.
    from platform.compute.draining import DrainedNode

    node = DrainedNode(options.address, options.node_id)
    return Watch(node, lambda said: print(said, flush=True), seconds_between=options.every)


def parser() -> argparse.ArgumentParser:
    """The command line of `python -m platform.watch_preemption`."""
    command = command_parser(
        "watch_preemption",
        "Runs beside Ray on a spot node. When the cloud's metadata say that the node is taken back, Ray is told: the\n"
        "node gets no new folds, a search finishes there what can be finished in time and runs the rest elsewhere. It\n"
        "ends with the node, or with Ray on it. Where there is no cloud, or no spot node, it ends at once.",
        "python -m platform.watch_preemption --address $RAY_HEAD_IP:6379",
    )
    command.add_argument(
        "--provider", choices=(AUTO, AWS, GCP), default=AUTO, help="whose metadata are read (default: whose answer)"
    )
    command.add_argument("--metadata-url", default=LINK_LOCAL, metavar="URL", help="of them (default: %(default)s)")
    command.add_argument(
        "--every", type=float, default=2.0, metavar="SECONDS", help="between two looks (default: %(default)s)"
    )
    command.add_argument(
        "--heed-rebalance",
        action="store_true",
        help="leave an AWS node on a recommendation to rebalance too, which may come before the notice, or for nothing",
    )
    command.add_argument(
        "--now",
        type=float,
        metavar="SECONDS",
        help="read no metadata: the node goes in SECONDS; ends when Ray has left it, or when they are over",
    )
    command.add_argument("--address", default="", metavar="HOST:PORT", help="of the cluster (default: this machine's)")
    command.add_argument(
        "--node-id", default="", metavar="ID", help="Ray's, where a machine has several (default: this machine's)"
    )
    return command


if __name__ == "__main__":
    sys.exit(run_command(main, parser(), sys.argv[1:]))
