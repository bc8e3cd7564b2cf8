"""Mistakes in `python -m platform.decode --frame-scores`: named with the value and the repair, exit code 2."""

from functools import partial

import pytest

from platform import decode
from platform.console.command import MISTAKE, run_command
from tests import frame_scores
from tests.frame_scores import rows_of, run_decode, write_truths
from tests.made_up_tables import OPTIONS


@pytest.fixture
def macro_scores():
    return frame_scores.macro_scores()


@pytest.fixture
def run(tmp_path):
    return partial(run_decode, tmp_path)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--candidates", "0"], "error: --candidates must be at least 1, got 0"),
        (["--seed", "-1"], "error: --seed must be 0 or more, got -1"),
        (["--vary", "macro_threshold=0.1:0.2"], "other than apex thresholds, got 'macro_threshold'"),
        (["--vary", "smoothin=1:2"], "got 'smoothin'. Did you mean 'smoothing'?"),
        (["--vary", "smoothing=1:200"], "smoothing must be a number from 0 to 100, got"),
        (["--vary", "smoothing=true,false"], "smoothing must be a number, got"),
        (["--decoding", "smoothing=-1"], "smoothing must be a number from 0 to 100, got -1"),
        (["--decoding", "overlap_threshold=0.5"], "--decoding must name a field of the decoding, got 'overlap_thres"),
        (["--decoding", "smoothing=1", "--decoding", "smoothing=2"], "--decoding must be given once for each field"),
        (["--decoding", "smoothing"], "--decoding must be FIELD=VALUE, got 'smoothing'"),
        (
            ["--decoding", "smoothing=much"],
            "a value of --decoding must be a number, true, false, inclusive or exclusive, got 'much'",
        ),
        (["--k", "macro=0"], "--k must be a whole number from 1 to 1000000, got '0'"),
        (["--k", "macro=x"], "--k must be a whole number from 1 to 1000000, got 'x'"),
        (["--k", "micro=5"], "--k must be KIND=NUMBER or KIND=FILE with macro, got 'micro=5'"),
        (["--k", "macro=4", "--k", "macro=5"], "--k must be given once for each kind, got 'macro'"),
        (["--k", "macro=none.csv"], "--k must name a CSV file in UTF-8, got none.csv"),
        (
            ["--convention", "strs"],
            "count each recording and kind by itself where thresholds are chosen, got strs",
        ),
        (["--convention", "any-kind"], "where thresholds are chosen, got any-kind"),
        (["--configurations", "c0001"], "--configurations has no meaning beside --frame-scores"),
        (["--study", "toy"], "--study and --frame-scores must not be given together"),
    ],
)
def test_a_mistake_ends_with_code_2(run, macro_scores, capsys, arguments, message):
    assert run(macro_scores, None, *arguments) == MISTAKE
    assert message in capsys.readouterr().err


def test_the_options_of_files_and_of_a_study_are_told_apart(tmp_path, capsys):
    for given, message in (
        ([], "one of them must be, got neither"),
        (["--study", "toy", "--dataset", "cas-me-2"], "--dataset has no meaning beside --study"),
        (["--study", "toy", "--k", "macro=3"], "--k has no meaning beside --study"),
        (["--study", "toy", "--without-scores", "missed"], "--without-scores has no meaning beside --study"),
        (["--frame-scores", "a.csv"], "--frame-scores needs --dataset, got none"),
        (["--frame-scores", "a.csv", "--dataset", "cas-me-2"], "--frame-scores needs --annotations, got none"),
        (["--frame-scores", "a.csv", "--workspace", str(tmp_path)], "--workspace and --storage have no meaning"),
    ):
        assert run_command(decode.main, decode.parser(), given) == MISTAKE
        assert message in capsys.readouterr().err


def test_files_that_do_not_fit_are_named(run, macro_scores, tmp_path, capsys):
    def mistake(*files):
        given = [argument for file in files for argument in ("--frame-scores", str(file))]
        given += ["--dataset", "cas-me-2", "--annotations", str(write_truths(tmp_path)), *OPTIONS, "--k", "macro=20"]
        assert run_command(decode.main, decode.parser(), given) == MISTAKE
        return capsys.readouterr().err

    path = tmp_path / "macro.csv"
    path.write_text("recording,frame,score\n" + rows_of(macro_scores))
    other = tmp_path / "other.csv"
    other.write_text("recording,frame,score\ns15_0102,1,2\nnobody,1,2\n")

    assert "a file of one score needs the kind that it is about" in mistake(path)
    assert "must be KIND=FILE for every file or for none, got both" in mistake(path, f"macro={path}")
    assert "must be KIND=FILE or FILE, got the kind 'marco'. Did you mean 'macro'?" in mistake(f"marco={path}")
    assert "got 2 of 2 in" in mistake(f"macro={other}")
    assert "that are not: s15_0102, nobody. Did you mean 's15_0101'?" in mistake(f"macro={other}")
    assert "must be given once, got 's15_0101'" in mistake(f"macro={path}", f"macro={path}")
    assert "peaks need --k micro=NUMBER" in mistake(f"macro={path}", f"micro={path}")
    del macro_scores["s15_0101"]
    assert run({"s15_0101": [0, 1, 0]}, None, "--without-scores", "left-out") == MISTAKE
    assert "of at least 2 subjects with something to count for macro, got 1" in capsys.readouterr().err


def test_every_recording_with_scores_needs_a_k_of_its_own(run, macro_scores, tmp_path, capsys):
    path = tmp_path / "k.csv"
    for text, message in (
        ("recording,k\ns15_0101,20\n", "every recording with scores must have a k, got none for s15_0401"),
        ("recording,k\ns15_0101,20\ns15_0101,20\n", "must be given once for each recording, got 's15_0101'"),
        ("recording,k\ns15_0101,2.5\n", "must be a whole number from 1 to 1000000, got '2.5'"),
        ("recording,half\n", "must be recording and k, among others, got ['recording', 'half']"),
        ("", "must be recording and k, among others, got None"),
    ):
        path.write_text(text)

        assert run(macro_scores, None, "--k", f"macro={path}") == MISTAKE

        assert message in capsys.readouterr().err
