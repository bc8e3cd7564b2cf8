"""`python -m platform.score`: emotions, offset 0, no kinds, seconds, other formats and several datasets in one call."""

import json

import pytest

from platform.console.command import DONE, MISTAKE
from spotformer_core.datasets import cas_me_2

PLAIN_HEADER = "recording,subject,kind,onset,apex,offset,emotion\n"
# Of anna three micro-expressions in two recordings; of ben one, and he has no detection.
PLAIN = (
    PLAIN_HEADER + "a,anna,micro,0,,9,Happy\na,anna,micro,20,,29,sad\nb,anna,micro,0,,9,sad\nc,ben,micro,0,,9,happy\n"
)
# The second finds the first truth again, the third finds the second truth, the fourth nothing; d has no truth.
DETECTED = "video,kind,onset,offset,emotion\na,me,-2,9,happy\na,me,0,10,SAD\na,me,20,29,sad\na,me,50,59,sad\n"


def test_emotions_of_found_expressions_are_scored_as_strs_has_them(run):
    code, written, printed = run("--convention", "strs", "--emotions", sets=[("plain", PLAIN, DETECTED)])

    assert code == DONE
    # Three pairs: happy-happy, sad-happy, sad-sad; one false detection; the truth in b is missed; ben is left out.
    assert {name: written["micro"][name] for name in ("tp", "fp", "fn", "found", "predictions", "truths")} == {
        "tp": 3,
        "fp": 1,
        "fn": 1,
        "found": 2,
        "predictions": 4,
        "truths": 3,
    }
    f1_spotting = 2 * 3 / (2 * 3 + 1 + 1)
    # happy: precision 1, recall 1/2, F1 2/3; sad: precision 1/2, recall 1, F1 2/3.
    assert written["emotions"]["micro"] == {
        "pairs": 3,
        "right": 2,
        "precision": pytest.approx(3 / 4),
        "recall": pytest.approx(3 / 4),
        "f1": pytest.approx(3 / 4),
        "uf1": pytest.approx(2 / 3),
        "uar_strs_metric": pytest.approx(3 / 4),
        "uar": pytest.approx(3 / 4),
        "f1_spotting": pytest.approx(f1_spotting),
        "strs": pytest.approx(f1_spotting * 3 / 4),
    }
    assert written["left_out"] == {"detections": 0, "truths": 1}
    assert "recognition of what was spotted" in printed.out


def test_a_table_of_strs_metric_without_kinds_is_scored_over_all_kinds(run):
    table = "subject,video,onset,offset,emotion\nanna,a,-2,9,happy\nanna,a,20,29,sad\n"

    code, written, printed = run("--convention", "strs", "--emotions", sets=[("plain", PLAIN, table)])

    assert code == DONE
    assert "macro" not in written
    assert (written["kinds"], written["overall"]["tp"], written["overall"]["fn"]) == ("any", 2, 1)
    assert "read as STRS-Metric table, 2 detections" in printed.out
    assert "no kind asked for" in printed.out


def test_emotions_of_the_release_are_compared_whatever_their_case(run, cas_me_2_table):
    detected = "vid,pred_onset,pred_offset,type,emotion\n15_0101,301,310,me,Negative\n15_0101,100,200,mae,positive\n"

    code, written, printed = run("--convention", "strs", "--emotions", sets=[("cas-me-2", cas_me_2_table, detected)])

    assert code == DONE
    assert {name: one["right"] for name, one in written["emotions"].items()} == {"macro": 0, "micro": 1, "overall": 1}
    assert (
        "cas-me-2: read as MEGC submission, 2 detections; names written otherwise in 2 of them: '15_0101' is s15_0101"
        in (printed.out)
    )


@pytest.mark.parametrize("convention", ["strict", "megc2020", "strs", "any-kind"])
def test_the_real_cas_me_2_scores_1_against_itself_in_the_names_of_megc(run, real_file, convention):
    table = real_file("CASME_sq_gt.xlsx")
    lines = []
    for row in cas_me_2.read_annotations(table):
        offset = row.offset or row.apex
        lines.append(f"{row.recording[1:]},{row.onset:.0f},{offset:.0f},{'mae' if row.kind == 'macro' else 'me'}\n")

    code, written, printed = run(
        *("--convention", convention, "--offset-zero", "apex"),
        sets=[("cas-me-2", table, "vid,pred_onset,pred_offset,type\n" + "".join(lines))],
    )

    assert code == DONE
    assert (written["overall"]["truths"], written["overall"]["found"], written["overall"]["f1"]) == (357, 357, 1.0)
    assert written["truths_with_offset_zero"] == 44
    assert "names written otherwise in 357 of them" in printed.out


