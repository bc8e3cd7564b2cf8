"""`python -m platform.decode --frame-scores`, from files of scores to tables and JSON; and the planted leak."""

import json

import numpy as np
import pytest
import xlsxwriter

from platform import decode
from platform.console.command import DONE, MISTAKE, run_command
from spotformer_core.datasets import cas_me_2
from spotformer_core.decoding.frame_score_tables import PROBABILITIES
from spotformer_core.decoding.score_files import write_scores

SUBJECTS = ("s15", "s16", "s19", "s20")
MACRO_AT, MICRO_AT = 60, 150
"""Where the middle of the annotated expression of each kind is, in frames of the release."""


RECORDINGS = [f"{subject}_{stimulus}" for subject in SUBJECTS for stimulus in ("0101", "0401")]


@pytest.fixture
def truths(tmp_path):
    """A table: in the first recording of every subject one expression of each kind, in the second one macro."""
    codes, subjects = [], []
    for subject in SUBJECTS:
        index = 1 + cas_me_2.SUBJECT_FOLDERS.index(subject)
        for clip, middle, half, kind in (
            ("disgust1_1", MACRO_AT, 20, "macro"),
            ("disgust1_2", MICRO_AT, 5, "micro"),
            ("anger1_1", MACRO_AT, 20, "macro"),
        ):
            ends = (middle - half, middle, middle + half)
            codes.append((index, clip, *ends, 4, "negative", f"{kind}-expression", "anger"))
            subjects.append((subject[1:], subject, index))
    book = xlsxwriter.Workbook(tmp_path / "CAS(ME)^2code_final.xlsx")
    sheets = (cas_me_2.CODE_SHEET, codes), (cas_me_2.SUBJECT_SHEET, subjects)
    for name, rows in (*sheets, (cas_me_2.STIMULUS_SHEET, list(cas_me_2.STIMULUS_CODES.items()))):
        sheet = book.add_worksheet(name)
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
    book.close()
    return tmp_path / "CAS(ME)^2code_final.xlsx"


def bumps(num_frames, *, seed, at, width=6.0):
    """Noise with a bump around a frame (counted from 1)."""
    noise = np.random.default_rng(seed).random(num_frames) * 0.5
    frames = np.arange(1, num_frames + 1)
    return noise + sum(np.exp(-(((frames - one) / width) ** 2)) for one in at)


def rows_of(scores, *, first=1):
    return "".join(f"{name},{first + i},{x:.6f}\n" for name, own in scores.items() for i, x in enumerate(own))


@pytest.fixture
def macro_scores():
    return {name: bumps(200, seed=i, at=[MACRO_AT, 110]) for i, name in enumerate(RECORDINGS)}


@pytest.fixture
def micro_scores():
    return {name: bumps(200, seed=90 + i, at=[MICRO_AT], width=3) for i, name in enumerate(RECORDINGS[::2])}


@pytest.fixture
def run(tmp_path, truths):
    def run(macro, micro=None, *arguments):
        given = ["--dataset", "cas-me-2", "--annotations", truths, "--candidates", 4]
        for kind, scores, k in (("macro", macro, 20), ("micro", micro, 5)):
            if scores is not None:
                (tmp_path / f"{kind}.csv").write_text("recording,frame,score\n" + rows_of(scores))
                given += ["--frame-scores", f"{kind}={tmp_path / kind}.csv"]
                given += [] if "--k" in arguments else ["--k", f"{kind}={k}"]
        return run_command(decode.main, decode.parser(), list(map(str, [*given, *arguments])))

    return run


@pytest.fixture
def decoded(run, tmp_path):
    def decoded(macro, micro=None, *arguments):
        assert run(macro, micro, *arguments, "--json", tmp_path / "out.json") == DONE
        return json.loads((tmp_path / "out.json").read_text())

    return decoded


def test_every_protocol_has_counts_f1_intervals_gaps_and_choices(decoded, macro_scores, micro_scores):
    result = decoded(macro_scores, micro_scores)

    assert (result["decoding"], result["convention"]) == ("peaks", "strict")
    assert {kind: (one["subjects"], one["recordings"], one["truths"]) for kind, one in result["counted"].items()} == {
        "macro": (4, 8, 8),
        "micro": (4, 4, 4),
    }
    for scope, number in (("thresholds_alone", 1), ("thresholds_and_decoding", 5)):
        found = result[scope]
        assert found["decodings"] == number
        for name in ("macro", "micro", "overall"):
            for one in found["f1"][name].values():
                assert one["value"] == pytest.approx(2 * one["tp"] / (2 * one["tp"] + one["fp"] + one["fn"]))
                assert one["low"] <= one["value"] <= one["high"]
            assert found["f1"][name].keys() == {"honest", "fixed", "pooled", "as-released"}
            gap = found["gap"][name]["pooled less honest"]
            value = {protocol: one["value"] for protocol, one in found["f1"][name].items()}
            assert gap["value"] == pytest.approx(value["pooled"] - value["honest"])
            assert value["pooled"] >= value["honest"]
        assert set(found["chosen"]["honest"]["macro"]) == set(SUBJECTS)
        assert {one["threshold"] for one in found["chosen"]["fixed"]["micro"].values()} == {0.6}
        assert len({json.dumps(one) for one in found["chosen"]["pooled"]["macro"].values()}) == 1
    before, after = (
        result[scope]["f1"]["macro"]["honest"]["value"] for scope in ("thresholds_alone", "thresholds_and_decoding")
    )
    assert result["gain"]["macro"]["honest"]["value"] == pytest.approx(after - before)
    assert set(result["thresholds_and_decoding"]["chosen"]["honest"]["macro"]["s15"]["decoding"]) == {
        *("smoothing", "length", "distance", "shift")
    }


