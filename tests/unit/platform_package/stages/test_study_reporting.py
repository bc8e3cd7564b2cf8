"""`python -m platform.report STUDY`, from a study on disk to a page, Markdown, pictures, BibTeX and JSON."""

import json

import numpy as np
import pytest

from platform import report
from platform.console.command import DONE, MISTAKE, run_command
from platform.study.noted_recordings import noted_recording
from platform.study.workspace import Workspace, scores_path
from search_spaces.vocabulary import Choice, LogFloat, Space
from spotformer_core.decoding.score_files import write_scores
from spotformer_core.flow.settings import ExtractionSettings, FlowStrategy
from spotformer_core.flow.store import FlowSource, FlowStore
from tests.reported_studies import complete_study, configuration_records, eventful_study, study_record, write_study

NUM_FRAMES = 90
SETTINGS = ExtractionSettings(max_window=9, face_size=160, region_radius=3)
TINY = Space(
    name="tiny",
    description="",
    fixed={"width": 8, "num_heads": 1, "head_width": 8, "dropout": 0.0, "num_epochs": 1, "batch_size": 64},
    dimensions={"window": Choice((5, 9)), "learning_rate": LogFloat(1e-4, 1e-2)},
    apex_thresholds=(0.3, 0.5, 0.7),
)


def run(workspace, *arguments):
    given = report.with_report_named([*map(str, arguments), "--workspace", str(workspace.folder)])
    return run_command(report.main, report.parser(), given)