def test_an_entry_to_megc2024_is_read_by_indices_and_codes(run, real_file):
    # ORIGIN: rows of the kind that an entrant's public table has; subject 5 is s21 and 22 is s40.
    detected = "subject,video,onset,offset,emotion\n5,anger1,482,504,negative\n22,happy1,598,621,negative\n"

    code, written, printed = run(
        "--convention", "strs", "--emotions", sets=[("cas-me-2", real_file("CASME_sq_gt.xlsx"), detected)]
    )

    assert code == DONE
    assert written["overall"]["predictions"] == 2
    assert "read as STRS-Metric table, 2 detections; names written otherwise in 2 of them: '5 anger1' is s21_0401" in (
        printed.out
    )


@pytest.mark.parametrize(
    ("arguments", "sets", "message"),
    [
        (["--emotions"], [("plain", PLAIN, DETECTED)], "--emotions must come with --convention strs"),
        (
            ["--emotions", "--convention", "strs"],
            [("plain", PLAIN, DETECTED.replace(",emotion", ",score").replace("happy", "1").replace("SAD", "1"))],
            "score must be a finite number",
        ),
        (
            ["--emotions", "--convention", "strs"],
            [("plain", PLAIN, "video,kind,onset,offset\na,me,1,2\n")],
            "detections must have an emotion each for --emotions, got none",
        ),
        (
            ["--emotions", "--convention", "strs"],
            [("plain", PLAIN.replace(",Happy", ","), DETECTED)],
            "every annotated expression must have an emotion for --emotions, got none in 1 rows",
        ),
        (
            [],
            [("plain", PLAIN, "video,onset,offset\na,1,2\n")],
            "detections must say of which kind they are where strict counts them",
        ),
        (
            ["--first-frame", "1"],
            [("plain", PLAIN, DETECTED)],
            "--first-frame must come with --detections-fps",
        ),
        (
            ["--detections-fps", "30", "--detections-fps", "30"],
            [("plain", PLAIN, DETECTED)],
            "--detections-fps must be given once, or once for each of 1 datasets, got 2",
        ),
        (
            ["--dataset", "plain"],
            [("plain", PLAIN, DETECTED)],
            "--dataset, --annotations and --detections must be given once for each dataset, got 2 --dataset, 1",
        ),
        (
            ["--convention", "strs"],
            [("plain", PLAIN, DETECTED), ("plain", PLAIN, "video,onset,offset\na,1,2\n")],
            "detections that are scored together under strs must all have kinds or none",
        ),
    ],
)
def test_what_does_not_fit_is_refused_before_anything_is_scored(run, arguments, sets, message):
    code, written, printed = run(*arguments, sets=sets)

    assert (code, written, printed.out) == (MISTAKE, None, "")
    assert message in printed.err


def test_action_units_are_no_emotions(run, samm_lv_table):
    detected = "video,kind,onset,offset,emotion\n006_1,macro,1,9,happy\n"

    code, _, printed = run("--convention", "strs", "--emotions", sets=[("samm-lv", samm_lv_table, detected)])

    assert code == MISTAKE
    assert (
        "got none in the table of samm-lv. CAS(ME)^2 and CAS(ME)^3 have them, SAMM-LV has action units" in printed.err
    )


def test_mistakes_of_all_files_are_told_at_once(run):
    code, written, printed = run(
        sets=[
            ("plain", PLAIN, "video,kind,onset,offset\na,me,9,1\n"),
            ("plain", PLAIN.replace(",0,,9,", ",5,,1,"), DETECTED),
        ]
    )

    assert (code, written) == (MISTAKE, None)
    assert "offset must not be before onset, got onset 9 and offset 1" in printed.err
    assert "the offset must not be before the onset" in printed.err


def test_two_datasets_are_scored_by_themselves_and_together(run):
    # Both have a recording a of a subject anna; each found one of two truths, and the second adds a false detection.
    first = PLAIN_HEADER + "a,anna,micro,0,,9,\na,anna,micro,20,,29,\n"
    second = PLAIN_HEADER + "a,anna,micro,100,,109,\na,anna,macro,20,,90,\n"

    code, written, printed = run(
        sets=[
            ("plain", first, "video,kind,onset,offset\na,micro,0,9\n"),
            ("plain", second, "video,kind,onset,offset\na,macro,20,90\na,micro,0,9\n"),
        ]
    )

    assert code == DONE
    assert [
        (one["dataset"], *(tuple(one[name][count] for count in ("tp", "fp", "fn")) for name in ("micro", "overall")))
        for one in written["datasets"]
    ] == [("plain 1", (1, 0, 1), (1, 0, 1)), ("plain 2", (0, 1, 1), (1, 1, 1))]
    assert [written["overall"][count] for count in ("tp", "fp", "fn", "f1")] == [2, 1, 2, 4 / 7]
    assert "plain 1: convention strict, 1 subject" in printed.out
    assert "plain 2: convention strict, 1 subject" in printed.out
    # Two subjects of one name are two: there is an interval over them.
    assert "together: convention strict, 2 subjects" in printed.out
    assert set(written["intervals"]) == {"macro", "micro", "overall"}


