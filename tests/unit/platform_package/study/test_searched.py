"""What a study searched is read from its own record."""

import pytest

from platform.study.searched import searched_by
from search_spaces.usual_decodings import USUAL_DECODINGS
from search_spaces.vocabulary import Space
from spotformer_core.errors import JournalError
from tests.reported_studies import SPACE, study_record


def test_a_record_gives_the_space_back():
    found = searched_by(study_record())

    assert found.dimensions == dict(SPACE.dimensions)
    assert found.conditions == dict(SPACE.conditions)
    assert found.decoding == {}


def test_decodings_that_were_searched_are_read_too():
    space = Space(name="d", description="", decoding=USUAL_DECODINGS)

    assert searched_by(study_record(space=space)).decoding == dict(USUAL_DECODINGS)


def test_a_kind_of_dimension_of_another_version_is_an_error():
    space = SPACE.as_dict()
    space["dimensions"]["window"]["kind"] = "Spiral"
    record = study_record()
    record.space.clear()
    record.space.update(space)

    with pytest.raises(JournalError, match=r"must be one of .*, got Spiral for window in the journal"):
        searched_by(record)
