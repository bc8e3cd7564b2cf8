"""LGSNet's list in its own numbers becomes rows of the release in the release's."""

import pytest

from spotformer_core.datasets import cas_me_3
from spotformer_core.datasets.annotation_rows import AnnotationRow
from spotformer_core.datasets.counted_rows import LONGEST_FRAMES, counted_rows
from spotformer_core.datasets.lgsnet_list import LIST_FILE, listed_rows, read_list
from spotformer_core.datasets.policies import Policy
from spotformer_core.datasets.policy_choices import AnnotationPolicies, ExpressionLengths
from spotformer_core.datasets.published import totals_beside
from spotformer_core.datasets.recording import ExpressionKind
from spotformer_core.errors import AnnotationError

MACRO, MICRO = ExpressionKind.MACRO, ExpressionKind.MICRO
HEADER = ["subject", "video", "type", "type_idx", "startFrame", "endFrame", "frame_num", "length"]
LISTED = AnnotationPolicies(expression_lengths=ExpressionLengths.LGSNET)


def rows_of(*expressions, recording="spNO.7_b") -> list[AnnotationRow]:
    """Rows of (kind, onset, offset), numbered from 2."""
    return [
        AnnotationRow(
            subject=recording.partition("_")[0],
            recording=recording,
            kind=kind,
            onset=float(onset),
            apex=float(onset),
            offset=float(offset),
            row_number=number,
        )
        for number, (kind, onset, offset) in enumerate(expressions, start=2)
    ]


@pytest.fixture
def list_of(tmp_path, write_csv):
    """The file with rows of (video, type_idx, start, end)."""

    def write(*entries):
        body = [["007", f"/data/{video}", "any", kind, start, end, 900, 0] for video, kind, start, end in entries]
        return write_csv(tmp_path / LIST_FILE, [HEADER, *body])

    return write


def test_every_listed_expression_is_the_row_of_its_kind_and_length_with_the_usual_shift(list_of):
    rows = rows_of((MACRO, 30, 60), (MACRO, 100, 130), (MICRO, 200, 210), (MACRO, 300, 330), (MACRO, 400, 450))
    listed = read_list(list_of(("007/b", 1, 95, 125), ("007/B", 2, 195, 205), ("007/b", 1, 395, 445)))

    assert [row.onset for row in listed_rows(rows, listed)] == [100, 200, 400]


def test_behind_a_gap_that_the_list_closes_up_the_shift_is_larger(list_of):
    rows = rows_of((MACRO, 30, 60), (MACRO, 100, 140), (MACRO, 300, 333), (MACRO, 340, 373), (MACRO, 500, 533))
    listed = read_list(list_of(("7/b/", 1, 25, 55), ("7/b", 1, 95, 135), ("7/b", 1, 292, 325), ("7/b", 1, 492, 525)))

    assert [row.onset for row in listed_rows(rows, listed)] == [30, 100, 300, 500]


def test_a_recording_whose_first_file_is_number_0_is_shifted_back(list_of):
    assert [row.onset for row in listed_rows(rows_of((MICRO, 0, 9)), read_list(list_of(("007/b", 2, 1, 10))))] == [0]


@pytest.mark.parametrize(
    "entry", [("007/b", 1, 95, 126), ("007/b", 2, 95, 125), ("007/c", 1, 95, 125), ("007/b", 1, 102, 132)]
)
def test_a_listed_expression_without_a_row_is_an_error(list_of, entry):
    with pytest.raises(
        AnnotationError, match=r"must be one of the table of the release, got .* in row 2 in .* without"
    ):
        listed_rows(rows_of((MACRO, 100, 130)), read_list(list_of(entry)))


def test_an_expression_that_is_listed_twice_is_an_error(list_of):
    with pytest.raises(AnnotationError, match="without a row of this kind and length"):
        listed_rows(rows_of((MACRO, 100, 130)), read_list(list_of(*[("007/b", 1, 95, 125)] * 2)))


