"""`python -m platform.decode --frame-scores`, from files of scores to tables and JSON; and the planted leak."""

import json
from functools import partial

import pytest

from platform import decode
from platform.console.command import DONE, run_command
from spotformer_core.decoding.frame_score_tables import PROBABILITIES
from spotformer_core.decoding.score_files import write_scores
from tests import frame_scores
from tests.frame_scores import RECORDINGS, SUBJECTS, bumps, run_decode, ten, write_truths
from tests.made_up_tables import OPTIONS


@pytest.fixture
def macro_scores():
    return frame_scores.macro_scores()


@pytest.fixture
def run(tmp_path):
    return partial(run_decode, tmp_path)


@pytest.fixture
def micro_scores():
    return frame_scores.micro_scores()


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
            assert found["f1"][name].keys() == {"honest", "fixed", "pooled", "own-score"}
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
    for line in ("macro: 8 recordings of 4 subjects, 8 annotated macro-expressions", "own-score: each subject"):
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


def test_recordings_may_be_written_as_other_tools_write_them(decoded, macro_scores, tmp_path):
    usual = decoded(macro_scores)
    other = {f"casme_0{name[1:]}": own for name, own in macro_scores.items()}
    path = tmp_path / "k.csv"
    path.write_text("recording,k\n" + "".join(f"{name[1:]},20\n" for name in macro_scores))

    assert decoded(other, None, "--k", f"macro={path}") == usual


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
    assert after["own-score"]["macro"]["s19"] != before["own-score"]["macro"]["s19"]


def test_ten_probabilities_are_decoded_as_spotformer_does_from_a_table_or_from_files_of_folds(tmp_path):
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
        given += ["--dataset", "cas-me-2", "--annotations", write_truths(tmp_path), *OPTIONS]
        given += ["--candidates", 3, "--json", tmp_path / "o.json"]

        assert run_command(decode.main, decode.parser(), list(map(str, given))) == DONE

        results.append(json.loads((tmp_path / "o.json").read_text()))

    assert results[0] == results[1]
    assert results[0]["decoding"] == "probabilities"
    honest = results[0]["thresholds_alone"]["f1"]
    assert (honest["macro"]["honest"]["tp"], honest["micro"]["honest"]["tp"]) == (8, 4)
    chosen = results[0]["thresholds_and_decoding"]["chosen"]["honest"]
    # One decoding for both kinds.
    assert all(chosen["macro"][name]["decoding"] == chosen["micro"][name]["decoding"] for name in SUBJECTS)