def test_equal_seeds_say_the_same_and_other_seeds_draw_other_decodings(decoded, macro_scores):
    first, again, other = (decoded(macro_scores, None, "--seed", seed) for seed in (1, 1, 2))

    assert again == first
    assert other["thresholds_and_decoding"]["chosen"] != first["thresholds_and_decoding"]["chosen"]


def test_table_markdown_and_json_say_the_same(decoded, macro_scores, micro_scores, tmp_path, capsys):
    path = tmp_path / "out.md"

    result = decoded(macro_scores, micro_scores, "--markdown", path)

    shown, written = capsys.readouterr().out, path.read_text()
    for own in result["thresholds_and_decoding"]["f1"].values():
        for one in own.values():
            cell = f"{one['value']:.4f} ({one['low']:.3f}, {one['high']:.3f})"
            assert cell in shown
            assert cell in written
    for line in ("macro: 8 recordings of 4 subjects, 8 annotated macro-expressions", "as-released: every subject by"):
        assert line in shown
        assert line in written


def test_one_kind_alone_has_no_overall_figure(decoded, macro_scores):
    assert set(decoded(macro_scores)["thresholds_alone"]["f1"]) == {"macro"}


def test_what_is_stated_is_the_fixed_protocol(decoded, macro_scores):
    plain = decoded(macro_scores)
    stated = decoded(macro_scores, None, "--decoding", "macro_threshold=0.99", "--decoding", "shift=-1")

    chosen = stated["thresholds_alone"]["chosen"]
    assert {one["threshold"] for one in chosen["fixed"]["macro"].values()} == {0.99}
    assert stated["stated"]["shift"] == -1
    assert stated["thresholds_alone"]["f1"]["macro"]["pooled"] != plain["thresholds_alone"]["f1"]["macro"]["pooled"]


def test_a_grid_that_fits_is_tried_whole(decoded, macro_scores):
    result = decoded(macro_scores, None, "--vary", "length=1,2", "--vary", "distance=0.5,1")

    assert result["thresholds_and_decoding"]["decodings"] == 1 + 2 * 2


def test_k_may_differ_from_recording_to_recording(decoded, macro_scores, tmp_path):
    path = tmp_path / "k.csv"
    path.write_text("recording,subject,k\n" + "".join(f"{name},x,20\n" for name in macro_scores))
    same = decoded(macro_scores, None, "--k", f"macro={path}")
    path.write_text("recording,k\n" + "".join(f"{name},{20 if name[:3] == 's15' else 3}\n" for name in macro_scores))
    other = decoded(macro_scores, None, "--k", f"macro={path}")

    assert same == decoded(macro_scores)
    assert other["thresholds_alone"]["f1"] != same["thresholds_alone"]["f1"]


def test_recordings_without_scores_are_named_and_their_expressions_missed_or_left_out(decoded, macro_scores, capsys):
    del macro_scores["s16_0401"]

    missed = decoded(macro_scores)
    assert "macro: 1 recording without frame scores, so that their expressions count as missed (s16_0401)" in (
        capsys.readouterr().out
    )
    left = decoded(macro_scores, None, "--without-scores", "left-out")
    assert "macro: 1 recording without frame scores, left out with their expressions (s16_0401)" in (
        capsys.readouterr().out
    )

    assert (missed["counted"]["macro"]["truths"], left["counted"]["macro"]["truths"]) == (8, 7)
    assert missed["counted"]["macro"]["missed_without_scores"] == ["s16_0401"]
    counts = {name: one["thresholds_alone"]["f1"]["macro"]["fixed"] for name, one in (("m", missed), ("l", left))}
    assert counts["m"]["fn"] == counts["l"]["fn"] + 1
    assert (counts["m"]["tp"], counts["m"]["fp"]) == (counts["l"]["tp"], counts["l"]["fp"])