@pytest.mark.parametrize(
    ("offset_zero", "end"), [("symmetric", 200), ("apex", 150), ("apex-plus-20", 170), ("kept", None)]
)
@pytest.mark.parametrize("convention", ["strict", "any-kind", "strs", "spotformer"])
def test_an_offset_0_is_read_as_asked_under_every_convention(run, cas_me_2_table, convention, offset_zero, end):
    # Intervals that begin and end with the truth, which runs from 100.
    detected = "video,kind,onset,offset\n" + "".join(f"s15_0101,macro,100,{one}\n" for one in (150, 170, 200))

    code, written, printed = run(
        *("--convention", convention, "--offset-zero", offset_zero), sets=[("cas-me-2", cas_me_2_table, detected)]
    )

    assert code == DONE
    assert written["overall"]["found"] == (0 if end is None else 1)
    assert written["truths_with_offset_zero"] == 1
    assert f"truths with offset 0: 1, read as {offset_zero}" in printed.out


def test_an_offset_zero_that_changes_nothing_is_said(run):
    _, _, printed = run("--offset-zero", "apex", sets=[("plain", PLAIN, DETECTED)])

    assert "no truth has offset 0: --offset-zero changes nothing" in printed.out


def test_any_kind_needs_no_kind_and_lets_a_kind_find_another(run):
    code, written, _printed = run(
        "--convention", "any-kind", sets=[("plain", PLAIN, "video,onset,offset,score\na,-2,9,0.5\nb,1,9,0.1\n")]
    )

    assert code == DONE
    assert [written["overall"][count] for count in ("tp", "fp", "fn")] == [2, 0, 2]
    assert "macro" not in written


def test_seconds_with_a_rate_are_frames_for_one_dataset_and_not_for_the_other(run):
    results = {"results": {"a": [{"segment": [0, 0.3], "label": "micro"}]}}

    code, written, printed = run(
        *("--detections-fps", "30", "--detections-fps", "frames"),
        sets=[("plain", PLAIN, json.dumps(results)), ("plain", PLAIN, DETECTED)],
    )

    assert code == DONE
    assert [one["read_as"] for one in written["datasets"]] == ["ActivityNet JSON", "detections CSV"]
    assert written["datasets"][0]["micro"]["tp"] == 1
    assert "ActivityNet JSON, 1 detections; in seconds of 30 frames, second 0 is frame 0" in printed.out


@pytest.mark.parametrize("rate", ["0", "-30", "nan", "inf", "1e9", "x" * 1000])
def test_a_rate_that_is_none_is_refused(run, capsys, rate):
    with pytest.raises(SystemExit) as ended:
        run("--detections-fps", rate, sets=[("plain", PLAIN, DETECTED)])

    assert ended.value.code == MISTAKE
    assert "must be a number above 0 and at most 100000, or the word frames" in capsys.readouterr().err


def test_the_interim_table_of_the_lineage_is_scored_in_its_own_numbers(run, real_file):
    detected = "video,kind,onset,offset\nsamm_006_1,macro,81,106\n006_1,micro,509,519\n006_1,micro,1,2\n"

    code, written, printed = run(sets=[("lineage", real_file("samm_lv_every_7th.csv"), detected)])

    assert code == DONE
    assert [written["overall"][count] for count in ("tp", "fp", "truths")] == [2, 1, 502]
    assert "names written otherwise in 2 of them: '006_1' is samm_006_1" in printed.out


def test_detections_before_frame_0_score_what_they_overlap(run):
    # Clipped to begin at 0, the second would overlap by 10 of 11 frames; as it is by 10 of 41.
    detected = "video,kind,onset,offset\na,micro,-5,9\nb,micro,-30,10\n"

    _, written, _ = run(sets=[("plain", PLAIN, detected)])

    assert [written["micro"][count] for count in ("tp", "fp", "fn")] == [1, 1, 3]
