"""The commands that stand in README.md, docs/ and cluster/, as people would type them."""

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PAGES = ("README.md", "cluster/README.md", *(f"docs/{path.name}" for path in sorted((ROOT / "docs").glob("*.md"))))
COMMAND = re.compile(r"(?:python (?:-m (?:platform|benchmarks)\.|examples/)|make\s|ray job submit )")
_FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_INDENTED = re.compile(r"(?:^ {4}.*\n)+", re.MULTILINE)
_INLINE = re.compile(r"`([^`]+)`")


@dataclass(frozen=True)
class DocumentedCommand:
    """One command of a page; `words` as a shell would split it, without its comment."""

    page: str
    words: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.page}: {' '.join(self.words)}"


def documented_commands() -> list[DocumentedCommand]:
    """Every command once per page, those of shell blocks and those within sentences."""
    found = {
        DocumentedCommand(page, tuple(words)): None
        for page in PAGES
        for line in lines_of((ROOT / page).read_text(encoding="utf-8"))
        if (words := _words(line))
    }
    return list(found)


def shell_blocks(page: str) -> list[tuple[str, str]]:
    """The shell blocks of a page in their order, each with the blocks of text behind it, which show what it prints."""
    blocks: list[tuple[str, str]] = []
    for language, body in _FENCE.findall((ROOT / page).read_text(encoding="utf-8")):
        if language == "sh":
            blocks.append((body, ""))
        elif language == "text" and blocks:
            blocks[-1] = (blocks[-1][0], blocks[-1][1] + body)
    return blocks


def lines_of(text: str) -> Iterator[str]:
    """Every line of code that begins like a command, with what follows a backslash at its end."""
    fences = [body for language, body in _FENCE.findall(text) if language != "text"]
    prose = _FENCE.sub("", text)
    blocks = [*fences, *_INDENTED.findall(prose)]
    for line in (line.strip() for block in blocks for line in re.sub(r"\\\n\s*", "", block).splitlines()):
        if COMMAND.match(line):
            yield line
    for code in _INLINE.findall(_INDENTED.sub("", prose)):
        if COMMAND.match(code):
            yield " ".join(code.split())


def _words(line: str) -> list[str]:
    words = [word.removesuffix("...") for word in shlex.split(line, comments=True)]
    if "--" in words:
        # `ray job submit … -- COMMAND`: the command after it is ours.
        words = words[words.index("--") + 1 :]
    return [word for word in words if word not in ("", "…")]
