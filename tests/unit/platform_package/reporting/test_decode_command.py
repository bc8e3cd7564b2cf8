"""`python -m platform.decode`, from frame scores on disk to tables and JSON; and the planted leak."""

import json
from pathlib import Path

import pytest

from platform import decode
from platform.console.command import DONE, MISTAKE, run_command
from platform.study.workspace import Workspace, scores_path
from spotformer_core.decoding.score_files import read_scores, write_scores
from tests.scored_studies import PLAIN, SUBJECTS, write_garbage, write_study

VARIED = ("--vary", "overlap_threshold=0.1:0.95", "--vary", "macro_duration=20:60", "--candidates", "8")


@pytest.fixture
def workspace(tmp_path) -> Workspace:
    """Two configurations whose folds stored two epochs."""
    workspace = Workspace(tmp_path)
    write_study(workspace.study("toy"), num_configurations=2, rendered=False)
    return workspace


def run(workspace: Workspace, *arguments: object) -> int:
    given = ["--study", "toy", "--workspace", str(workspace.folder), *map(str, arguments)]
    return run_command(decode.main, decode.parser(), given)


def decoded(workspace: Workspace, *arguments: object) -> dict[str, dict]:
    """What `--json` holds, configurations by name."""
    path = workspace.folder / "decoded.json"
    assert run(workspace, *VARIED, "--json", path, *arguments) == DONE
    document = json.loads(path.read_text())
    return {"document": document, **{one["id"]: one for one in document["configurations"]}}


