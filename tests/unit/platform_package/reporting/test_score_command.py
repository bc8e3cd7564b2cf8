"""`python -m platform.score`, from files to table and JSON."""

import json
from math import floor

import pytest

from platform import report
from platform import score as score_verb
from platform.console.command import DONE, MISTAKE, run_command
from spotformer_core.datasets import cas_me_3, samm_lv
from spotformer_core.metrics.conventions import CONVENTIONS
from tests.made_up_tables import OPTIONS

# ORIGIN: MDMD on SAMM-LV, log of HeyingGithub/Baseline-project-for-MEGC2020_spotting; F1 as in Table I of [Deng2024].
MDMD = {"macro": (356, 343, 22, 0.0629), "micro": (1436, 159, 29, 0.0364), "overall": (1792, 502, 51, 0.0445)}
MDMD_BY_CONVENTION = dict.fromkeys(("strict", "optimal", "megc2020"), MDMD) | {
    # ORIGIN: genbing99/STRS-Metric at 1802cf5, run on the detections and truths of each kind: TP 22, FP 327, FN 290 and
    # 29, 904, 129.
    "strs": {
        "macro": (349, 312, 22, 0.0666),
        "micro": (933, 158, 29, 0.0532),
        "overall": (1282, 470, 51, 0.0582),
    },
    # Of 22 + 29 truths that are found by their kind, and 19 more that detections of the other kind find.
    "any-kind": {"overall": (1792, 502, 70, 0.0610)},
    "spotformer": {
        "macro": (356, 343, 22, 0.0629),
        "micro": (1436, 159, 28, 0.0351),
        "overall": (1792, 502, 50, 0.0436),
    },
    # Not published: without detections in recordings without truths, and one more false one where nothing is detected.
    "sl-swin": {
        "macro": (349, 343, 22, 0.0590),
        "micro": (933, 159, 28, 0.0510),
        "overall": (1282, 502, 50, 0.0542),
    },
}


def score(*arguments, detections, annotations, dataset="samm-lv"):
    given = ["--detections", str(detections), "--annotations", str(annotations), "--dataset", dataset]
    accepted = [] if annotations.parent.name == "annotations" else OPTIONS
    return run_command(score_verb.main, score_verb.parser(), [*given, *accepted, *arguments])


@pytest.mark.parametrize("convention", MDMD_BY_CONVENTION)
def test_the_published_score_of_mdmd_on_samm_lv_is_found_again(convention, real_file, tmp_path, capsys):
    path = tmp_path / "score.json"

    code = score(
        *("--convention", convention, "--json", str(path)),
        detections=real_file("mdmd_samm_lv_detections.csv"),
        annotations=real_file("SAMM_LongVideos_release.xlsx"),
    )

    assert code == DONE
    written = json.loads(path.read_text())
    assert {
        name: (one["predictions"], one["truths"], one["found"], round(one["f1"], 4))
        for name, one in written.items()
        if name in MDMD
    } == MDMD_BY_CONVENTION[convention]
    assert f"convention {convention}" in capsys.readouterr().out


def test_every_convention_has_a_published_or_counted_figure():
    assert set(MDMD_BY_CONVENTION) == set(CONVENTIONS)


def test_strs_says_what_it_counts_and_what_it_leaves_out(real_file, capsys):
    score(
        *("--convention", "strs"),
        detections=real_file("mdmd_samm_lv_detections.csv"),
        annotations=real_file("SAMM_LongVideos_release.xlsx"),
    )

    printed = capsys.readouterr().out
    assert "macro TP 22, FP 327, FN 290; micro TP 29, FP 904, FN 129; overall TP 51, FP 1231, FN 419" in printed
    # 356 + 1436 detections and 343 + 159 truths, without those counted.
    assert "510 detections in recordings without such truths, 32 truths of subjects without such detections" in printed


