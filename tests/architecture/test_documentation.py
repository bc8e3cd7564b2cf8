"""What the pages say about commands is what the commands take."""

import argparse
import re

import pytest

from platform import search
from platform.report import with_report_named
from platform.stages.feature_options import feature_options
from platform.stages.reading import dataset_options
from tests.architecture.command_reference import PAGE, parser_of, reference, sub_parsers, verbs
from tests.documented_commands import PAGES, ROOT, DocumentedCommand, documented_commands, lines_of

PLACEHOLDERS = {
    "DIR": "folder",
    "FILE": "search_spaces/of_people.yaml",
    "ID": "c0003",
    "N": "3",
    "NAME": "name",
    "STUDY": "demo-demo-seed0",
    "VIDEO": "interview.mp4",
}
"""What stands in capitals in a documented command, and a value that may stand there."""
LINK = re.compile(r"\[[^\]]*\]\(([^)#\s]+)(?:#[^)]*)?\)")
COMMANDS = documented_commands()


def filled_in(word: str) -> str:
    return re.sub(r"\b[A-Z]+\b", lambda found: PLACEHOLDERS.get(found[0], found[0]), word)


class RefusedError(Exception):
    """argparse would have ended the command here."""


def parsed(verb: str, words: list[str]) -> argparse.Namespace:
    def refuse(message):
        raise RefusedError(message)

    parser = parser_of(verb)
    for each in (parser, *sub_parsers(parser).values()):
        each.error = refuse
    return parser.parse_args(with_report_named(words) if verb == "report" else words)


def check_platform(verb: str, words: list[str]) -> None:
    """The verb exists; with options, all of them and their values are accepted as far as no file is needed."""
    assert verb in verbs()
    if not words or words == ["--help"] or (words[0] in sub_parsers(parser_of(verb)) and len(words) == 1):
        return
    options = parsed(verb, [filled_in(word) for word in words])
    if verb == "extract" or (verb == "search" and options.features is None):
        dataset_options(options)
        feature_options(options)
    if verb == "search" and options.space != PLACEHOLDERS["FILE"]:
        search.search_options(options)


def check(command: DocumentedCommand) -> None:
    program, *words = command.words
    if program == "make":
        targets = re.findall(r"^([\w-]+):(?!=)", (ROOT / "Makefile").read_text(), re.MULTILINE)
        assert set(words) <= {*targets, *(word for word in words if word.startswith(("ARGS=", "PORT=", "PYTHON=")))}
    elif words[0] == "-m" and words[1].startswith("platform."):
        check_platform(words[1].removeprefix("platform."), words[2:])
    else:
        script = ROOT / (f"{words[1].replace('.', '/')}.py" if words[0] == "-m" else words[0])
        options = [word.partition("=")[0] for word in words[1:] if word.startswith("--")]
        assert [option for option in options if f'"{option}"' not in script.read_text()] == []


def test_the_commands_of_all_pages_are_found():
    pages = {command.page for command in COMMANDS}

    assert {"README.md", "cluster/README.md", "docs/commands.md", "docs/your-own-dataset.md"} <= pages
    assert len(COMMANDS) > 40
    assert {command.words[2] for command in COMMANDS if command.words[1:2] == ("-m",)} >= {
        f"platform.{verb}" for verb in verbs()
    }


@pytest.mark.parametrize("command", COMMANDS, ids=str)
def test_a_documented_command_is_one_that_exists_with_options_that_it_takes(command, tmp_path, monkeypatch):
    (tmp_path / "prices.yaml").write_text("local: 0.1\n")
    monkeypatch.chdir(tmp_path)

    check(command)


@pytest.mark.parametrize(
    "wrong",
    [
        "python -m platform.serach --seed 3",
        "python -m platform.search --sed 3",
        "python -m platform.search --seed three",
        "python -m platform.search --space dmeo",
        "python -m platform.search --dataset samm-lv",
        "python -m platform.extract --policy gaps=neares",
        "python -m platform.report socre --detections FILE",
        "python -m platform.spot VIDEO",
        "python -m benchmarks.racing --studeis 4",
        "make serach",
    ],
)
def test_a_mistake_in_a_documented_command_would_be_found(wrong):
    with pytest.raises(Exception, match=r".") as caught:
        check(DocumentedCommand("wrong.md", tuple(wrong.split())))

    assert not isinstance(caught.value, SystemExit)


def test_commands_are_found_in_blocks_in_sentences_and_behind_a_backslash():
    block = "```\npython -m platform.demo \\\n    --seed 3  # rendered\nmake no answer\n```"
    page = f"Use `make\ntest`:\n\n{block}\n\n    make ui\n"

    found = list(lines_of(page))

    demo = "python -m platform.demo --seed 3  # rendered"
    assert found == [demo, "make no answer", "make ui", "make test"]


def test_the_page_of_commands_is_what_the_parsers_say():
    assert PAGE.read_text(encoding="utf-8") == reference(), "docs/commands.md is out of date: run `make docs`"


@pytest.mark.parametrize("page", PAGES)
def test_every_link_to_a_file_leads_somewhere(page):
    links = [link for link in LINK.findall((ROOT / page).read_text(encoding="utf-8")) if "://" not in link]

    assert [link for link in links if not ((ROOT / page).parent / link).exists()] == []


def test_every_page_is_in_the_index():
    index = (ROOT / "docs" / "README.md").read_text(encoding="utf-8")
    pages = {path.name for path in (ROOT / "docs").glob("*.md")} - {"README.md"}

    assert {page for page in pages if f"]({page})" not in index} == set()
