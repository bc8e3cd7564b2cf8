"""`--space`: names, YAML files, Python files, and every mistake in them."""

import re
from pathlib import Path

import pytest

from platform.stages.own_spaces import chosen_space
from search_spaces import Choice, Condition, Float, Integer, LogFloat, named_space, names_of_spaces
from spotformer_core.errors import InvalidValueError

DOCUMENT = Path(__file__).resolve().parents[4] / "docs" / "spaces.md"


def written(folder, text, name="mine.yaml"):
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return str(path)


def documented(language, folder, name):
    """The example of the document, as the file that it says it is."""
    (example,) = re.findall(rf"```{language}\n(.*?)```", DOCUMENT.read_text(encoding="utf-8"), re.DOTALL)
    return written(folder, example, name)


def test_a_name_is_a_named_space():
    assert chosen_space("demo") is named_space("demo")


def test_the_documented_yaml_declares_what_it_says(tmp_path):
    space = chosen_space(documented("yaml", tmp_path, "my-space.yaml"))

    assert space.name == "my-space"
    assert space.fixed == {"width": 32, "num_heads": 2, "num_epochs": 5}
    assert space.dimensions == {
        "window": Choice((9, 13, 17)),
        "learning_rate": LogFloat(5e-4, 3e-3),
        "dropout": Float(0, 0.3),
        "batch_size": Integer(16, 64),
        "learning_rate_schedule": Choice(("constant", "exponential")),
        "learning_rate_decay": Float(0.9, 0.99),
    }
    assert space.conditions == {"learning_rate_decay": Condition("learning_rate_schedule", ("exponential",))}
    assert space.starting_points[0]["learning_rate"] == 1e-3
    assert space.apex_thresholds == (0.2, 0.4, 0.6, 0.8)


def test_the_documented_python_declares_what_it_says(tmp_path):
    space = chosen_space(documented("python", tmp_path, "my_space.py"))

    assert space.name == "windows-and-rates"
    assert space.windows == (9, 13, 17, 21, 25)


def test_the_document_names_every_space_and_its_points():
    text = DOCUMENT.read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| `([a-z0-9-]+)`.*\| (\w+) \|$", text, re.MULTILINE))

    for name, points in rows.items():
        space = named_space(name)
        counted = str(len(space.points())) if space.every_point or not space.dimensions else "drawn"
        assert points == counted
    # The two spaces with decodings share a row.
    assert set(rows) == set(names_of_spaces()) - {"smoke-decoding"}


def test_a_table_of_ones_own_is_run_whole(tmp_path):
    space = chosen_space(written(tmp_path, "every_point: true\ndimensions: {num_heads: {integer: [1, 3]}}\n"))

    assert space.points() == ({"num_heads": 1}, {"num_heads": 2}, {"num_heads": 3})


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("dimensions: {windw: {choice: [9, 11]}}", r"got 'windw'. Did you mean 'window'\?"),
        ("fixed: {lerning_rate: 1e-3}", r"got 'lerning_rate'. Did you mean 'learning_rate'\?"),
        ("dimension: {window: {choice: [9, 11]}}", r"known one, got 'dimension'. Did you mean 'dimensions'\?"),
        ("dimensions: {window: {choise: [9, 11]}}", r"got {'choise': \[9, 11\]} for window. Did you mean 'choice'\?"),
        (
            "dimensions: {window: {choice: [9], float: [1, 2]}}",
            "must have one of the kinds choice, float, .* for window",
        ),
        (
            "dimensions: {window: [9, 11]}",
            r"the dimension window must be a mapping .*, got \[9, 11\]. Write it as name:",
        ),
        ("dimensions: [window]", r"the entry dimensions must be a mapping of names to values, got \['window'\]"),
        (
            "dimensions: {window: {choice: 9}}",
            r"the values of window must be a list, got 9. Write it as \[first, second\]",
        ),
        (
            "dimensions: {dropout: {float: [0.1]}}",
            r"must have two numbers, .*, got \[0.1\] for dropout. Write it as float:",
        ),
        ("dimensions: {dropout: {float: [low, 1]}}", r"must have two numbers, .*, got \['low', 1\] for dropout"),
        (
            "dimensions: {dropout: {float: [0, 0.2], when: {a: [1], b: [2]}}}",
            "a condition must name one dimension .* for dropout",
        ),
        (
            "dimensions: {dropout: {float: [0, 0.2], when: width}}",
            "the condition of dropout must be a mapping .* got 'width'",
        ),
        (
            "dimensions: {dropout: {float: [0.3, 0.2]}}",
            r"ends of a Float must be finite and in order, got \(0.3, 0.2\)",
        ),
        ("starting_points: 3", "the entry starting_points must be a list, got 3"),
        ("- 1", r"a declared space must be a mapping of names to values, got \[1\]"),
        ("", "a declared space must be a mapping of names to values, got None"),
        ("a: [", "a declared space must be YAML, got: while parsing .* line 1.* Compare it with docs/spaces.md"),
        ("fixed: {window: 12}", "window must be an odd number from 5 to 25, got 12"),
    ],
)
def test_a_mistake_in_a_file_is_named_with_the_file_and_its_repair(tmp_path, text, message):
    with pytest.raises(InvalidValueError, match=rf"mine.yaml: .*{message}"):
        chosen_space(written(tmp_path, text))


def test_yaml_that_would_run_code_is_refused(tmp_path):
    with pytest.raises(
        InvalidValueError, match="a declared space must be YAML, got: could not determine a constructor"
    ):
        chosen_space(written(tmp_path, "fixed: !!python/object/apply:os.getcwd []"))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("SPACES = 1\n", "must assign a search_spaces.Space to SPACE, got None. See docs/spaces.md"),
        ("SPACE = 1\n", "must assign a search_spaces.Space to SPACE, got 1"),
        ("SPACE = 1 / 0\n", "must run to its end, got ZeroDivisionError: division by zero. Run it"),
        ("SPACE = (\n", "must run to its end, got SyntaxError"),
        (
            "from search_spaces import Choice, Space\nSPACE = Space(name='a', description='', fixed={'windw': 9})\n",
            r"got 'windw'. Did you mean 'window'\?",
        ),
    ],
)
def test_a_mistake_in_a_file_of_python_is_named_too(tmp_path, text, message):
    with pytest.raises(InvalidValueError, match=rf"mine.py: .*{message}"):
        chosen_space(written(tmp_path, text, "mine.py"))


def test_a_file_that_does_not_exist_is_named():
    with pytest.raises(InvalidValueError, match=r"must be a named space or a file, got 'nowhere.yaml', which does not"):
        chosen_space("nowhere.yaml")
