"""The leaderboard of studies that store several epochs shows `as-released`, and says that it is an oracle."""

import json
import re

import numpy as np
import pytest

from platform import report
from platform.console.command import DONE, run_command
from platform.reporting.comparison_report import AS_RELEASED_LINE, comparison_table
from platform.reporting.decoding_comparison import compare_decodings
from platform.reporting.decoding_report import write_decodings_markdown
from platform.reporting.document import Document
from platform.reporting.document_markdown import as_markdown
from platform.reporting.sections.ranking import leaderboard_section
from platform.reporting.study_comparison import compare_configurations
from platform.reporting.study_facts import study_facts
from platform.study.stored_scores import configuration_of, count_fold
from platform.study.workspace import Workspace
from platform.winner.card import CardFacts, model_card
from search_spaces.vocabulary import Choice, Float, Space
from spotformer_core.metrics.protocols import Protocol
from tests.scored_studies import PLAIN, SUBJECTS, write_study

STATED = {"macro_apex_threshold": 0.5, "micro_apex_threshold": 0.5}
EPOCHS = Space(
    name="toy",
    description="what the released code does: stated thresholds, every epoch stored",
    fixed={"num_epochs": 5, **STATED},
    apex_thresholds=(0.5,),
    dimensions={"window": Choice((9, 11))},
    stored_epochs=(2, 3, 4),
)
DECODINGS = Space(
    name="toy",
    description="decodings of the last epoch",
    dimensions={"window": Choice((9, 11))},
    decoding={"overlap_threshold": Float(0.1, 0.95)},
    num_decodings=4,
)


@pytest.fixture
def workspace(tmp_path) -> Workspace:
    return Workspace(tmp_path)


def leaderboard(workspace: Workspace, *arguments: object) -> int:
    given = ["leaderboard", "--workspace", str(workspace.folder), "--study", "toy", *map(str, arguments)]
    return run_command(report.main, report.parser(), given)


def test_the_oracle_has_the_epoch_at_which_each_held_out_subject_itself_scores_best(workspace):
    folder = workspace.study("toy")
    state = write_study(folder, EPOCHS, num_configurations=2)

    compared = compare_configurations(state)

    assert compared.protocols == (Protocol.HONEST, Protocol.FIXED, Protocol.POOLED, Protocol.AS_RELEASED)
    for one in compared.configurations:
        whole, last = np.zeros(3), np.zeros(3)
        for subject in SUBJECTS:
            # Settings are the last epoch, then 4, 3 and 2; 0.5 is the only threshold. Equal epochs: the earliest.
            counts = count_fold(state, one.name, subject, folder=folder)[:, :, 0].sum(axis=1)[[3, 2, 1, 0]]
            f1 = 2 * (counts[:, 0] + 0.02) / (2 * counts[:, 0] + counts[:, 1] + counts[:, 2])
            whole += counts[f1.argmax()]
            last += counts[3]
        expected, fixed = (2 * tp / (2 * tp + fp + fn) for tp, fp, fn in (whole, last))
        assert one.f1[Protocol.AS_RELEASED]["overall"].value == pytest.approx(expected, abs=1e-12)
        assert one.f1[Protocol.FIXED]["overall"].value == pytest.approx(fixed, abs=1e-12)
        assert expected > fixed


def test_terminal_markdown_and_json_show_the_oracle_by_this_name(workspace, tmp_path, capsys):
    write_study(workspace.study("toy"), EPOCHS)

    assert leaderboard(workspace, "--markdown", tmp_path / "l.md", "--json", tmp_path / "l.json") == DONE

    shown, document = capsys.readouterr().out, (tmp_path / "l.md").read_text()
    values = json.loads((tmp_path / "l.json").read_text())
    figure = f"{values['configurations'][0]['f1']['as-released']['overall']['value']:.4f}"
    assert values["oracle_protocols"] == ["as-released"]
    assert f"as-released (oracle) {figure} (" in " ".join(shown.split())
    assert AS_RELEASED_LINE in shown
    assert AS_RELEASED_LINE in document
    heading, row = (
        line.split(" | ") for line in document.splitlines() if line.startswith(("|  | configuration", "| 1 |"))
    )
    assert row[heading.index("F1 overall (as-released, oracle)")].startswith(f"{figure} (")


