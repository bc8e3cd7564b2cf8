"""`--space`: a named space, or a file in which somebody has declared their own."""

import runpy
from pathlib import Path

import yaml

from search_spaces.declared import declared_space
from search_spaces.named import named_space
from search_spaces.vocabulary import Space
from spotformer_core.errors import InvalidValueError, SpotFormerError
from spotformer_core.limited_files import read_limited

_YAML, _PYTHON = (".yaml", ".yml"), (".py",)
_VARIABLE = "SPACE"
_MOST_BYTES = 1 << 20
_MOST_DEPTH = 20


def chosen_space(value: str, *, dataset: str = "") -> Space:
    """The space that the option names: one of ours for this dataset, or that of a YAML or Python file.

    Raises:
        InvalidValueError: when it is neither, or the file declares no valid space; the message names the file.
    """
    path = Path(value)
    if path.suffix not in (*_YAML, *_PYTHON):
        return named_space(value, dataset=dataset)
    if not path.is_file():
        raise InvalidValueError(
            f"--space must be a named space or a file, got {value!r}, which does not exist. Check it."
        )
    try:
        return _from_python(path) if path.suffix in _PYTHON else _from_yaml(path)
    except SpotFormerError as error:
        raise InvalidValueError(f"{path}: {error}") from error


def _from_yaml(path: Path) -> Space:
    try:
        text = read_limited(path, most_bytes=_MOST_BYTES).decode()
        _require_plain(text)
        values = yaml.safe_load(text)
    # ValueError: text that is no UTF-8, dates that do not exist, numbers of thousands of digits.
    except (yaml.YAMLError, OSError, ValueError, RecursionError) as error:
        problem = " ".join(str(error).split())
        raise InvalidValueError(
            f"a declared space must be YAML, got: {problem}. Compare it with docs/spaces.md."
        ) from error
    return declared_space(values, name=path.stem)


def _require_plain(text: str) -> None:
    """Raises InvalidValueError before the values of a text are made that would take more memory or time than there is.

    A few lines of aliases stand for any number of values; the parser takes time by the square of the depth.
    """
    depth = 0
    for event in yaml.parse(text, Loader=yaml.SafeLoader):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > _MOST_DEPTH:
            raise InvalidValueError(
                f"a declared space must be nested at most {_MOST_DEPTH} deep, got more in line "
                f"{event.start_mark.line + 1}. Compare it with docs/spaces.md."
            )
        if isinstance(event, yaml.AliasEvent):
            raise InvalidValueError(
                f"a declared space must have no aliases, got *{event.anchor} in line {event.start_mark.line + 1}. "
                "Write the value out."
            )


def _from_python(path: Path) -> Space:
    try:
        found = runpy.run_path(str(path)).get(_VARIABLE)
    except SpotFormerError:
        raise
    except Exception as error:
        raise InvalidValueError(
            f"a file of Python must run to its end, got {type(error).__name__}: {error}. Run it to see where."
        ) from error
    if not isinstance(found, Space):
        raise InvalidValueError(
            f"a file of Python must assign a search_spaces.Space to {_VARIABLE}, got {found!r}. See docs/spaces.md."
        )
    return found
