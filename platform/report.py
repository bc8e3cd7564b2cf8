"""`python -m platform.report`: what results are worth.

`study`, or the name of a study alone, writes everything about it as a page, Markdown and pictures; `leaderboard`
compares its configurations on the terminal; `tables` puts studies beside the tables of [Deng2024]; `score` is
`python -m platform.score`.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from platform.console.command import DONE, command_parser, run_command
from platform.reporting.comparison_report import (
    print_comparison,
    write_comparison_json,
    write_comparison_markdown,
)
from platform.reporting.own_configurations import own_configurations
from platform.reporting.paper_tables import compared_counts, compared_tables
from platform.reporting.paper_tables_report import (
    PaperReport,
    print_paper_report,
    write_paper_json,
    write_paper_markdown,
)
from platform.reporting.score_command import DESCRIPTION, EXAMPLE_OPTIONS, add_score_options, run_score
from platform.reporting.study_comparison import compare_configurations, read_study
from platform.stages.workspace_options import add_workspace_option
from platform.study.keeping import fetch_journals, fetch_study

_STUDY = "study"


def main(options: argparse.Namespace) -> int:
    """Runs the chosen report."""
    report: int = options.report(options)
    return report


def _study(options: argparse.Namespace) -> int:
    # Imported here because charts and forests take seconds to import, which the other reports should not wait for.
    from platform.stages.paper_pictures import PictureOptions
    from platform.stages.study_reporting import report_as_json, reported_facts, write_report, write_report_json

    pictures = PictureOptions(
        recordings=tuple(options.recordings), landmark=options.landmark, contrast=options.contrast
    )
    fetch_study(options.workspace, options.study)
    facts = reported_facts(
        options.workspace, options.study, pictures=pictures, seed=options.seed, other_names=tuple(REPORTS)
    )
    out = options.out or options.workspace.study(options.study) / "report"
    written = write_report(facts, out, workspace=options.workspace)
    if options.out is None:
        options.workspace.storage.send_folder(out)
    if options.json is not None:
        write_report_json(options.json, report_as_json(facts, written))
    for reason in facts.not_drawn:
        print(f"not drawn: {reason}")
    for path in written:
        print(path)
    return DONE


def _leaderboard(options: argparse.Namespace) -> int:
    fetch_study(options.workspace, options.study)
    state = read_study(options.workspace.study(options.study))
    comparison = compare_configurations(state, seed=options.seed)
    title = f"study {options.study}"
    if options.json is not None:
        write_comparison_json(options.json, comparison)
    if options.markdown is not None:
        write_comparison_markdown(options.markdown, comparison, title=title)
    print_comparison(comparison, title=title)
    return DONE


def _tables(options: argparse.Namespace) -> int:
    fetch_journals(options.workspace)
    own, left_out = own_configurations(options.workspace.studies)
    report = PaperReport(
        tables=compared_tables(own, seed=options.seed), counts=compared_counts(own), left_out=tuple(left_out)
    )
    if options.json is not None:
        write_paper_json(options.json, report)
    if options.markdown is not None:
        write_paper_markdown(options.markdown, report)
    print_paper_report(report)
    return DONE


def with_report_named(argv: Sequence[str]) -> list[str]:
    """The command line with `study` put before the name of a study that stands first; every other one as it is."""
    if not argv or argv[0] in (*REPORTS, "-h", "--help"):
        return list(argv)
    return [_STUDY, *argv]


def parser() -> argparse.ArgumentParser:
    """The command line of `python -m platform.report`, after `with_report_named`."""
    command = command_parser(
        "report",
        "Says what results are worth. The name of a study alone is short for the report `study`.",
        "python -m platform.report demo-demo-seed0",
    )
    reports = command.add_subparsers(required=True, metavar="REPORT")
    for add in REPORTS.values():
        add(reports)
    return command


def _add_study(reports: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    study = reports.add_parser(
        _STUDY,
        help="write everything about a study as one page, Markdown, pictures and BibTeX",
        description="Writes report.html (one file that needs no network), report.md, references.bib and pictures:\n"
        "leaderboard with intervals, what was searched, importance, history, results per subject, protocols, cost,\n"
        "the paper's tables and figures on this study, what went wrong, how to reproduce it. The search may still be\n"
        "running. A study that is named like a report needs the word `study` before it.",
        epilog="examples:\n  python -m platform.report demo-demo-seed0\n"
        "  python -m platform.report study demo-demo-seed0 --recordings demo01_1 --contrast --out DIR",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    study.set_defaults(report=_study)
    study.add_argument("study", metavar="STUDY", help="as the search printed it")
    add_workspace_option(study)
    study.add_argument("--out", type=Path, metavar="DIR", help="default: the folder `report` of the study")
    study.add_argument("--seed", type=int, default=0, help="equal seeds give equal intervals (default: 0)")
    study.add_argument(
        "--recordings",
        nargs="+",
        default=[],
        metavar="NAME",
        help="whose flow and timelines are drawn (default: the one with most expressions)",
    )
    study.add_argument(
        "--landmark",
        type=int,
        metavar="N",
        help="of the region whose flow is drawn, 0-based of 68 (default: the one that moves most)",
    )
    study.add_argument(
        "--contrast",
        action="store_true",
        help="also train the best configuration with and without the contrastive loss, without one subject, and show\n"
        "its features: takes as long as two folds",
    )
    study.add_argument("--json", type=Path, metavar="FILE", help="write the figures to FILE as well")


_LEADERBOARD_EXAMPLE = "python -m platform.report leaderboard --study demo-demo-seed0 --markdown leaderboard.md"


_TABLES_EXAMPLE = "python -m platform.report tables --markdown tables.md"


def _add_tables(reports: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    tables = reports.add_parser(
        "tables",
        help="put the studies of a workspace beside the tables of the paper",
        description="Prints Tables I to VII of the SpotFormer paper beside what the studies of the workspace\n"
        "gave on the same dataset: the difference, and whether the interval over subjects includes the published\n"
        "figure. A dash stands where no study gives one. Studies on rendered recordings or on a part of a dataset are\n"
        "left out, and named.",
        epilog=f"example:\n  {_TABLES_EXAMPLE}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    tables.set_defaults(report=_tables)
    add_workspace_option(tables)
    tables.add_argument("--seed", type=int, default=0, help="equal seeds give equal intervals (default: 0)")
    tables.add_argument("--json", type=Path, metavar="FILE", help="write the figures to FILE as well")
    tables.add_argument("--markdown", type=Path, metavar="FILE", help="write the tables to FILE as well")


def _add_leaderboard(reports: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    leaderboard = reports.add_parser(
        "leaderboard",
        help="compare the configurations of a study, with intervals and the selection-corrected F1",
        description="Compares the complete configurations of a study: F1 under each protocol with 95 % intervals\n"
        "over subjects, paired differences to the best, and the selection-corrected F1 (BBC-CV) of the best.",
        epilog=f"example:\n  {_LEADERBOARD_EXAMPLE}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    leaderboard.set_defaults(report=_leaderboard)
    leaderboard.add_argument("--study", required=True, metavar="NAME", help="as the search printed it")
    add_workspace_option(leaderboard)
    leaderboard.add_argument("--seed", type=int, default=0, help="equal seeds give equal intervals (default: 0)")
    leaderboard.add_argument("--json", type=Path, metavar="FILE", help="write the comparison to FILE as well")
    leaderboard.add_argument("--markdown", type=Path, metavar="FILE", help="write the table to FILE as well")


def _add_score(reports: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    score = reports.add_parser(
        "score",
        help="the same as python -m platform.score",
        description=DESCRIPTION,
        epilog=f"example:\n  python -m platform.report score {EXAMPLE_OPTIONS}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    score.set_defaults(report=run_score)
    add_score_options(score)


REPORTS: Final = {_STUDY: _add_study, "leaderboard": _add_leaderboard, "tables": _add_tables, "score": _add_score}
"""The reports by name, and what adds their options."""

if __name__ == "__main__":
    sys.exit(run_command(main, parser(), with_report_named(sys.argv[1:])))
