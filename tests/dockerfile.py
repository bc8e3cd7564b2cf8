"""cluster/images/Dockerfile as tests read it: stages and their instructions."""

import re
from dataclasses import dataclass, field

from tests.manifests import CLUSTER

DOCKERFILE = CLUSTER / "images" / "Dockerfile"


@dataclass
class Stage:
    """The instructions between one FROM and the next."""

    base: str
    instructions: list[tuple[str, str]] = field(default_factory=list)

    def arguments(self, instruction: str) -> list[str]:
        return [argument for name, argument in self.instructions if name == instruction]


def stages() -> dict[str, Stage]:
    """Every stage by its name; a line that is no instruction is an error."""
    text = re.sub(r"^#.*\n", "", DOCKERFILE.read_text(encoding="utf-8"), flags=re.MULTILINE)
    found: dict[str, Stage] = {"": Stage(base="")}
    current = found[""]
    for line in filter(str.strip, text.replace("\\\n", " ").splitlines()):
        match = re.fullmatch(r"([A-Z]+) +(.+)", line)
        assert match, f"no instruction: {line}"
        if match[1] == "FROM":
            base, _, name = match[2].partition(" AS ")
            current = found.setdefault(name, Stage(base=base))
        else:
            current.instructions.append((match[1], match[2].strip()))
    return found
