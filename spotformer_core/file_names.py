"""Names that come from tables, folders, journals and servers, and become names of files of ours."""

from spotformer_core.errors import InvalidValueError, SpotFormerError

MOST_BYTES = 200
"""Of a name in UTF-8: file systems take 255, and endings are added."""


def require_file_name(name: str, what: str, *, error: type[SpotFormerError] = InvalidValueError) -> str:
    """`name`, when a file can have it in any folder without leaving that folder.

    Args:
        what: what it is the name of, for the message.
        error: what is raised.

    Raises:
        SpotFormerError: the one that was asked for, when the name is empty, "." or "..", longer than `MOST_BYTES`, no
            text, or holds a slash or a control character.
    """
    if not _is_file_name(name):
        raise error(
            f"{what} must have a name for files, at most {MOST_BYTES} bytes without slashes and control characters, "
            f"got {name[:MOST_BYTES]!r}. Rename it."
        )
    return name


def _is_file_name(name: str) -> bool:
    try:
        num_bytes = len(name.encode())
    except UnicodeEncodeError:  # a name on disk that is no UTF-8
        return False
    return 0 < num_bytes <= MOST_BYTES and name not in {".", ".."} and "/" not in name and name.isprintable()
