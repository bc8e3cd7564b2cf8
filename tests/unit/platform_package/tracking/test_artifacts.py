"""Tables that are stored with a configuration's run."""

import json

from platform.study.records import ConfigurationRecord, from_json, to_json
from platform.study.state import StudyState
from platform.tracking.artifacts import fold_rows


def test_a_state_that_was_read_from_the_journal_gives_the_same_tables_as_the_one_that_wrote_it(state):
    first, *_ = state.configurations.values()
    records = [ConfigurationRecord(configuration=first.name, params=first.params), *first.folds.values()]
    lines = [json.dumps(to_json(record), sort_keys=True) for record in records]
    again = StudyState(state.study, [from_json(json.loads(line)) for line in lines])

    assert json.dumps(fold_rows(again, first.name)) == json.dumps(fold_rows(state, first.name))
