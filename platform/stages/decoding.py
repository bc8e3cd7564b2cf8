"""Decoding and epoch chosen anew on the stored frame scores of a study; trains nothing, changes nothing in it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from platform.reporting.stated_decodings import parse_value
from platform.sampling.decodings import draw_decodings
from platform.study.choices import decoding_record
from platform.study.effects import require_decoding_effects
from platform.study.records import ConfigurationRecord
from platform.study.state import StudyState
from platform.study.stated_counts import count_stated
from platform.study.stored_scores import configuration_of, count_fold
from search_spaces.usual_decodings import USUAL_DECODINGS
from search_spaces.vocabulary import DECODING_FIELDS, Choice, Dimension, Float, Integer, Space
from spotformer_core.errors import InvalidValueError, StudyError, did_you_mean, require


@dataclass(frozen=True, kw_only=True, slots=True)
class DecodeOptions:
    """What is tried.

    Attributes:
        decoding: fields of the decoding that vary; empty for the usual ones.
        num_decodings: how many are drawn from them, beside each configuration's own decoding.
        configurations: names of those that are decoded; empty for every complete one.
    """

    decoding: Mapping[str, Dimension]
    num_decodings: int
    seed: int
    configurations: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        repair = "Leave the option out to take the default."
        require(self.num_decodings >= 1, "--candidates", "at least 1", self.num_decodings, repair)
        require(self.seed >= 0, "--seed", "0 or more", self.seed, repair)


def decoded_study(
    state: StudyState, options: DecodeOptions, *, folder: Path, on_fold: Callable[[], None]
) -> StudyState:
    """The study as if its complete configurations had been searched with these decodings from the start.

    Args:
        folder: of the study, which is only read.
        on_fold: called after every fold that was counted.

    Raises:
        InvalidValueError: when a decoding breaks a rule beside a configuration, or a configuration is not complete.
        StudyError: when frame scores are missing or damaged, or the study began before it noted its recordings.
    """
    varied = options.decoding or USUAL_DECODINGS
    names = chosen_configurations(state, options)
    _require_decodable(state, names, varied, count=options.num_decodings)
    decodings = draw_decodings(varied, count=options.num_decodings, seed=options.seed)
    study = replace(state.study, decodings=decodings)
    decoded = StudyState(study)
    for name in names:
        decoded.apply(ConfigurationRecord(configuration=name, params=state.configurations[name].params))
        tables = {}
        for subject, fold in state.configurations[name].folds.items():
            decoded.apply(fold)
            tables[subject] = count_fold(decoded, name, subject, folder=folder)
            on_fold()
        decoded.apply(decoding_record(study, name, tables))
    count_stated(decoded, folder=folder)
    return decoded


def chosen_configurations(state: StudyState, options: DecodeOptions) -> tuple[str, ...]:
    """The configurations that are decoded, in the order asked.

    Raises:
        InvalidValueError: when one that is named is not complete.
    """
    complete = sorted(state.ranking())
    for name in options.configurations:
        if name not in complete:
            raise InvalidValueError(
                f"--configurations must name complete configurations of the study, got {name!r}. "
                f"{did_you_mean(name, complete)}"
            )
    return tuple(name for name in complete if name in options.configurations or not options.configurations)


def parse_decodings(texts: Sequence[str], *, fields: Sequence[str] = DECODING_FIELDS) -> dict[str, Dimension]:
    """What `--vary NAME=LOW:HIGH` and `--vary NAME=VALUE,VALUE` name, of these fields of a decoding.

    Raises:
        InvalidValueError: for an unknown name, one that is given twice, or a value that is none.
    """
    dimensions: dict[str, Dimension] = {}
    for text in texts:
        name, equals, values = text.partition("=")
        if not equals or not values:
            raise InvalidValueError(
                f"--vary must be NAME=LOW:HIGH or NAME=VALUE,VALUE, got {text!r}. "
                "For instance overlap_threshold=0.2:0.8 or boundary_consistency=true,false."
            )
        if name not in fields:
            raise InvalidValueError(
                f"--vary must name a field of the decoding other than apex thresholds, got {name!r}. "
                f"{did_you_mean(name, fields)}"
            )
        require(name not in dimensions, "--vary", "given once for each name", name, "Join the values with commas.")
        dimensions[name] = _dimension(values)
    return dimensions


def _dimension(text: str) -> Dimension:
    low, colon, high = text.partition(":")
    if not colon:
        return Choice(tuple(parse_value(part) for part in text.split(",")))
    ends = parse_value(low), parse_value(high)
    if any(isinstance(end, bool | str) for end in ends):
        raise InvalidValueError(f"a range of --vary must be from one number to another, got {text!r}. Use commas.")
    if all(type(end) is int for end in ends):
        return Integer(int(ends[0]), int(ends[1]))
    return Float(float(ends[0]), float(ends[1]))


def _require_decodable(state: StudyState, names: Sequence[str], varied: Mapping[str, Dimension], *, count: int) -> None:
    """Before any work: what could be drawn obeys the rules, and truths are there to judge by."""
    if not state.study.recordings:
        raise StudyError(
            "a study must have noted its recordings to be decoded, got one that began before that was done. "
            "Begin it anew under another --study."
        )
    own = {name: configuration_of(state.study, state.configurations[name].params) for name in names}
    for name, configuration in own.items():
        Space(name=name, description="", fixed=configuration.parameters(), decoding=varied, num_decodings=count)
    require_decoding_effects(varied, tuple(own.values()))
