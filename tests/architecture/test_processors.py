"""`make test-processors` runs what it names, and says which setting failed."""

from tests import processors
from tests.searches import REPOSITORY


def test_every_numerical_test_that_is_named_exists():
    named = {*processors.NETWORK_TESTS, *processors.COMPILED_TESTS}

    assert [path for path in sorted(named) if not (REPOSITORY / path).exists()] == []


def test_a_setting_that_failed_is_named_and_the_others_are_run(monkeypatch, capsys):
    ran = []

    def run(name, arguments):
        ran.append(name)
        return int(name == "oneDNN with AVX2")

    monkeypatch.setattr(processors, "run", run)

    assert processors.main([]) == 1
    assert ran == list(processors.SETTINGS)
    failed = [line for line in capsys.readouterr().out.splitlines() if line.startswith("FAILED")]
    assert len(failed) == 1
    assert failed[0].endswith("oneDNN with AVX2  {'ONEDNN_MAX_CPU_ISA': 'AVX2'}")


def test_without_a_failure_it_ends_well(monkeypatch):
    monkeypatch.setattr(processors, "run", lambda name, arguments: 0)

    assert processors.main([]) == 0
