"""Rules that every source file keeps; the direction of imports is checked by `import_rules.py`."""

import ast
import importlib.util
import re
import sysconfig
from collections.abc import Iterator
from pathlib import Path

import pytest

from spotformer_core.references import REFERENCES

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("platform", "search_spaces", "spotformer_core")
FOLDERS = (*PACKAGES, "tests", "benchmarks", "cluster", "examples")
SOURCES = sorted(path.relative_to(ROOT) for folder in FOLDERS for path in (ROOT / folder).rglob("*.py"))
PACKAGED = [path for path in SOURCES if path.parts[0] in PACKAGES]
NAMES_THAT_SAY_NOTHING = {"utils", "util", "helpers", "helper", "manager", "managers", "common", "misc"}
MOST_LINES = 300
CITATION = re.compile(r"\[([A-Z][A-Za-z]+\d{4}[a-z]?)\]")


def text_of(path: Path) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


def test_the_rules_see_every_package():
    assert {path.parts[0] for path in SOURCES} >= {*PACKAGES, "tests"}
    assert len(PACKAGED) > 80


@pytest.mark.parametrize("word", sorted(NAMES_THAT_SAY_NOTHING))
def test_no_module_has_a_name_that_says_nothing(word):
    assert [str(path) for path in SOURCES if word in re.split(r"[/_.]", str(path))] == []


def test_no_file_is_too_long_to_be_read_at_once():
    lengths = {str(path): len(text_of(path).splitlines()) for path in SOURCES}

    assert {path: length for path, length in lengths.items() if length > MOST_LINES} == {}


def test_annotations_stay_objects():
    # jaxtyping reads shapes from annotations when a function is defined; postponed ones would be text.
    postponed = [str(path) for path in SOURCES if "annotations" in names_from_future(ast.parse(text_of(path)))]

    assert postponed == []


def names_from_future(tree: ast.Module) -> set[str]:
    imports = [node for node in tree.body if isinstance(node, ast.ImportFrom) and node.module == "__future__"]
    return {alias.name for node in imports for alias in node.names}


def test_every_work_that_is_cited_stands_in_the_table_and_the_other_way_round():
    cited = {key for path in PACKAGED for key in CITATION.findall(text_of(path))}

    assert cited == set(REFERENCES)


def test_the_table_of_works_is_sorted_and_each_ends_with_its_year():
    assert list(REFERENCES) == sorted(REFERENCES)
    assert [key for key, work in REFERENCES.items() if not work.endswith(f"{key[-4:]}.")] == []


@pytest.mark.parametrize("path", [path for path in PACKAGED if path.parts[0] == "spotformer_core"], ids=str)
def test_everything_public_in_the_core_is_documented(path):
    assert list(undocumented(ast.parse(text_of(path)))) == []


def undocumented(tree: ast.Module | ast.ClassDef) -> Iterator[str]:
    """The module, and every public function, class and method in it, without a docstring."""
    if ast.get_docstring(tree) is None:
        yield getattr(tree, "name", "module")
    for node in tree.body:
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
            yield from undocumented(node)
        elif isinstance(node, ast.FunctionDef) and not node.name.startswith("_") and ast.get_docstring(node) is None:
            yield node.name


def test_the_documentation_rule_finds_what_is_missing():
    source = '"""A module."""\nclass A:\n    def f(self): ...\n    def _g(self): ...\ndef h():\n    """Yes."""\n'

    assert list(undocumented(ast.parse(source))) == ["A", "f"]


def test_no_module_of_ours_hides_a_name_of_the_standard_module():
    spec = importlib.util.spec_from_file_location("the_standard_one", f"{sysconfig.get_path('stdlib')}/platform.py")
    standard = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(standard)
    ours = {path.stem for path in (ROOT / "platform").iterdir() if path.suffix == ".py" or path.is_dir()}

    assert {"version", "system", "node", "machine", "release", "processor"} <= set(dir(standard))
    assert (ours - {"__init__"}) & set(dir(standard)) == set()


def test_the_path_file_is_one_line_that_python_executes_at_its_start():
    text = (ROOT / "platform" / "standard_module.pth").read_text()

    assert len(text.splitlines()) == 1
    assert text.startswith("import ")
    compile(text, "standard_module.pth", "exec")
