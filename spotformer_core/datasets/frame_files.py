"""The frames of a recording: the image files of a folder, in the order of the numbers in their names."""

import os
import re
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from spotformer_core.errors import RecordingError

IMAGE_SUFFIXES = (".jpg", ".jpeg", ".png", ".bmp")
"""Whatever their case; other files, such as Thumbs.db, are passed over."""

_NUMBER_AT_END = re.compile(r"[0-9]+$")


@dataclass(frozen=True, kw_only=True, slots=True)
class FrameFiles:
    """Image files of one recording, by rising frame number.

    Attributes:
        numbers: the number at the end of each file's name; they rise but may have gaps and begin anywhere.
        num_damaged: files that were left out as damaged.
        links: those of `paths` that are symbolic links.
    """

    paths: tuple[Path, ...]
    numbers: tuple[int, ...]
    num_damaged: int = 0
    links: tuple[Path, ...] = ()

    @property
    def is_sorted_by_name(self) -> bool:
        """Whether the order of the alphabet is that of the numbers; it is not for img_2.jpg and img_10.jpg."""
        names = [path.name for path in self.paths]
        return names == sorted(names)


def list_frame_files(folder: Path, *, damaged: Collection[int] = (), empty_is_damaged: bool = False) -> FrameFiles:
    """The image files of `folder`, with "img_2.jpg" before "img_10.jpg" and "006_7_9999.jpg" before "006_7_10000.jpg".

    Hidden files and files that are no images are passed over; no image is opened.

    Args:
        damaged: numbers of frames that are left out.
        empty_is_damaged: whether files without content are left out too.

    Raises:
        RecordingError: when the folder is missing or holds no image that is not damaged, when an image's name does not
            end in a number, or when two have the same number.
    """
    is_link = _image_names(folder)
    if not is_link:
        raise RecordingError(
            f"a folder of a recording must hold image files ({', '.join(IMAGE_SUFFIXES)}), got none in {folder}. "
            "Unpack its frames there or remove the folder."
        )
    numbered = sorted((_number(name, folder=folder), name) for name in is_link)
    _require_different(numbered, folder=folder)
    usable = [
        (number, name)
        for number, name in numbered
        if number not in damaged and not (empty_is_damaged and _is_empty(folder / name))
    ]
    if not usable:
        raise RecordingError(
            f"a folder of a recording must hold undamaged images, got {len(numbered)} damaged ones in {folder}. "
            "Restore them or leave the recording out."
        )
    return FrameFiles(
        paths=tuple(folder / name for _, name in usable),
        numbers=tuple(number for number, _ in usable),
        num_damaged=len(numbered) - len(usable),
        links=tuple(folder / name for _, name in usable if is_link[name]),
    )


def holds_images(folder: Path) -> bool:
    """Whether an image file lies directly in `folder`.

    Raises:
        RecordingError: when the folder cannot be read.
    """
    return bool(_image_names(folder))


def _require_different(numbered: list[tuple[int, str]], *, folder: Path) -> None:
    repeated = [number for number, count in Counter(number for number, _ in numbered).items() if count > 1]
    if repeated:
        same = ", ".join(name for number, name in numbered if number == repeated[0])
        raise RecordingError(
            f"each frame must have one image file, got {same} for frame {repeated[0]} in {folder}. Remove the copies."
        )


def _is_empty(path: Path) -> bool:
    try:
        return path.stat().st_size == 0
    except OSError:  # Decoding will say what is wrong with it.
        return False


def _image_names(folder: Path) -> dict[str, bool]:
    """Names of the image files, and whether each is a link."""
    try:
        with os.scandir(folder) as entries:
            return {
                entry.name: entry.is_symlink()
                for entry in entries
                if not entry.name.startswith(".") and entry.name.lower().endswith(IMAGE_SUFFIXES) and entry.is_file()
            }
    except OSError as error:
        raise RecordingError(
            f"the frames of a recording must be in a readable folder, got {folder} ({error.strerror}). "
            "Unpack its frames there."
        ) from error


def _number(name: str, *, folder: Path) -> int:
    match = _NUMBER_AT_END.search(name.rpartition(".")[0])
    if match is None:
        raise RecordingError(
            f"the name of a frame must end in its number, as img_12.jpg does, got {name} in {folder}. "
            "Move the file elsewhere."
        )
    return int(match.group())
