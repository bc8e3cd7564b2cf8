"""What this machine can do, looked at for real; what it cannot, made to happen."""

import shutil
from types import SimpleNamespace

import cv2
import numpy as np
import pytest
import torch

from platform.diagnosis import machine
from platform.diagnosis.finding import Level


def test_numba_keeps_what_it_compiles():
    finding = machine.compiled_code_finding()

    assert (finding.level, finding.found.startswith("kept in /")) == (Level.OK, True)


def test_a_cache_that_may_not_be_written_is_a_problem_with_its_repair(monkeypatch):
    def njit(**_):
        raise RuntimeError("cannot cache function '_next': no locator available")

    monkeypatch.setattr(machine.numba, "njit", njit)
    finding = machine.compiled_code_finding()

    assert (finding.level, "no locator" in finding.found) == (Level.PROBLEM, True)
    assert finding.repair.startswith("Set NUMBA_CACHE_DIR")


def test_a_workspace_with_room_is_fine_and_is_not_made(tmp_path):
    finding = machine.workspace_finding(tmp_path / "a" / "workspace")

    assert finding.level is Level.OK
    assert list(tmp_path.iterdir()) == []


def test_a_workspace_without_room_is_a_problem(tmp_path, monkeypatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=machine.LEAST_FREE - 1))
    finding = machine.workspace_finding(tmp_path)

    assert finding.level is Level.PROBLEM
    assert "must have 2 GB free, got 2.0 GB" in finding.found


def test_a_workspace_that_may_not_be_written_is_a_problem(tmp_path, monkeypatch):
    def refuse(**_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(machine.tempfile, "TemporaryFile", refuse)
    finding = machine.workspace_finding(tmp_path)

    assert (finding.level, "Permission denied" in finding.found) == (Level.PROBLEM, True)
    assert finding.repair == "Name another folder with --workspace."


def test_ffv1_gives_back_what_was_written():
    finding = machine.videos_finding()

    assert finding.level is Level.OK
    assert finding.found == f"OpenCV {cv2.__version__} writes and reads FFV1"


@pytest.mark.parametrize(
    "read", [(False, None), (True, np.zeros((48, 64, 3), np.uint8))], ids=["nothing", "other frames"]
)
def test_videos_that_come_back_otherwise_are_a_problem(monkeypatch, read):
    monkeypatch.setattr(cv2, "VideoCapture", lambda *_: SimpleNamespace(read=lambda: read, release=lambda: None))
    finding = machine.videos_finding()

    assert (finding.level, "must read the 4 frames that it wrote" in finding.found) == (Level.PROBLEM, True)


@pytest.mark.parametrize(("has_driver", "level"), [(False, Level.NOTE), (True, Level.PROBLEM)])
def test_a_gpu_that_pytorch_does_not_find_is_a_problem_and_none_a_note(monkeypatch, tmp_path, has_driver, level):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(machine, "_NVIDIA_DEVICE", tmp_path if has_driver else tmp_path / "none")

    assert machine.gpu_finding().level is level


def test_a_gpu_on_which_pytorch_fails_is_a_problem(monkeypatch):
    def ones(*_, device):
        raise RuntimeError(f"{device} error: no kernel image is available")

    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch, "ones", ones)
    finding = machine.gpu_finding()

    assert (finding.level, finding.found) == (Level.PROBLEM, "cuda error: no kernel image is available")
    assert finding.repair