def test_a_convention_that_leaves_recordings_out_says_which(decoded, macro_scores, micro_scores, capsys):
    micro_scores |= {name: own for name, own in macro_scores.items() if name.endswith("0401")}

    strict = decoded(macro_scores, micro_scores)
    sl_swin = decoded(macro_scores, micro_scores, "--convention", "sl-swin")

    assert strict["counted"]["micro"]["recordings"] == 8
    assert sl_swin["counted"]["micro"]["left_out_without_truths"] == [f"{name}_0401" for name in SUBJECTS]
    assert "micro: 4 recordings without a micro-expression, left out by convention sl-swin (s15_0401" in (
        capsys.readouterr().out
    )


def test_garbage_scores_of_a_subject_change_nothing_that_is_honestly_chosen_for_it(decoded, macro_scores):
    before = decoded(macro_scores)["thresholds_and_decoding"]["chosen"]
    for name in RECORDINGS:
        if name.startswith("s19"):
            macro_scores[name] = bumps(200, seed=7, at=range(5, 200, 16), width=3)

    after = decoded(macro_scores)["thresholds_and_decoding"]["chosen"]

    assert after["honest"]["macro"]["s19"] == before["honest"]["macro"]["s19"]
    # The same garbage decides where a protocol lets it, so that the line above could fail.
    assert after["as-released"]["macro"]["s19"] != before["as-released"]["macro"]["s19"]


def ten(num_frames, *, seed):
    """Probabilities that are high around both expressions; the network's order of kinds and channels."""
    scores = np.random.default_rng(seed).random((num_frames, 2, 5)) * 0.4
    for kind, middle, half in ((0, MACRO_AT - 1, 20), (1, MICRO_AT - 1, 5)):
        for channel, at in enumerate((middle - half, middle, middle + half)):
            scores[at - 1 : at + 2, kind, channel] = 0.9
    return scores.astype(np.float32)


def test_ten_probabilities_are_decoded_as_spotformer_does_from_a_table_or_from_files_of_folds(run, tmp_path, truths):
    scores = {name: ten(200, seed=i) for i, name in enumerate(RECORDINGS)}
    for subject in SUBJECTS:
        own = {name: one for name, one in scores.items() if name.startswith(subject)}
        write_scores(tmp_path / f"{subject}.arrow", own)
    lines = [
        f"{name},{i + 1},{','.join(f'{x:.9g}' for x in frame.reshape(-1))}\n"
        for name, own in scores.items()
        for i, frame in enumerate(own)
    ]
    table = tmp_path / "ten.csv"
    table.write_text(f"recording,frame,{','.join(PROBABILITIES)}\n{''.join(lines)}")
    results = []
    for files in ([table], [tmp_path / f"{subject}.arrow" for subject in SUBJECTS]):
        given = [argument for file in files for argument in ("--frame-scores", file)]
        given += ["--dataset", "cas-me-2", "--annotations", truths, "--candidates", 3, "--json", tmp_path / "o.json"]

        assert run_command(decode.main, decode.parser(), list(map(str, given))) == DONE

        results.append(json.loads((tmp_path / "o.json").read_text()))

    assert results[0] == results[1]
    assert results[0]["decoding"] == "probabilities"
    honest = results[0]["thresholds_alone"]["f1"]
    assert (honest["macro"]["honest"]["tp"], honest["micro"]["honest"]["tp"]) == (8, 4)
    chosen = results[0]["thresholds_and_decoding"]["chosen"]["honest"]
    # One decoding for both kinds.
    assert all(chosen["macro"][name]["decoding"] == chosen["micro"][name]["decoding"] for name in SUBJECTS)


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
        (["--decoding", "smoothing=much"], "a value of --decoding must be a number, true or false, got 'much'"),
        (["--k", "macro=0"], "--k must be a whole number from 1 to 1000000, got '0'"),
        (["--k", "macro=x"], "--k must be a whole number from 1 to 1000000, got 'x'"),
        (["--k", "micro=5"], "--k must be KIND=NUMBER or KIND=FILE with macro, got 'micro=5'"),
        (["--k", "macro=4", "--k", "macro=5"], "--k must be given once for each kind, got 'macro'"),
        (["--k", "macro=none.csv"], "--k must name a CSV file in UTF-8, got none.csv"),
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


def test_files_that_do_not_fit_are_named(run, macro_scores, tmp_path, truths, capsys):
    def mistake(*files):
        given = [argument for file in files for argument in ("--frame-scores", str(file))]
        given += ["--dataset", "cas-me-2", "--annotations", str(truths), "--k", "macro=20"]
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
    assert "must be in one file, got 's15_0101'" in mistake(f"macro={path}", f"macro={path}")
    assert "peaks need --k micro=NUMBER" in mistake(f"macro={path}", f"micro={path}")
    del macro_scores["s15_0101"]
    assert run({"s15_0101": [0, 1, 0]}, None, "--without-scores", "left-out") == MISTAKE
    assert "of at least 2 subjects to choose macro thresholds on others, got 1" in capsys.readouterr().err


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
