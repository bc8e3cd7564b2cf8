"""The options and the work that `python -m platform.score` and `python -m platform.report score` share."""

import argparse
from pathlib import Path

from platform.console.command import DONE
from platform.reporting.detections import read_detections
from platform.reporting.score_report import print_score, score_report, write_score_json
from platform.reporting.truths import read_truths
from spotformer_core.datasets.releases import ANNOTATION_TABLES
from spotformer_core.metrics.conventions import CONVENTIONS, STRICT, convention_named

DESCRIPTION = (
    "Scores detections in a csv file (video,kind,onset,offset[,score]; kind macro or micro) against a\n"
    "release's own annotation table. Names of videos and frame numbers are the release's: 006_1, s15_0101,\n"
    "spNO.1_a; counted from 1 and at 200 frames per second where the release is. No frames are needed."
)
EXAMPLE_OPTIONS = "--detections mine.csv --annotations FILE --dataset samm-lv --convention strict --json score.json"


def add_score_options(parser: argparse.ArgumentParser) -> None:
    """Adds the options of scoring to a parser."""
    parser.add_argument("--detections", type=Path, required=True, metavar="FILE", help="csv file of the detections")
    parser.add_argument(
        "--annotations", type=Path, required=True, metavar="FILE", help="the release's table, xlsx or xls"
    )
    parser.add_argument("--dataset", choices=list(ANNOTATION_TABLES), required=True)
    parser.add_argument(
        "--convention",
        choices=list(CONVENTIONS),
        default=STRICT.name,
        help="how it is counted (default: %(default)s, the rule of MEGC); docs/scoring.md explains them",
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the scores to FILE as well")


def run_score(options: argparse.Namespace) -> int:
    """Scores the detections, prints the table and writes JSON where that is wished; 0 when it is done."""
    truths = read_truths(options.dataset, options.annotations)
    detections = read_detections(options.detections, recordings=truths.recordings)
    report = score_report(detections, truths, convention_named(options.convention))
    if options.json is not None:
        write_score_json(options.json, report)
    print_score(report)
    return DONE
