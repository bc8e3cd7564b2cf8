"""Libraries that are missing are a problem, other versions than the tested ones a note."""

from importlib import metadata

import pytest

from platform.diagnosis.finding import Level
from platform.diagnosis.libraries import CONSTRAINTS, libraries_finding, required

REQUIREMENTS = ["Some_Library>=2.0", "torch==2.13.0", "ray[default,tune]>=2.60", 'ruff; extra == "dev"']


@pytest.fixture
def constraints(tmp_path):
    path = tmp_path / "constraints.txt"
    path.write_text("# other==1\nsome-library==2.1\ntorch==2.13.0\nray==2.60.0\nruff==9\n")
    return path


def versions(**installed):
    def version_of(name):
        if name not in installed:
            raise metadata.PackageNotFoundError(name)
        return installed[name]

    return version_of


def found_by(constraints, **installed):
    version_of = versions(**{"torch": "2.13.0+cpu", "ray": "2.60.0"} | installed)
    return libraries_finding(REQUIREMENTS, constraints, version_of=version_of)


def test_tested_versions_are_fine_whatever_device_they_were_built_for(constraints):
    finding = found_by(constraints, **{"some-library": "2.1"})

    assert finding.level is Level.OK
    assert "3 libraries, in the tested versions" in finding.found


def test_another_version_is_a_note_that_names_both(constraints):
    finding = found_by(constraints, **{"some-library": "2.2"})

    assert finding.level is Level.NOTE
    assert "some-library 2.2, tested with 2.1" in finding.found
    assert "pip install -c constraints.txt" in finding.repair


def test_a_library_that_is_missing_is_a_problem(constraints):
    finding = found_by(constraints)

    assert finding.level is Level.PROBLEM
    assert finding.found.endswith("not installed: some-library.")


def test_without_the_tested_versions_it_is_said_that_nothing_was_compared(tmp_path):
    finding = found_by(tmp_path / "none.txt", **{"some-library": "9"})

    assert finding.level is Level.OK
    assert "tested versions are not known" in finding.found


def test_what_this_software_requires_is_compared_with_the_repository_s_own_versions():
    assert "torch==2.13.0" in required()
    assert CONSTRAINTS.is_file()
    assert libraries_finding(required(), CONSTRAINTS).level is not Level.PROBLEM
