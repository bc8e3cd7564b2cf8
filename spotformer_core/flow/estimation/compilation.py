"""How the inner loops of our estimators are compiled.

Functions called from Python are kept on disk, so that a process does not compile them again. Numba would read an old
version back when only a function that they call has changed; they therefore carry a digest of all sources of this
package in their name.
"""

import hashlib
import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar, cast

from numba import njit

Function = TypeVar("Function", bound=Callable[..., Any])


def compiled(function: Function) -> Function:
    """`function` for use inside other compiled functions."""
    return _njit(function)


def compiled_in_place(function: Function) -> Function:
    """`function` for use inside other compiled functions, without the cost of a call."""
    return _njit(function, forceinline=True)


def entry_point(function: Function) -> Function:
    """`function` for use from Python: lets other threads run, compiled at its first call and kept on disk.

    Where no folder can be written it is compiled anew by every process.
    """
    plain: Function = inspect.unwrap(function)
    plain.__qualname__ += f"_{_SOURCES_DIGEST}"
    try:
        return _njit(plain, cache=True)
    except RuntimeError:
        return _njit(plain)


def sources_digest(folder: Path) -> str:
    """Sixteen hexadecimal digits that differ when any Python source in `folder` differs."""
    digest = hashlib.blake2b(digest_size=8)
    for path in sorted(folder.glob("*.py")):
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


_SOURCES_DIGEST = sources_digest(Path(__file__).parent)


def _njit(function: Function, *, cache: bool = False, forceinline: bool = False) -> Function:
    # Under pytest jaxtyping wraps every function; numba needs the one inside.
    plain = inspect.unwrap(function)
    return cast("Function", njit(plain, nogil=True, error_model="numpy", cache=cache, forceinline=forceinline))
