"""`python -m platform.demo`: renders the demo dataset, or recordings for a real annotation table."""

import argparse
import sys
from pathlib import Path

from platform.console.command import DONE, command_parser, run_command
from platform.rendering.dataset import (
    DemoSettings,
    Difficulty,
    Layout,
    LayoutSettings,
    copy_annotations,
    layout_plan,
    prepare_root,
)
from platform.stages.computing import num_cores
from platform.stages.rendering import render_demo, render_kept_demo, render_missing
from platform.stages.workspace_options import add_workspace_option
from spotformer_core.datasets.policy_choices import Acceptance
from spotformer_core.datasets.published import PUBLISHED, row_totals
from spotformer_core.datasets.releases import ANNOTATION_TABLES
from spotformer_core.errors import InvalidValueError


def main(options: argparse.Namespace) -> int:
    """Renders what is missing and says what to do with it."""
    if options.annotations is None and options.layout is None:
        return _render_demo(options)
    if options.annotations is None or options.layout is None:
        raise InvalidValueError(
            "--layout and --annotations go together, got only one of them. "
            "Name both to render for a real annotation table, or neither for the demo."
        )
    return _render_layout(options)


def _render_demo(options: argparse.Namespace) -> int:
    settings = DemoSettings(
        num_subjects=options.subjects,
        recordings_per_subject=options.recordings_per_subject,
        seconds=options.seconds,
        macro_per_recording=options.macro_per_recording,
        micro_per_recording=options.micro_per_recording,
        difficulty=Difficulty(options.difficulty),
        seed=options.seed,
    )
    if options.root is None:
        root = options.workspace.demo_root
        options.workspace.storage.require_usable()
        rendered = render_kept_demo(options.workspace, settings, num_workers=options.workers)
    else:
        root = options.root.expanduser().resolve()
        rendered = render_demo(root, settings, num_workers=options.workers)
    print(f"demo dataset in {root}: {rendered} recordings rendered now, the others were there")
    print(f"next: python -m platform.search --dataset demo --root {root}")
    return DONE


def _render_layout(options: argparse.Namespace) -> int:
    layout = Layout(options.layout)
    if options.root is None:
        raise InvalidValueError("--root must name the folder to render into, got none. Add --root DIR.")
    root = options.root.expanduser().resolve()
    rows = ANNOTATION_TABLES[layout](options.annotations)
    plans = layout_plan(layout, rows, recordings=options.recordings or None, seed=options.seed)
    settings = LayoutSettings.of_annotation(options.annotations, layout=layout, seed=options.seed)
    prepare_root(root, settings)
    rendered = render_missing(plans, root, settings, num_workers=options.workers)
    copy_annotations(options.annotations, root, layout=layout)
    print(f"{len(plans)} recordings in {root}: {rendered} rendered now, the others were there")
    skip = " --missing-recordings skip" if options.recordings else ""
    is_other = not options.recordings and row_totals(rows) != PUBLISHED[layout]
    accept = f" --policy other-totals={Acceptance.ACCEPT}" if is_other else ""
    print(f"next: python -m platform.search --dataset {layout} --root {root}{skip}{accept}")
    return DONE


def parser() -> argparse.ArgumentParser:
    """The command line of `python -m platform.demo`."""
    defaults = DemoSettings()
    command = command_parser(
        "demo",
        "Renders a dataset of faces with known macro- and micro-expressions in the tree of CAS(ME)^2. Every subject is "
        "a warp\nof one public-domain photograph: figures on it test the software and say nothing about people.",
        "python -m platform.demo --subjects 6 --seconds 8",
    )
    command.add_argument("--root", type=Path, metavar="DIR", help="folder to render into (default: WORKSPACE/demo)")
    add_workspace_option(command)
    command.add_argument("--seed", type=int, default=0, help="equal seeds give equal frames (default: 0)")
    command.add_argument("--workers", type=int, default=num_cores(), help="processes (default: one per core)")
    demo = command.add_argument_group("demo dataset")
    demo.add_argument("--subjects", type=int, default=defaults.num_subjects, help="default: %(default)s")
    demo.add_argument(
        "--recordings-per-subject", type=int, default=defaults.recordings_per_subject, help="default: %(default)s"
    )
    demo.add_argument("--seconds", type=float, default=defaults.seconds, help="per recording, default: %(default)s")
    for kind in ("macro", "micro"):
        name = f"{kind}_per_recording"
        demo.add_argument(
            f"--{kind}-per-recording", type=int, default=getattr(defaults, name), help="default: %(default)s"
        )
    demo.add_argument(
        "--difficulty",
        choices=[str(difficulty) for difficulty in Difficulty],
        default=str(defaults.difficulty),
        help="how large and long the expressions are (default: %(default)s)",
    )
    real = command.add_argument_group("recordings for a real annotation table")
    real.add_argument("--layout", choices=[str(layout) for layout in Layout], help="the tree to render")
    real.add_argument("--annotations", type=Path, metavar="FILE", help="the release's own table, xlsx or xls")
    real.add_argument("--recordings", nargs="+", default=[], metavar="NAME", help="only these (default: all)")
    return command


if __name__ == "__main__":
    sys.exit(run_command(main, parser(), sys.argv[1:]))
