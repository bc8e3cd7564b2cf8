"""Links in a dataset: what is reached through one must lie in the dataset too."""

from pathlib import Path

from spotformer_core.datasets.policy_choices import Links
from spotformer_core.errors import RecordingError


def require_inside(path: Path, root: Path, links: Links) -> None:
    """Returns when `path`, all links followed, lies in `root` or links may lead anywhere.

    Raises:
        RecordingError: when it lies elsewhere, or its links go in a circle.
    """
    if links is Links.ANYWHERE:
        return
    try:
        real, real_root = path.resolve(strict=False), root.resolve()
    except (OSError, RuntimeError) as error:
        raise RecordingError(
            f"links of a dataset must lead to files, got {path} ({error}). Copy the files there."
        ) from error
    if not real.is_relative_to(real_root):
        raise RecordingError(
            f"everything in a dataset must lie in its root, got {path}, a link to {real}. Copy it to {root}, or use "
            f"--policy links={Links.ANYWHERE} when you trust whoever made the links."
        )
