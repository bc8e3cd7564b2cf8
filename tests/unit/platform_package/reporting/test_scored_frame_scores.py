"""`python -m platform.score --frame-scores`: the figures of `decode` under the fixed protocol."""

import json

import pytest

from platform import decode, score
from platform.console.command import DONE, MISTAKE, run_command
from spotformer_core.decoding.score_files import write_scores
from tests.frame_scores import RECORDINGS, macro_scores, micro_scores, rows_of, ten, write_truths
from tests.made_up_tables import OPTIONS


@pytest.fixture
def files(tmp_path):
    """Options that name scores of both kinds and their table; the macro scores of one recording are lost."""
    macro = macro_scores()
    del macro["s16_0401"]
    given = ["--dataset", "cas-me-2", "--annotations", str(write_truths(tmp_path)), *OPTIONS]
    for kind, scores, k in (("macro", macro, 20), ("micro", micro_scores(), 5)):
        path = tmp_path / f"{kind}.csv"
        path.write_text("recording,frame,score\n" + rows_of(scores))
        given += ["--frame-scores", f"{kind}={path}", "--k", f"{kind}={k}"]
    return given


def figures(verb, path, *arguments):
    assert run_command(verb.main, verb.parser(), [*map(str, arguments), "--json", str(path)]) == DONE
    return json.loads(path.read_text())


@pytest.mark.parametrize("convention", ["strict", "megc2020", "sl-swin"])
@pytest.mark.parametrize("without", ["missed", "left-out"])
@pytest.mark.parametrize("stated", [(), ("--decoding", "macro_threshold=0.3", "--decoding", "length=1.5")])
def test_score_and_decode_count_the_same_at_stated_thresholds(files, tmp_path, convention, without, stated):
    common = (*files, "--convention", convention, "--without-scores", without, *stated)

    scored = figures(score, tmp_path / "score.json", *common)

    decoded = figures(decode, tmp_path / "decode.json", *common, "--candidates", 1)["thresholds_alone"]["f1"]
    for name in ("macro", "micro", "overall"):
        fixed = decoded[name]["fixed"]
        assert [scored[name][count] for count in ("tp", "fp", "fn")] == [fixed[count] for count in ("tp", "fp", "fn")]
    assert scored["macro"]["tp"] > 0


def test_ten_probabilities_are_scored_as_they_are_decoded(tmp_path):
    write_scores(tmp_path / "fold.arrow", {name: ten(200, seed=i) for i, name in enumerate(RECORDINGS)})
    common = ["--dataset", "cas-me-2", "--annotations", write_truths(tmp_path), *OPTIONS]
    common += ["--frame-scores", tmp_path / "fold.arrow", "--decoding", "macro_apex_threshold=0.3"]

    scored = figures(score, tmp_path / "score.json", *common)

    decoded = figures(decode, tmp_path / "decode.json", *common, "--candidates", 1)["thresholds_alone"]["f1"]
    for name, own in decoded.items():
        assert [scored[name][count] for count in ("tp", "fp", "fn")] == [
            own["fixed"][one] for one in ("tp", "fp", "fn")
        ]
    assert (scored["macro"]["found"], scored["micro"]["found"]) == (8, 4)
    assert scored["datasets"][0]["read_as"] == "frame scores of macro and micro (decoding probabilities)"


def test_what_has_no_scores_is_named(files, capsys):
    assert run_command(score.main, score.parser(), files) == DONE

    assert "1 recording without frame scores, so that their expressions count as missed (s16_0401)" in " ".join(
        capsys.readouterr().out.split()
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--detections", "a.csv"], "--detections has no meaning beside --frame-scores"),
        (["--detections-fps", "30"], "--detections-fps has no meaning beside --frame-scores"),
        (["--emotions", "--convention", "strs"], "--emotions has no meaning beside --frame-scores"),
        (["--dataset", "samm-lv", "--annotations", "b.xlsx"], "frame scores must be of one dataset, got 2 --dataset"),
        (["--decoding", "distance=200"], "distance must be a number from 0 to 100, got 200"),
    ],
)
def test_a_mistake_ends_with_code_2(files, capsys, arguments, message):
    assert run_command(score.main, score.parser(), [*files, *arguments]) == MISTAKE
    assert message in capsys.readouterr().err


def test_options_of_frame_scores_have_no_meaning_without_them(capsys):
    given = ["--dataset", "cas-me-2", "--annotations", "a.xlsx", "--detections", "a.csv", "--k", "macro=3"]

    assert run_command(score.main, score.parser(), given) == MISTAKE

    assert "--k has no meaning without --frame-scores" in capsys.readouterr().err