@pytest.mark.parametrize("entry", [("b", 1, 2, 3), ("007/ab", 1, 2, 3), ("007/b", 3, 2, 3), ("x07/b", 1, 2, 3)])
def test_a_file_of_another_form_is_an_error(list_of, entry):
    with pytest.raises(AnnotationError, match="must have a video that ends as 001/a does and a type_idx of 1 or 2"):
        read_list(list_of(entry))


def test_the_policy_reads_the_list_beside_the_table_and_counts_what_it_leaves_out(list_of, tmp_path):
    list_of(("007/b", 1, 95, 125))
    rows = rows_of((MACRO, 30, 60), (MACRO, 100, 130))

    kept, left_out = counted_rows(rows, dataset=cas_me_3.NAME, policies=LISTED, annotations=tmp_path / "table.xls")

    assert (kept, left_out[Policy.LIST_DROPPED]) == ((rows[1],), 1)


def test_a_missing_list_is_an_error_that_names_it(tmp_path):
    with pytest.raises(AnnotationError, match=rf"must be a file, got {tmp_path}/{LIST_FILE}"):
        counted_rows([], dataset=cas_me_3.NAME, policies=LISTED, annotations=tmp_path / "table.xls")


def test_the_list_as_annotation_table_is_an_error_that_says_what_to_do(list_of):
    with pytest.raises(AnnotationError, match=r"Put the list beside .*--policy expression-lengths=lgsnet"):
        cas_me_3.read_annotations(list_of(("007/b", 1, 95, 125)))


def test_the_totals_of_each_choice_stand_beside_the_published_ones(list_of, tmp_path):
    rows = rows_of((MACRO, 30, 160), (MACRO, 100, 130), (MICRO, 200, 215), (MICRO, 300, 330))
    table = tmp_path / "table.xls"

    without = totals_beside(cas_me_3.NAME, rows, lengths=ExpressionLengths.PAPER, annotations=table)
    list_of(("007/b", 1, 95, 125))
    with_list = totals_beside(cas_me_3.NAME, rows, lengths=ExpressionLengths.ALL, annotations=table)

    one_of_each = "1 recordings, 1 subjects, 1 macro, 1 micro"
    assert without[1] == (
        f"cas-me-3, expression-lengths=paper (chosen): {one_of_each}; in SpotFormer's paper 2231 macro, 285 micro, "
        "left by a further filter that is not published"
    )
    assert without[2].startswith(f"cas-me-3, expression-lengths=lgsnet: unknown without {LIST_FILE} beside the table")
    assert with_list[2].endswith(
        "lgsnet: 1 recordings, 1 subjects, 1 macro, 0 micro; published "
        "757 recordings, 97 subjects, 2071 macro, 277 micro"
    )


def test_a_list_made_of_the_real_table_gives_its_rows_back(real_annotation, tmp_path, write_csv):
    rows = cas_me_3.read_annotations(real_annotation(cas_me_3.ANNOTATION_FILE))
    wanted = [row for row in rows if row.offset - row.onset <= LONGEST_FRAMES[row.kind]][::2]
    earliest = {row.recording: row.onset for row in sorted(wanted, key=lambda row: -row.onset)}
    body = []
    for row in wanted:
        subject, letter = row.recording.removeprefix("spNO.").split("_")
        # Recordings begin at 0 to 9, and those of every third subject have a gap of 3 frames behind frame 1000.
        first = min(int(subject) % 10, earliest[row.recording])
        shift = first - 1 + (4 if int(subject) % 3 == 0 and row.onset > 1000 else 0)
        kind = 1 if row.kind is MACRO else 2
        video = f"/x/{subject.zfill(3)}/{letter}"
        body.append([subject.zfill(3), video, "", kind, int(row.onset - shift), int(row.offset - shift), 0, 0])
    path = write_csv(tmp_path / LIST_FILE, [HEADER, *body])

    found = listed_rows(rows, read_list(path))

    assert list(found) == wanted
    assert len(found) == 1326
