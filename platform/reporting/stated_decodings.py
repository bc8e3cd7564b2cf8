"""What a user states of a decoding: FIELD=VALUE, and everything else by default."""

from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from enum import StrEnum
from typing import Any, Final

from search_spaces.vocabulary import Value
from spotformer_core.config import Configuration, DecodingConfig
from spotformer_core.decoding.peaks import PeakDecoding
from spotformer_core.errors import InvalidValueError, did_you_mean, echoed, require
from spotformer_core.metrics.frame_score_counts import Decoding

_NAMES: Final = tuple(
    str(member)
    for one in fields(DecodingConfig)
    if isinstance(one.type, type) and issubclass(one.type, StrEnum)
    for member in one.type
)
PEAK_FIELDS: Final = tuple(one.name for one in fields(PeakDecoding))


def stated_decoding(texts: Sequence[str], *, ours: bool) -> Decoding:
    """The decoding with these values and everything else by default.

    Raises:
        InvalidValueError: for an unknown field, one that is given twice, or a value that breaks its rule.
    """
    names = tuple(one.name for one in fields(DecodingConfig)) if ours else PEAK_FIELDS
    values: dict[str, Any] = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals or not value:
            raise InvalidValueError(f"--decoding must be FIELD=VALUE, got {text!r}. For instance {names[0]}=0.55.")
        if name not in names:
            raise InvalidValueError(
                f"--decoding must name a field of the decoding, got {name!r}. {did_you_mean(name, names)}"
            )
        require(name not in values, "--decoding", "given once for each field", name, "Remove one.")
        values[name] = parse_value(value, option="--decoding")
    return with_values(DecodingConfig() if ours else PeakDecoding(), values)


def with_values(decoding: Decoding, values: Mapping[str, Any]) -> Decoding:
    """The decoding with these values of its fields.

    Raises:
        InvalidValueError: for a value that breaks the rule of its field.
    """
    if isinstance(decoding, DecodingConfig):
        return replace(Configuration(), decoding=decoding).with_parameters(dict(values)).decoding
    for name, value in values.items():
        require(not isinstance(value, bool | str), name, "a number", value, "Write it as 0.5.")
    return replace(decoding, **{name: float(value) for name, value in values.items()})


def parse_value(text: str, *, option: str = "--vary") -> Value:
    """A number, true or false, or the name that a field of the decoding chooses from.

    Raises:
        InvalidValueError: for any other text.
    """
    named: dict[str, Value] = {"true": True, "false": False}
    if text.casefold() in named:
        return named[text.casefold()]
    if text in _NAMES:
        return text
    for type_ in (int, float):
        try:
            return type_(text)
        except ValueError:
            continue
    raise InvalidValueError(
        f"a value of {option} must be a number, true, false, {' or '.join(_NAMES)}, got {echoed(text)}. Correct it."
    )
