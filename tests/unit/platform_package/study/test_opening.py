"""A study is begun once and continued only with what it was begun with."""

import pytest

from platform.study.journal import Journal, read_journal
from platform.study.opening import open_study
from platform.study.records import ConfigurationRecord, FailureRecord, InfeasibleRecord, ReopenedRecord
from platform.study.state import ConfigurationStatus
from spotformer_core.config import Configuration
from spotformer_core.errors import JournalError, StudyError


@pytest.fixture
def path(tmp_path):
    return tmp_path / "journal.jsonl"


def test_a_new_journal_begins_with_its_study(path, make_study_record):
    with Journal(path) as journal:
        state = open_study(journal, make_study_record())

    assert read_journal(path) == [make_study_record()]
    assert state.configurations == {}


def test_a_study_is_continued_under_the_identity_it_was_begun_with(path, make_study_record, make_fold_record):
    with Journal(path) as journal:
        open_study(journal, make_study_record(identity="first"))
        journal.append(ConfigurationRecord(configuration="c0000", params={}))
        journal.append(make_fold_record("b"))

    with Journal(path) as journal:
        state = open_study(journal, make_study_record(identity="second"))

    assert state.study.identity == "first"
    assert state.missing_folds("c0000") == ("a",)
    assert len(read_journal(path)) == 3


@pytest.mark.parametrize(
    ("field", "value", "details"),
    [
        ("dataset", "samm-lv", "dataset is 'toy', asked 'samm-lv'"),
        ("dataset_digest", "beef", "dataset_digest is '00ff', asked 'beef'"),
        ("space", {"name": "other"}, r"space is \{.*'name': 'toy'\}, asked \{'name': 'other'\}"),
        ("seed", 8, "seed is 7, asked 8"),
        ("scheduling", "free-running", "scheduling is 'reproducible', asked 'free-running'"),
        ("lag", 3, "lag is 2, asked 3"),
        ("subjects", ["a", "b"], r"subjects is \['b', 'a'\], asked \['a', 'b'\]"),
        ("extraction", {"face_size": 320}, r"extraction is \{'face_size': 160\}, asked \{'face_size': 320\}"),
        ("decodings", [{}, {"macro_duration": 50}], r"decodings is \[\{\}\], asked \[\{\}, \{'macro_duration': 50\}\]"),
        ("sampler", "random", "sampler is 'tpe', asked 'random'"),
        ("racing", "careful", "racing is 'off', asked 'careful'"),
        ("stack_folds", 4, "stack_folds is 1, asked 4"),
        ("prior_studies", ["other"], r"prior_studies is \[\], asked \['other'\]"),
        ("versions", {"torch": "3.0"}, r"versions is \{'torch': '2.13.0'\}, asked \{'torch': '3.0'\}"),
    ],
)
def test_what_differs_from_the_study_in_the_journal_is_named(path, make_study_record, field, value, details):
    with Journal(path) as journal:
        open_study(journal, make_study_record())

    with Journal(path) as journal, pytest.raises(StudyError, match=rf"{path.parent}: {details}\. Repeat the first"):
        open_study(journal, make_study_record(**{field: value}))
    assert read_journal(path) == [make_study_record()]


def test_all_differences_are_named_at_once_and_long_ones_cut_short(path, make_study_record):
    with Journal(path) as journal:
        open_study(journal, make_study_record())

    with Journal(path) as journal, pytest.raises(StudyError) as caught:
        open_study(journal, make_study_record(seed=8, dataset_digest="f" * 200))

    message = str(caught.value)
    assert "seed is 7, asked 8" in message
    assert f"asked '{'f' * 156}..." in message
    assert "f" * 157 not in message


def test_failed_configurations_are_opened_again_and_the_journal_says_so(path, make_study_record, make_fold_record):
    with Journal(path) as journal:
        open_study(journal, make_study_record())
        for name in ("c0000", "c0001"):
            journal.append(ConfigurationRecord(configuration=name, params={}))
        journal.append(FailureRecord(configuration="c0001", subject="a", reason="loss is NaN"))

    with Journal(path) as journal:
        state = open_study(journal, make_study_record())

    assert state.with_status(ConfigurationStatus.OPEN) == ("c0000", "c0001")
    assert read_journal(path)[-1] == ReopenedRecord(configuration="c0001")


@pytest.mark.parametrize("retry_infeasible", [False, True])
def test_what_did_not_fit_is_tried_again_only_when_that_is_asked(path, make_study_record, retry_infeasible):
    with Journal(path) as journal:
        open_study(journal, make_study_record())
        journal.append(ConfigurationRecord(configuration="c0000", params={}))
        journal.append(InfeasibleRecord(configuration="c0000", subject="a", reason="too large"))

    with Journal(path) as journal:
        state = open_study(journal, make_study_record(), retry_infeasible=retry_infeasible)

    reopened = ReopenedRecord(configuration="c0000") in read_journal(path)
    assert (reopened, tuple(state.open_ones)) == (retry_infeasible, ("c0000",) if retry_infeasible else ())


def test_a_journal_that_does_not_begin_with_its_study_is_refused(path, make_study_record):
    with Journal(path) as journal:
        journal.append(ReopenedRecord(configuration="c0000"))

        with pytest.raises(JournalError, match=rf"must begin with its study, got ReopenedRecord in {path}"):
            open_study(journal, make_study_record())


def test_a_study_that_began_with_other_defaults_is_not_continued_and_says_which(path, make_study_record):
    began = Configuration().parameters() | {"macro_apex_weight": 1.8}
    with Journal(path) as journal:
        open_study(journal, make_study_record(defaults=began))

    with (
        Journal(path) as journal,
        pytest.raises(StudyError, match=r"macro_apex_weight was 1.8, is 1.0\. Its results can still be read"),
    ):
        open_study(journal, make_study_record(defaults=Configuration().parameters()))


def test_a_study_of_an_earlier_version_is_not_continued_with_todays_defaults(path, make_study_record):
    with Journal(path) as journal:
        open_study(journal, make_study_record(defaults={}))

    with (
        Journal(path) as journal,
        pytest.raises(StudyError, match=r"macro_apex_weight was 1.8, is 1.0; .* and \d more\. Its results"),
    ):
        open_study(journal, make_study_record(defaults=Configuration().parameters()))