def test_the_study_page_shows_the_oracle_in_table_and_chart(workspace):
    write_study(workspace.study("toy"), EPOCHS)

    section = leaderboard_section(study_facts(workspace, "toy"))

    document = Document(title="", lead=(), sections=(section,))
    text = as_markdown(document)
    assert "| F1 overall (pooled) | F1 overall (as-released, oracle) | difference to best |" in text
    assert AS_RELEASED_LINE in text
    (chart,) = [picture.chart for picture in document.pictures()]
    assert [trace.name for trace in chart.data] == ["honest", "fixed", "pooled", "as-released"]


@pytest.mark.parametrize(
    ("space", "headings"),
    [(EPOCHS, "| | honest | fixed | pooled | as-released |"), (PLAIN, "| | honest | fixed | pooled |")],
)
def test_the_model_card_shows_the_oracle_where_epochs_are_stored(workspace, space, headings):
    state = write_study(workspace.study("toy"), space)
    comparison = compare_configurations(state)
    compared = comparison.configurations[0]
    facts = CardFacts(
        study="toy",
        dataset="toy",
        num_recordings=6,
        num_frames=960,
        frames_per_second=30,
        is_rendered=False,
        comparison=comparison,
        compared=compared,
        configuration=configuration_of(state.study, compared.params),
        epoch=5,
        extraction={},
    )

    card = model_card(facts)

    assert headings in card.splitlines()
    assert ("an oracle chooses the epoch on the held-out subject itself" in card) == (space is EPOCHS)


@pytest.mark.parametrize("space", [EPOCHS, PLAIN])
def test_decoding_anew_says_once_what_its_column_of_the_oracle_is(workspace, tmp_path, space):
    state = write_study(workspace.study("toy"), space)

    write_decodings_markdown(tmp_path / "d.md", compare_decodings(state, state), title="toy")

    document = (tmp_path / "d.md").read_text()
    assert document.count(AS_RELEASED_LINE) == 1
    assert document.count("F1 overall (as-released, oracle)") == 1


@pytest.mark.parametrize("space", [PLAIN, DECODINGS])
def test_without_a_choice_of_epochs_there_is_no_oracle(workspace, tmp_path, capsys, space):
    state = write_study(workspace.study("toy"), space)

    assert leaderboard(workspace, "--markdown", tmp_path / "l.md", "--json", tmp_path / "l.json") == DONE

    assert "oracle" not in capsys.readouterr().out
    assert "as-released" not in (tmp_path / "l.md").read_text()
    assert json.loads((tmp_path / "l.json").read_text())["oracle_protocols"] == []
    headings, rows = comparison_table(compare_configurations(state))
    assert len(headings) == len(rows[0]) == 10


@pytest.mark.parametrize(("columns", "intervals"), [(80, 2), (100, 4)])
def test_no_figure_is_broken_in_a_terminal(workspace, capsys, monkeypatch, columns, intervals):
    """In 80 columns an interval stands below the honest F1 and the difference, in 100 below fixed and pooled too."""
    write_study(workspace.study("toy"), EPOCHS, num_configurations=3)
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", str(columns))

    assert leaderboard(workspace) == DONE

    lines = re.sub(r"\x1b\[[0-9;]*m", "", capsys.readouterr().out).splitlines()
    table = [line for line in lines if line.startswith("│")]
    assert max(map(len, lines[: lines.index(table[-1]) + 1])) <= columns
    assert [len(re.findall(r"\(-?\d\.\d{3}, -?\d\.\d{3}\)", line)) for line in table] == [0, intervals] * 3
    wide = "fixed and pooled: in a wider terminal"
    assert any(wide in line for line in lines) == (columns == 80)