def test_table_and_json_say_the_same(samm_lv_table, write_detections, tmp_path, capsys):
    detections = write_detections(
        "video,kind,onset,offset\n006_1,macro,110,190\n006_1,macro,400,500\n006_1,micro,300,341\n007_1,macro,40,80\n"
    )
    path = tmp_path / "new" / "score.json"

    code = score("--json", str(path), detections=detections, annotations=samm_lv_table)

    assert code == DONE
    written = json.loads(path.read_text())
    assert {name: written[name] for name in ("macro", "micro", "overall")} == {
        "macro": {
            "predictions": 3,
            "truths": 2,
            "found": 1,
            "precision": 1 / 3,
            "recall": 1 / 2,
            "f1": 2 / 5,
            "tp": 1,
            "fp": 2,
            "fn": 1,
        },
        "micro": {
            "predictions": 1,
            "truths": 2,
            "found": 1,
            "precision": 1.0,
            "recall": 1 / 2,
            "f1": 2 / 3,
            "tp": 1,
            "fp": 0,
            "fn": 1,
        },
        "overall": {
            "predictions": 4,
            "truths": 4,
            "found": 2,
            "precision": 1 / 2,
            "recall": 1 / 2,
            "f1": 1 / 2,
            "tp": 2,
            "fp": 2,
            "fn": 2,
        },
    }
    assert (written["convention"], written["kinds"], written["offset_zero"]) == ("strict", "apart", "symmetric")
    assert [(one["dataset"], one["read_as"], one["macro"]) for one in written["datasets"]] == [
        ("samm-lv", "detections CSV", written["macro"])
    ]
    table = capsys.readouterr().out
    assert "convention strict, 2 subjects" in table
    overall = next(line for line in table.splitlines() if "overall" in line)
    assert [cell.strip() for cell in overall.strip("│").split("│")][:7] == [
        *("overall", "4", "4", "2", "0.5000", "0.5000", "0.5000")
    ]


def test_the_report_of_this_name_is_the_same_command(samm_lv_table, write_detections, capsys):
    detections = write_detections("video,kind,onset,offset\n006_1,macro,110,190\n")
    given = ["--detections", str(detections), "--annotations", str(samm_lv_table), "--dataset", "samm-lv", *OPTIONS]

    assert run_command(score_verb.main, score_verb.parser(), given) == DONE
    of_the_verb = capsys.readouterr().out
    assert run_command(report.main, report.parser(), ["score", *given]) == DONE

    assert capsys.readouterr().out == of_the_verb
    assert "macro" in of_the_verb


@pytest.mark.parametrize(
    ("convention", "offset", "found"),
    [("strict", 200, 1), ("strict", 149, 0), ("megc2020", 149, 1), ("spotformer", 200, 0)],
)
def test_cas_me_2_is_scored_with_the_ends_that_the_convention_gives(
    convention, offset, found, cas_me_2_table, write_detections, tmp_path
):
    detections = write_detections(f"video,kind,onset,offset\ns15_0101,macro,100,{offset}\ns19_0502,micro,1,9\n")
    path = tmp_path / "score.json"

    code = score(
        *("--convention", convention, "--json", str(path)),
        detections=detections,
        annotations=cas_me_2_table,
        dataset="cas-me-2",
    )

    assert code == DONE
    written = json.loads(path.read_text())
    assert (written["macro"]["found"], written["overall"]["predictions"], written["overall"]["truths"]) == (found, 2, 2)


def test_the_real_cas_me_3_scores_1_against_itself(real_file, write_detections, tmp_path):
    table = real_file("CAS(ME)3_part_A_v2.xls")
    lines = [f"{row.recording},{row.kind},{row.onset:.0f},{row.offset:.0f}" for row in cas_me_3.read_annotations(table)]
    path = tmp_path / "score.json"

    code = score(
        *("--json", str(path)),
        detections=write_detections("\n".join(["video,kind,onset,offset", *lines])),
        annotations=table,
        dataset="cas-me-3",
    )

    assert code == DONE
    written = json.loads(path.read_text())
    assert {name: (one["truths"], one["f1"]) for name, one in written.items() if name in MDMD} == {
        "macro": (3346, 1.0),
        "micro": (860, 1.0),
        "overall": (4206, 1.0),
    }


