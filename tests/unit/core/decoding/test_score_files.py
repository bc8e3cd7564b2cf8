import numpy as np
import pytest

from spotformer_core.decoding.score_files import read_scores, write_scores
from spotformer_core.errors import StudyError


@pytest.fixture
def scores() -> dict[str, np.ndarray]:
    generator = np.random.default_rng(0)
    return {name: generator.random((frames, 2, 5), np.float32) for name, frames in (("s15_2", 7), ("a b", 1), ("ä", 3))}


@pytest.fixture
def path(tmp_path):
    return tmp_path / "scores" / "0001.arrow"


def test_scores_are_read_back_to_the_last_bit_in_the_order_they_were_written(path, scores):
    write_scores(path, scores)

    found = read_scores(path)

    assert list(found) == ["s15_2", "a b", "ä"]
    for name, values in scores.items():
        assert found[name].dtype == np.float32
        np.testing.assert_array_equal(found[name], values)


def test_scores_that_do_not_lie_in_one_piece_are_written_as_they_are(path, scores):
    turned = {"a": scores["s15_2"][::-1]}

    write_scores(path, turned)

    np.testing.assert_array_equal(read_scores(path)["a"], turned["a"])


def test_what_is_read_cannot_be_written(path, scores):
    write_scores(path, scores)

    assert not read_scores(path)["s15_2"].flags.writeable


def test_nothing_but_the_file_is_left(path, scores):
    write_scores(path, scores)
    write_scores(path, scores)

    assert list(path.parent.iterdir()) == [path]


def test_a_file_that_is_not_there_is_told(path):
    with pytest.raises(
        StudyError, match=r"0001.arrow must hold the frame scores of a finished fold, got: .*No such file"
    ):
        read_scores(path)


@pytest.mark.parametrize("share", [0, 0.2, 0.6, 0.99])
def test_a_file_that_was_cut_off_is_told(path, scores, share):
    write_scores(path, scores)
    data = path.read_bytes()
    path.write_bytes(data[: int(share * len(data))])

    with pytest.raises(StudyError, match=r"0001.arrow must hold the frame scores .*Delete the journal's line"):
        read_scores(path)


def test_a_file_of_something_else_is_told(path):
    path.parent.mkdir()
    path.write_bytes(b"something else " * 50)

    with pytest.raises(StudyError, match=r"0001.arrow must hold the frame scores of a finished fold, got"):
        read_scores(path)


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_a_score_that_is_no_finite_number_is_told_with_its_recording(path, scores, value):
    scores["a b"][0, 1, 2] = value
    write_scores(path, scores)

    with pytest.raises(StudyError, match=r"0001.arrow must .*got: scores of a b that are no finite"):
        read_scores(path)