def contents(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_nothing_of_the_study_changes_and_equal_seeds_say_the_same(workspace):
    before = contents(workspace.study("toy"))

    first, again, other = decoded(workspace), decoded(workspace), decoded(workspace, "--seed", 5)

    assert contents(workspace.study("toy")) == before
    assert again == first
    assert other["c0000"]["chosen"] != first["c0000"]["chosen"]


def test_every_protocol_has_its_f1_with_intervals_and_its_choice_for_every_subject(workspace):
    result = decoded(workspace)

    document = result["document"]
    assert (document["rendered"], document["subjects"], document["events"]) == (False, 6, {"macro": 12, "micro": 6})
    assert (document["decodings"], document["epochs"]) == (9, ["last", 2])
    for one in document["configurations"]:
        for protocol in ("honest", "fixed", "pooled", "as-released"):
            assert set(one["chosen"][protocol]) == set(SUBJECTS)
            for kind in ("overall", "macro", "micro"):
                estimate = one["f1"][protocol][kind]
                assert estimate["low"] <= estimate["value"] <= estimate["high"]
        choices = [json.dumps(choice) for choice in one["chosen"]["pooled"].values()]
        assert len(set(choices)) == 1
        assert (one["chosen"]["paper"], one["f1"]["paper"]) == (one["chosen"]["pooled"], one["f1"]["pooled"])
        assert {str(each["thresholds"]) for each in one["chosen"]["fixed"].values()} == {"{'macro': 0.5, 'micro': 0.5}"}
        some = one["chosen"]["honest"]["a"]
        assert some["epoch"] in {2, 5}
        assert set(some["decoding"]) == {"overlap_threshold", "macro_duration"}
        assert one["gain"]["value"] == pytest.approx(one["f1"]["honest"]["overall"]["value"] - one["before"]["value"])


def test_table_and_markdown_say_the_same(workspace, capsys):
    path = workspace.folder / "decoded.md"

    result = decoded(workspace, "--markdown", path)

    shown, written = capsys.readouterr().out, path.read_text()
    assert "study toy: 9 decodings of 2 epochs, chosen on stored scores of 6 subjects" in shown
    best = result["document"]["configurations"][0]
    for protocol in ("honest", "fixed", "pooled", "as-released"):
        estimate = best["f1"][protocol]["overall"]
        cell = f"{estimate['value']:.4f} ({estimate['low']:.3f}, {estimate['high']:.3f})"
        assert cell in shown
        assert cell in written
    assert f"chosen for {best['id']}" in shown
    assert {"## Chosen for c0000", "## Chosen for c0001"} <= set(written.splitlines())
    assert "an oracle chooses the epoch on the held-out subject itself" in shown
    assert "(BBC-CV)" in written
    assert "Nothing was trained" in written


def test_garbage_scores_of_a_subject_change_nothing_that_is_honestly_chosen_for_it(workspace):
    """The planted leak, on files: threshold, decoding and epoch."""
    before = decoded(workspace)

    write_garbage(workspace.study("toy"), "c0000", "c", epochs=(0, 2))

    after = decoded(workspace)
    chosen = {
        name: {
            protocol: found["c0000"]["chosen"][protocol] for protocol in ("honest", "fixed", "pooled", "as-released")
        }
        for name, found in (("before", before), ("after", after))
    }
    assert chosen["after"]["honest"]["c"] == chosen["before"]["honest"]["c"]
    # The same garbage decides where a protocol lets it, so that the line above could fail.
    assert chosen["after"]["pooled"]["c"] != chosen["before"]["pooled"]["c"]
    assert chosen["after"]["fixed"] == chosen["before"]["fixed"]
    assert chosen["after"]["honest"]["a"] != chosen["before"]["honest"]["a"]
    assert after["c0001"]["chosen"] == before["c0001"]["chosen"]


def test_the_choice_for_one_subject_never_depends_on_its_own_scores(workspace):
    before = decoded(workspace, "--configurations", "c0000")["c0000"]["chosen"]["honest"]
    folder = workspace.study("toy")
    for subject in SUBJECTS:
        kept = {epoch: scores_path(folder, "c0000", subject, epoch=epoch).read_bytes() for epoch in (0, 2)}
        write_garbage(folder, "c0000", subject, epochs=(0, 2))

        after = decoded(workspace, "--configurations", "c0000")["c0000"]["chosen"]["honest"]

        assert after[subject] == before[subject]
        for epoch, content in kept.items():
            scores_path(folder, "c0000", subject, epoch=epoch).write_bytes(content)


def test_a_study_that_stored_the_last_epoch_alone_is_decoded_at_that(tmp_path, capsys):
    workspace = Workspace(tmp_path)
    write_study(workspace.study("toy"), PLAIN, rendered=True)

    result = decoded(workspace)

    assert result["document"]["epochs"] == ["last"]
    assert {choice["epoch"] for choice in result["c0000"]["chosen"]["honest"].values()} == {100}
    shown = capsys.readouterr().out
    assert "9 decodings of the last epoch" in shown
    assert "nothing about real faces" in shown


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--candidates", "0"], "error: --candidates must be at least 1, got 0"),
        (["--seed", "-1"], "error: --seed must be 0 or more, got -1"),
        (["--vary", "overlap_treshold=0.1:0.2"], "got 'overlap_treshold'. Did you mean 'overlap_threshold'?"),
        (["--vary", "overlap_threshold=0.1:2"], "overlap_threshold must be in [0, 1], got 2.0"),
        (["--configurations", "c0007"], "must name complete configurations of the study, got 'c0007'"),
    ],
)
def test_a_mistake_ends_with_code_2(workspace, capsys, arguments, message):
    assert run(workspace, *arguments) == MISTAKE
    assert message in capsys.readouterr().err


def test_an_unknown_study_ends_with_code_2(tmp_path, capsys):
    assert run(Workspace(tmp_path)) == MISTAKE
    assert "error: a study must have a journal, got no" in capsys.readouterr().err


def test_frame_scores_that_are_missing_or_no_numbers_are_named(workspace, capsys):
    path = scores_path(workspace.study("toy"), "c0001", "d", epoch=2)
    scores = {name: values.copy() for name, values in read_scores(path).items()}
    scores["d_1"][3, 0, 1] = float("nan")
    write_scores(path, scores)
    assert run(workspace, *VARIED) == MISTAKE
    assert "epoch-2/d.arrow must hold the frame scores of a finished fold, got: scores of d_1 that are no finite" in (
        capsys.readouterr().err
    )

    path.unlink()
    assert run(workspace, *VARIED) == MISTAKE
    assert "epoch-2/d.arrow must hold the frame scores of a finished fold, got: " in capsys.readouterr().err


def test_help_shows_what_is_varied_and_an_example(capsys):
    with pytest.raises(SystemExit) as ended:
        run_command(decode.main, decode.parser(), ["--help"])

    assert ended.value.code == DONE
    shown = capsys.readouterr().out
    assert "max_proposals_per_recording  0, 5" in shown
    assert "python -m platform.decode --study demo-demo-seed0" in shown
