"""The options that say where everything is written, and where it is kept."""

import argparse
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from platform.study.workspace import Workspace, default_workspace


def add_workspace_option(parser: argparse.ArgumentParser) -> None:
    """Adds `--workspace` and `--storage`; the options have a `Workspace` under the name `workspace`."""
    parser.add_argument(
        "--workspace",
        action=_changed(lambda workspace, text: replace(workspace, folder=Path(text).expanduser().resolve())),
        default=default_workspace(),
        metavar="DIR",
        help="folder for everything that is written (default: $SPOTFORMER_WORKSPACE, else ./workspace; "
        "in a Ray job ~/spotformer-workspace)",
    )
    parser.add_argument(
        "--storage",
        dest="workspace",
        action=_changed(lambda workspace, text: replace(workspace, storage_uri=text)),
        metavar="URI",
        help="object store that keeps the workspace where nodes share no disk: s3://BUCKET/PREFIX or "
        "gs://BUCKET/PREFIX (default: $SPOTFORMER_STORAGE, else none; docs/storage.md)",
    )


def _changed(change: Callable[[Workspace, str], Workspace]) -> type[argparse.Action]:
    class Changed(argparse.Action):
        def __call__(
            self,
            parser: argparse.ArgumentParser,
            namespace: argparse.Namespace,
            values: Any,
            option_string: str | None = None,
        ) -> None:
            del parser, option_string
            setattr(namespace, self.dest, change(getattr(namespace, self.dest), values))

    return Changed
