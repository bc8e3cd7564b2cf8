"""`--space`: a named space, or a file in which somebody has declared their own."""

import runpy
from pathlib import Path

import yaml

from search_spaces.declared import declared_space
from search_spaces.named import named_space
from search_spaces.vocabulary import Space
from spotformer_core.errors import InvalidValueError, SpotFormerError

_YAML, _PYTHON = (".yaml", ".yml"), (".py",)
_VARIABLE = "SPACE"


def chosen_space(value: str) -> Space:
    """The space that the option names: one of ours, or that of a YAML or Python file.

    Raises:
        InvalidValueError: when it is neither, or the file declares no valid space; the message names the file.
    """
    path = Path(value)
    if path.suffix not in (*_YAML, *_PYTHON):
        return named_space(value)
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
        values = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        problem = " ".join(str(error).split())
        raise InvalidValueError(
            f"a declared space must be YAML, got: {problem}. Compare it with docs/spaces.md."
        ) from error
    return declared_space(values, name=path.stem)


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
