import json
from dataclasses import replace

import pytest

from platform.rendering.rendered_root import LayoutSettings, prepare_root, read_settings
from platform.rendering.settings import DemoSettings, Difficulty
from platform.rendering.trees import Layout
from spotformer_core.errors import DatasetError, InvalidValueError

SETTINGS = DemoSettings(num_subjects=2, difficulty=Difficulty.HARD, seconds=12.5)
LAYOUT_SETTINGS = LayoutSettings(layout=Layout.CAS_ME_3, annotation_file="a.xls", annotation_sha256="00ff", seed=4)


@pytest.mark.parametrize("settings", [SETTINGS, LAYOUT_SETTINGS])
def test_settings_are_read_back_from_a_root(tmp_path, settings):
    prepare_root(tmp_path / "new" / "root", settings)

    assert read_settings(tmp_path / "new" / "root") == settings


def test_the_note_says_what_the_recordings_are(tmp_path):
    prepare_root(tmp_path, SETTINGS)

    note = (tmp_path / "RENDERED.md").read_text()
    assert "they say nothing about people" in note
    assert "- difficulty: hard" in note
    assert "- seed: 0" in note


def test_preparing_twice_changes_nothing(tmp_path):
    prepare_root(tmp_path, SETTINGS)
    (tmp_path / "rawpic").mkdir()
    before = (tmp_path / "rendered.json").stat().st_mtime_ns

    prepare_root(tmp_path, SETTINGS)

    assert (tmp_path / "rendered.json").stat().st_mtime_ns == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["RENDERED.md", "rawpic", "rendered.json"]


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (
            replace(SETTINGS, seed=3),
            r"seed must be 0, with which .* was rendered, got 3\. Use another --root, or delete",
        ),
        (replace(SETTINGS, difficulty=Difficulty.EASY), "difficulty must be 'hard', .* got <Difficulty.EASY: 'easy'>"),
        (LAYOUT_SETTINGS, "made_for must be 'demo', .* got 'annotation'"),
    ],
)
def test_other_settings_are_refused(tmp_path, settings, message):
    prepare_root(tmp_path, SETTINGS)

    with pytest.raises(InvalidValueError, match=message):
        prepare_root(tmp_path, settings)


def test_a_folder_with_frames_of_another_origin_is_refused(tmp_path):
    (tmp_path / "rawpic").mkdir()

    with pytest.raises(
        InvalidValueError, match=r"must be empty or rendered before, got .*'rawpic' has no rendered.json"
    ):
        prepare_root(tmp_path, SETTINGS)

    assert [path.name for path in tmp_path.iterdir()] == ["rawpic"]


def test_a_root_of_another_renderer_is_refused(tmp_path):
    (tmp_path / "rendered.json").write_text(json.dumps({"version": 99, "settings": {}}))

    with pytest.raises(InvalidValueError, match="rendered by version 1 of the renderer, got 99"):
        read_settings(tmp_path)


def test_a_root_without_record_has_no_settings(tmp_path):
    with pytest.raises(DatasetError, match=r"must have a rendered.json, got none in .*Render into an empty folder"):
        read_settings(tmp_path)


@pytest.mark.parametrize(
    "content",
    [
        b"{",
        b"\xff",
        b"[]",
        b'{"version": 1}',
        b'{"version": 1, "settings": {}}',
        b'{"version": 1, "settings": {"made_for": "demo", "difficulty": "easy", "speed": 3}}',
        b'{"version": 1, "settings": {"made_for": "demo", "difficulty": "odd"}}',
    ],
)
def test_a_damaged_record_is_named_with_the_repair(tmp_path, content):
    (tmp_path / "rendered.json").write_bytes(content)

    with pytest.raises(DatasetError, match=r"got a damaged file in .*Delete .* to render it anew"):
        read_settings(tmp_path)
