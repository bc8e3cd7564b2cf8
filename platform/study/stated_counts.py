"""Results at the stated apex thresholds of a study that did not count there: counted on its stored frame scores."""

from dataclasses import replace
from pathlib import Path

from platform.study.choices import COUNTED, study_settings, study_thresholds
from platform.study.records import ConfigurationRecord
from platform.study.state import StudyState
from platform.study.stored_scores import count_fold
from spotformer_core.errors import StudyError
from spotformer_core.metrics.protocols import Protocol, choose_settings


def count_stated(state: StudyState, *, folder: Path) -> None:
    """Adds to `state` what its complete configurations score under protocols that its journal has no counts for.

    A configuration whose frame scores are not there, or are damaged, stays without.
    """
    for name in state.ranking():
        missing = [protocol for protocol in Protocol if protocol not in state.results(name)]
        if missing:
            try:
                _count(state, name, missing, folder=folder)
            except StudyError:
                # It is named beside the dash that stands in place of the figure.
                continue


def _count(state: StudyState, name: str, protocols: list[Protocol], *, folder: Path) -> None:
    stated = study_thresholds(state.study).stated
    space = {**state.study.space, COUNTED: sorted(set(stated.values()))}
    # Neither the other decodings nor the other thresholds have a part in these protocols.
    counting = StudyState(replace(state.study, space=space, decodings=[{}]))
    counting.apply(ConfigurationRecord(configuration=name, params=state.configurations[name].params))
    tables = {subject: count_fold(counting, name, subject, folder=folder) for subject in state.study.subjects}
    for protocol in protocols:
        result = choose_settings(protocol, tables, study_thresholds(counting.study), study_settings(counting.study))
        state.add_result(name, result)