def test_the_real_samm_lv_scores_1_against_itself(real_file, write_detections, tmp_path):
    table = real_file("SAMM_LongVideos_release.xlsx")
    lines = [
        f"{row.recording},{row.kind},{floor(row.onset + 0.5)},{floor(row.offset + 0.5)}"
        for row in samm_lv.read_annotations(table)
    ]
    path = tmp_path / "score.json"

    code = score(
        *("--json", str(path)),
        detections=write_detections("\n".join(["video,kind,onset,offset", *lines])),
        annotations=table,
    )

    assert code == DONE
    written = json.loads(path.read_text())
    assert {name: (one["truths"], one["f1"]) for name, one in written.items() if name in MDMD} == {
        "macro": (343, 1.0),
        "micro": (159, 1.0),
        "overall": (502, 1.0),
    }


def test_cas_me_2_as_its_release_has_it_scores_1_against_itself(full_cas_me_2_table, write_detections, tmp_path):
    """Recording names, the 44 offsets of 0 and the odd apexes of the release, in its three sheets."""
    table, truths = full_cas_me_2_table
    path = tmp_path / "score.json"

    code = score(
        *("--json", str(path)),
        detections=write_detections("\n".join(["video,kind,onset,offset", *truths])),
        annotations=table,
        dataset="cas-me-2",
    )

    assert code == DONE
    written = json.loads(path.read_text())
    assert {name: (one["truths"], one["f1"]) for name, one in written.items() if name in MDMD} == {
        "macro": (300, 1.0),
        "micro": (57, 1.0),
        "overall": (357, 1.0),
    }


@pytest.mark.parametrize(("convention", "found"), [("strict", 300), ("megc2020", 300), ("spotformer", 256)])
def test_offsets_that_are_not_annotated_are_found_only_where_the_convention_makes_them(
    convention, found, full_cas_me_2_table, write_detections, tmp_path
):
    table, truths = full_cas_me_2_table
    path = tmp_path / "score.json"

    score(
        *("--convention", convention, "--json", str(path)),
        detections=write_detections("\n".join(["video,kind,onset,offset", *truths])),
        annotations=table,
        dataset="cas-me-2",
    )

    assert json.loads(path.read_text())["macro"]["found"] == found


def test_a_single_subject_has_no_interval(cas_me_2_table, write_detections, capsys):
    detections = write_detections("video,kind,onset,offset\ns15_0101,micro,301,310\n")

    assert score(detections=detections, annotations=cas_me_2_table, dataset="cas-me-2") == DONE
    assert " to " not in capsys.readouterr().out


def test_a_mistake_in_the_file_ends_with_code_2_and_writes_nothing(samm_lv_table, write_detections, tmp_path, capsys):
    detections = write_detections("video,kind,onset,offset\n006_1,macro,9,1\n")
    path = tmp_path / "score.json"

    assert score("--json", str(path), detections=detections, annotations=samm_lv_table) == MISTAKE
    assert capsys.readouterr().err.startswith("error: offset must not be before onset, got onset 9 and offset 1")
    assert not path.exists()


def test_annotations_of_another_dataset_end_with_code_2(cas_me_2_table, write_detections, capsys):
    detections = write_detections("video,kind,onset,offset\n006_1,macro,1,9\n")

    assert score(detections=detections, annotations=cas_me_2_table) == MISTAKE
    assert "must have a sheet 'FACS_Movement_Only'" in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [{"dataset": "samm"}, {"convention": "megc"}])
def test_unknown_names_are_refused_by_the_command_line(arguments, samm_lv_table, capsys):
    convention = ["--convention", arguments["convention"]] if "convention" in arguments else []
    dataset = arguments.get("dataset", "samm-lv")

    with pytest.raises(SystemExit) as ended:
        score(*convention, detections="d.csv", annotations=samm_lv_table, dataset=dataset)

    assert ended.value.code == MISTAKE
    assert "invalid choice" in capsys.readouterr().err
