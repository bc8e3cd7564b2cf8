"""The leaderboard as people see it in a log."""

from dataclasses import replace

from platform.console.leaderboard_table import print_dropped, print_leaderboard
from platform.study.leaderboard import LeaderboardRow
from platform.study.records import DroppedRecord
from spotformer_core.metrics.counts import Counts


def row(number, params=None):
    """Honest F1 4/6 overall, 1/2 macro, 1 micro; F1 3/4 by the paper's protocol."""
    honest = {"overall": Counts(2, 1, 1), "macro": Counts(1, 1, 1), "micro": Counts(1, 0, 0)}
    paper = {"overall": Counts(3, 1, 1), "macro": Counts(2, 1, 1), "micro": Counts(1, 0, 0)}
    return LeaderboardRow(name=f"c{number:04d}", params=params or {}, num_folds=3, honest=honest, paper=paper)


def test_both_protocols_stand_side_by_side_under_their_names(capsys):
    print_leaderboard([row(7, {"learning_rate": 0.00123456, "class_balance": "natural"})], title="study toy")

    text = capsys.readouterr().out
    assert text.startswith("study toy")
    assert text.count("(honest)") == 2
    assert text.count("(paper)") == 1
    cells = [cell.strip() for line in text.splitlines() if "c0007" in line for cell in line.strip("│").split("│")]
    assert cells[:7] == ["1", "c0007", "0.6667", "0.5000", "1.0000", "0.7500", "2/1/1"]
    assert "class_balance natural, learning_rate 0.00123" in text


def test_ten_rows_are_shown_and_the_others_are_counted(capsys):
    print_leaderboard([row(number) for number in range(13)], title="study toy")

    text = capsys.readouterr().out
    assert "c0009" in text
    assert "c0010" not in text
    assert "... and 3 more" in text


def test_a_study_without_a_complete_configuration_still_has_a_table(capsys):
    print_leaderboard([], title="study toy")

    assert "study toy" in capsys.readouterr().out


def test_the_front_of_two_objectives_is_starred_and_explained(capsys):
    print_leaderboard([replace(row(1), front=True), replace(row(2), front=False)], title="study toy")

    text = capsys.readouterr().out
    assert "c0001 *" in text
    assert "c0002 *" not in text
    assert "*: no other configuration is better in macro or micro F1 without being worse in the other." in text


def test_with_one_objective_nothing_is_starred(capsys):
    print_leaderboard([row(1)], title="study toy")

    assert "*" not in capsys.readouterr().out


def test_dropped_configurations_are_listed_apart_with_what_they_lost_to(capsys):
    dropped = [
        DroppedRecord(configuration=f"c{number:04d}", reference="c0000", num_subjects=8, f1=0.125, reference_f1=0.5)
        for number in range(1, 13)
    ]

    print_dropped(dropped, num_subjects=30)

    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "dropped: c0001 after 8 of 30 subjects, F1 0.125 against 0.500 of c0000 on the same ones"
    assert lines[10:] == ["... and 2 more were dropped"]
