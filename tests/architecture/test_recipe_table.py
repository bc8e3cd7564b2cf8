"""docs/recipes.md names the value of every field in both recipes, and its source."""

import re
from pathlib import Path

import pytest

from spotformer_core.config import Configuration
from spotformer_core.recipes import RECIPES, recipe

PAGE = Path(__file__).parents[2] / "docs" / "recipes.md"
RELEASES = {"SAMM-LV": "samm-lv", "CAS(ME)²": "cas-me-2", "CAS(ME)³": "cas-me-3"}


def rows() -> dict[str, list[str]]:
    """Cells of the table of fields, by field."""
    section = PAGE.read_text().split("## Every field")[1].split("## ")[0]
    found = (re.fullmatch(r"\| `(\w+)` \|(.*)\|", line) for line in section.splitlines())
    return {match[1]: [cell.strip() for cell in match[2].split("|")] for match in found if match}


def stated(cell: str, release: str) -> str:
    """The value that a cell such as "0.5; 0.55 on SAMM-LV" states for a release."""
    usual, *others = cell.split("; ")
    return next((other.split(" on ")[0] for other in others if other.endswith(f" on {release}")), usual)


def shown(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:g}" if isinstance(value, int | float) else str(value)


def test_every_field_of_a_configuration_has_a_row_and_a_source():
    assert list(rows()) == list(Configuration().parameters())
    assert all(len(cells) == 3 and cells[2] for cells in rows().values())


@pytest.mark.parametrize("release", RELEASES)
def test_the_table_states_the_values_of_both_recipes(release):
    for column, name in enumerate(RECIPES):
        parameters = recipe(name, dataset=RELEASES[release]).parameters()

        table = {field: stated(cells[column], release) for field, cells in rows().items()}

        assert table == {field: shown(value) for field, value in parameters.items()}
