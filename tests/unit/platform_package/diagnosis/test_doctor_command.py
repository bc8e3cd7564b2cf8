"""`python -m platform.doctor`: a line for every check, and an exit code that says whether a search can start."""

import json

import pytest

from platform import doctor
from platform.console.command import DONE, UNDONE, run_command
from platform.diagnosis import checks
from platform.diagnosis.finding import Finding, Level

NAMES = ["libraries", "compiled code", "workspace", "storage", "videos", "landmarks", "GPU", "Ray", "tracking"]


@pytest.fixture
def healthy(monkeypatch):
    """Every check finds everything in order, and the one of Ray what is put into the result."""
    ray = {"level": Level.OK, "found": "answers", "repair": ""}

    def finding_of(name):
        return lambda *_: Finding(name=name, **(ray if name == "Ray" else {"level": Level.OK, "found": "fine"}))

    for name in NAMES:
        monkeypatch.setattr(checks, f"{name.lower().replace(' ', '_')}_finding", finding_of(name))
    return ray


def test_everything_in_order_is_done_and_every_check_has_its_line(healthy, tmp_path, capsys):
    code = run_command(doctor.main, doctor.parser(), ["--workspace", str(tmp_path), "--json", str(tmp_path / "f.json")])

    lines = capsys.readouterr().out.splitlines()
    assert code == DONE
    assert [line.split(":")[0].removeprefix("ok").strip() for line in lines[:-1]] == NAMES
    assert lines[-1] == "ready for a search"
    written = json.loads((tmp_path / "f.json").read_text())["findings"]
    assert [one["name"] for one in written] == NAMES


@pytest.mark.parametrize(("level", "code"), [(Level.NOTE, DONE), (Level.PROBLEM, UNDONE)])
def test_a_problem_ends_with_code_1_and_a_note_does_not(healthy, tmp_path, capsys, level, code):
    healthy.update(level=level, found="nobody answers.", repair="Start it.")

    assert run_command(doctor.main, doctor.parser(), ["--workspace", str(tmp_path)]) == code

    out = capsys.readouterr().out
    assert f"{level:7}  Ray: nobody answers. Start it." in out.splitlines()
    assert ("1 of 9 checks found a problem" in out) == (code == UNDONE)
