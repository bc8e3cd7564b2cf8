from pathlib import Path

import pytest

from spotformer_core.atomic_files import written_whole


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_the_file_appears_when_the_block_ends_and_not_before(tmp_path):
    target = tmp_path / "new" / "deep" / "result.json"

    with written_whole(target) as path:
        path.write_text("whole")
        assert path.parent == target.parent
        assert not target.exists()

    assert target.read_text() == "whole"
    assert names_in(target.parent) == ["result.json"]


def test_an_earlier_file_stays_readable_until_the_new_one_is_whole(tmp_path):
    target = tmp_path / "result.json"
    target.write_text("old")

    with written_whole(target) as path:
        path.write_text("new")
        assert target.read_text() == "old"

    assert target.read_text() == "new"


@pytest.mark.parametrize("error", [OSError("disk full"), KeyboardInterrupt(), SystemExit(1), GeneratorExit()])
def test_when_the_block_raises_the_earlier_file_stays_and_nothing_is_left(tmp_path, error):
    target = tmp_path / "result.json"
    target.write_text("old")

    def write_half() -> None:
        with written_whole(target) as path:
            path.write_text("half")
            raise error

    with pytest.raises(type(error)):
        write_half()

    assert target.read_text() == "old"
    assert names_in(tmp_path) == ["result.json"]


def test_a_block_that_raises_before_it_writes_leaves_nothing(tmp_path):
    with pytest.raises(RuntimeError, match="too early"), written_whole(tmp_path / "result.json"):
        raise RuntimeError("too early")

    assert names_in(tmp_path) == []


def test_a_block_that_writes_nothing_is_an_error_and_leaves_nothing(tmp_path):
    with pytest.raises(FileNotFoundError), written_whole(tmp_path / "result.json"):
        pass

    assert names_in(tmp_path) == []


def test_when_the_file_cannot_take_its_place_nothing_is_left(tmp_path):
    (tmp_path / "result.json").mkdir()

    with pytest.raises(OSError, match=r"result.json"), written_whole(tmp_path / "result.json") as path:
        path.write_text("whole")

    assert names_in(tmp_path) == ["result.json"]


def test_two_writers_of_one_file_do_not_share_a_temporary_one(tmp_path):
    target = tmp_path / "result.json"

    with written_whole(target) as outer:
        outer.write_text("outer")
        with written_whole(target) as inner:
            inner.write_text("inner")
        assert target.read_text() == "inner"

    assert target.read_text() == "outer"
    assert names_in(tmp_path) == ["result.json"]