def write_flow(workspace, record, settings):
    store = FlowStore.create(workspace.flow_store(record.dataset, settings), settings)
    generator = np.random.default_rng(0)
    for name in record.recordings:
        flow = generator.normal(size=(NUM_FRAMES, settings.num_steps, settings.num_regions, 2)).astype(np.float16)
        recording = noted_recording(record, name, num_frames=NUM_FRAMES)
        store.write(recording, flow, FlowSource(listing="a", content="b", landmarks="insightface:pack"))


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A workspace with a study that has everything: frame scores and flow of two strategies."""
    workspace = Workspace(tmp_path_factory.mktemp("workspace"))
    subjects = ("a", "b")
    record = study_record(space=TINY, subjects=subjects, extraction=SETTINGS.as_dict(), rendered=True)
    params = {"window": 9, "learning_rate": 1e-3}
    folder = write_study(workspace, "tiny", [record, *configuration_records("c0000", params, subjects=subjects)])
    generator = np.random.default_rng(1)
    for subject in subjects:
        scores = {f"{subject}_{n}": generator.random((NUM_FRAMES, 2, 5)).astype(np.float32) for n in (1, 2)}
        write_scores(scores_path(folder, "c0000", subject), scores)
    write_flow(workspace, record, SETTINGS)
    large = ExtractionSettings(max_window=5, face_size=160, region_radius=3, strategy=FlowStrategy.LARGE_WINDOW)
    write_flow(workspace, record, large)
    return workspace


@pytest.fixture
def eventful(tmp_path):
    workspace = Workspace(tmp_path / "workspace")
    write_study(workspace, "made-up", eventful_study())
    return workspace


def test_a_study_alone_is_reported_whole(whole, tmp_path, capsys):
    code = run(whole, "tiny", "--contrast", "--json", tmp_path / "r.json", "--out", tmp_path / "out")

    assert code == DONE
    page, text = ((tmp_path / "out" / name).read_text() for name in ("report.html", "report.md"))
    shown = capsys.readouterr()
    assert str(tmp_path / "out" / "report.html") in shown.out
    assert "without contrastive loss: epoch 1 of 1" in shown.err
    for name in ("fig5-flow-a_1", "fig7-features", "fig8-timeline-a_1"):
        assert (tmp_path / "out" / "figures" / f"{name}.png").read_bytes().startswith(b"\x89PNG")
        assert f"(figures/{name}.png)" in text
        assert f'id="chart-{name}"' in page
    assert "adjacent frames" in text
    assert "large window" in text
    assert "The large window is missing" not in text
    assert "importance needs at least 10 complete configurations, got 1" in text
    values = json.loads((tmp_path / "r.json").read_text())
    assert (values["study"], values["best"], values["rendered"], values["not_drawn"]) == ("tiny", "c0000", True, [])
    assert len(values["files"]) == 6
    # Landmarks were detected, says the flow store.
    assert "Guo2022" in (tmp_path / "out" / "references.bib").read_text()


def test_the_same_study_gives_the_same_bytes(whole, tmp_path):
    for name in ("one", "two"):
        assert run(whole, "tiny", "--out", tmp_path / name) == DONE

    files = sorted(path.relative_to(tmp_path / "one") for path in (tmp_path / "one").rglob("*.*"))
    assert len(files) == 5
    for path in files:
        assert (tmp_path / "one" / path).read_bytes() == (tmp_path / "two" / path).read_bytes()


def test_recordings_and_the_region_can_be_chosen(whole, tmp_path):
    code = run(whole, "study", "tiny", "--recordings", "b_2", "a_2", "--landmark", 57, "--out", tmp_path)

    assert code == DONE
    names = sorted(path.stem for path in (tmp_path / "figures").iterdir())
    assert names == ["fig5-flow-a_2", "fig5-flow-b_2", "fig8-timeline-a_2", "fig8-timeline-b_2"]
    assert "landmark 57" in (tmp_path / "report.md").read_text()


def test_a_running_study_is_reported_into_its_own_folder_and_says_what_is_missing(eventful, capsys, tmp_path):
    assert run(eventful, "made-up", "--json", tmp_path / "r.json") == DONE

    folder = eventful.study("made-up") / "report"
    text = (folder / "report.md").read_text()
    assert sorted(path.name for path in folder.iterdir()) == ["references.bib", "report.html", "report.md"]
    assert "share (PED-ANOVA)" in text
    shown = capsys.readouterr().out
    assert "not drawn: flow of 006_1 (Fig. 5)" in shown
    assert "not drawn: timeline of 006_1 (Fig. 8)" in shown
    assert "needs two networks trained for it: `--contrast` asks for them." in text
    shares = json.loads((tmp_path / "r.json").read_text())["importances"]["overall"]["dimensions"]
    assert sum(one["share"] for one in shares.values()) == pytest.approx(1)


def test_two_objectives_have_importances_of_their_own(tmp_path):
    workspace = Workspace(tmp_path)
    write_study(workspace, "front", complete_study(11, sampler="nsga-ii"))

    assert run(workspace, "front", "--json", tmp_path / "r.json") == DONE

    found = json.loads((tmp_path / "r.json").read_text())["importances"]
    assert list(found) == ["overall", "macro", "micro"]
    assert found["macro"] != found["micro"]


def test_a_study_that_has_just_begun_is_reported_in_words(tmp_path):
    workspace = Workspace(tmp_path)
    write_study(workspace, "new", [study_record(recordings={})])

    assert run(workspace, "new") == DONE

    text = (workspace.study("new") / "report" / "report.md").read_text()
    assert text.count("No configuration is complete yet") == 4
    assert "No configuration was asked yet." in text


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("made-ap",), "got 'made-ap'. Did you mean 'made-up'?"),
        (("tabels",), "Did you mean 'tables'?"),
        (("made-up", "--recordings", "006_9"), "--recordings must name recordings of the study, got '006_9'."),
        (("made-up", "--seed", "-1"), "0 or more, got -1"),
        (("made-up", "--contrast"), "flow is shown where it was extracted here"),
    ],
)
def test_mistakes_end_with_code_2_and_write_nothing(eventful, capsys, arguments, message):
    assert run(eventful, *arguments) == MISTAKE

    assert message in capsys.readouterr().err
    assert not (eventful.study("made-up") / "report").exists()


def test_a_landmark_of_no_region_ends_with_code_2(whole, capsys, tmp_path):
    assert run(whole, "tiny", "--landmark", 30, "--out", tmp_path / "out") == MISTAKE

    assert (
        "--landmark must be that of a region of the study, got 30. Known: 18, 19, 20, 23, " in capsys.readouterr().err
    )
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("given", "read"),
    [
        (["made-up"], ["study", "made-up"]),
        (["--workspace", "w", "made-up"], ["study", "--workspace", "w", "made-up"]),
        (["study", "tables"], ["study", "tables"]),
        (["tables"], ["tables"]),
        (["--help"], ["--help"]),
        ([], []),
    ],
)
def test_a_first_word_that_is_no_report_is_a_study(given, read):
    assert report.with_report_named(given) == read


def test_help_has_an_example(capsys):
    with pytest.raises(SystemExit, match="0"):
        report.parser().parse_args(["study", "--help"])
    assert "python -m platform.report demo-demo-seed0" in capsys.readouterr().out
