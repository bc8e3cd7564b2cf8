import pytest

from spotformer_core.errors import InvalidValueError
from spotformer_core.training.folds import Fold, leave_one_subject_out


def test_every_subject_is_held_out_once_in_the_order_of_names(make_band):
    bands = [make_band("s2", "c"), make_band("s1", "a"), make_band("s2", "b"), make_band("s3", "d")]

    folds = leave_one_subject_out(bands)

    assert [fold.held_out for fold in folds] == ["s1", "s2", "s3"]
    assert folds[1].training == (bands[1], bands[3])
    assert folds[1].testing == (bands[0], bands[2])


def test_one_subject_cannot_be_left_out(make_band):
    with pytest.raises(InvalidValueError, match=r"subjects must be two or more .*, got \['s1'\]\. Add recordings"):
        leave_one_subject_out([make_band("s1", "a"), make_band("s1", "b")])


def test_a_fold_that_trains_on_its_held_out_subject_is_refused(make_band):
    with pytest.raises(InvalidValueError, match=r"subject 's1' alone .*, got \['leak'\] on the wrong side"):
        Fold(held_out="s1", training=(make_band("s2", "fine"), make_band("s1", "leak")), testing=())


def test_a_fold_that_tests_on_another_subject_is_refused(make_band):
    with pytest.raises(InvalidValueError, match=r"got \['stray'\] on the wrong side"):
        Fold(held_out="s1", training=(), testing=(make_band("s1", "fine"), make_band("s2", "stray")))
