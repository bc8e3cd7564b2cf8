"""The leaderboard as people see it in a log."""

from platform.console.leaderboard_table import print_leaderboard
from platform.study.leaderboard import LeaderboardRow
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
