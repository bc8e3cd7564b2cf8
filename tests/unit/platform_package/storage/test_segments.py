"""A journal in segments: sent as it grows, joined as it was, whoever loses what."""

import threading
import time
from pathlib import Path

import pytest

from platform.storage import segments
from platform.storage.lease import LeaseTimes
from platform.storage.segments import fetch_journal, names_of_studies, written_journal
from spotformer_core.errors import StorageError

QUICK = LeaseTimes(renewed=0.1, dead=0.8, looked=0.05)


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(segments, "SECONDS_UNSENT", 0.05)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    (tmp_path / "here").mkdir()
    return tmp_path / "here" / "journal.jsonl"


@pytest.fixture
def elsewhere(tmp_path: Path) -> Path:
    return tmp_path / "elsewhere" / "journal.jsonl"


def append(path: Path, text: str) -> None:
    with path.open("a") as file:
        file.write(text)


def sent(objects) -> list[str]:
    return [one.key for one in objects.below("journals/s")]


def wait_for_segments(objects, count: int) -> None:
    deadline = time.monotonic() + 20
    while len(sent(objects)) < count:
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_what_is_appended_is_sent_meanwhile_and_the_rest_at_the_end(objects, path, elsewhere):
    with written_journal(objects, "s", path, times=QUICK):
        append(path, "one\n")
        wait_for_segments(objects, 1)
        append(path, "two\n")
        wait_for_segments(objects, 2)
        append(path, "three\n")

    assert fetch_journal(objects, "s", elsewhere) == len("one\ntwo\nthree\n")
    assert elsewhere.read_text() == "one\ntwo\nthree\n"
    assert sent(objects)[:2] == ["journals/s/0000000000000000.jsonl", "journals/s/0000000000000004.jsonl"]
    assert names_of_studies(objects) == ["s"]


def test_a_line_that_is_not_whole_is_not_sent(objects, path, elsewhere):
    with written_journal(objects, "s", path, times=QUICK):
        append(path, "one\ntorn")

    fetch_journal(objects, "s", elsewhere)

    assert elsewhere.read_text() == "one\n"


def test_what_a_search_that_died_had_not_sent_is_sent_by_the_next_one(objects, path, elsewhere):
    objects.put("journals/s/0000000000000000.jsonl", b"one\n")
    append(path, "one\ntwo\n")

    with written_journal(objects, "s", path, times=QUICK):
        assert path.read_text() == "one\ntwo\n"

    fetch_journal(objects, "s", elsewhere)
    assert elsewhere.read_text() == "one\ntwo\n"


def test_another_machine_goes_on_where_the_first_one_was_lost(objects, path, elsewhere):
    with written_journal(objects, "s", path, times=QUICK):
        append(path, "one\n")
    with written_journal(objects, "s", elsewhere, times=QUICK):
        assert elsewhere.read_text() == "one\n"
        append(elsewhere, "two\n")

    assert fetch_journal(objects, "s", path) == len("one\ntwo\n")
    assert path.read_text() == "one\ntwo\n"


def test_what_went_another_way_is_put_aside_and_told(objects, path, caplog):
    objects.put("journals/s/0000000000000000.jsonl", b"one\nelsewhere\n")
    append(path, "one\nhere\n")

    fetch_journal(objects, "s", path)

    assert path.read_text() == "one\nelsewhere\n"
    assert (path.parent / "journal.jsonl.9.aside").read_text() == "one\nhere\n"
    assert "went on elsewhere" in caplog.text


def test_a_missing_segment_is_told(objects, path):
    objects.put("journals/s/0000000000000004.jsonl", b"two\n")

    with pytest.raises(StorageError, match="0 bytes of 4 are there"):
        fetch_journal(objects, "s", path)


@pytest.mark.parametrize("left", [0, 1, 3])
def test_many_segments_become_one_and_a_death_on_the_way_loses_nothing(objects, path, elsewhere, monkeypatch, left):
    monkeypatch.setattr(segments, "_MANY", 2)
    for offset in (0, 4, 8, 12):
        objects.put(f"journals/s/{offset:016d}.jsonl", b"abc\n")
    remove, removed = type(objects).remove, []

    def dying(self, key: str) -> None:
        if key.startswith("journals"):
            if len(removed) == left:
                raise KeyboardInterrupt
            removed.append(key)
        remove(self, key)

    if left < 3:
        monkeypatch.setattr(type(objects), "remove", dying)
        with pytest.raises(KeyboardInterrupt), written_journal(objects, "s", path, times=QUICK):
            pass
        monkeypatch.setattr(type(objects), "remove", remove)
    else:
        with written_journal(objects, "s", path, times=QUICK):
            pass

    assert len(sent(objects)) == 4 - left
    fetch_journal(objects, "s", elsewhere)
    assert elsewhere.read_text() == 4 * "abc\n"


def test_a_store_that_is_away_holds_nothing_up_and_gets_everything_later(objects, path, monkeypatch):
    is_away = threading.Event()
    put = type(objects).put

    def sometimes(self, key: str, content: bytes):
        if is_away.is_set() and key.startswith("journals"):
            raise StorageError("away")
        return put(self, key, content)

    monkeypatch.setattr(type(objects), "put", sometimes)
    with written_journal(objects, "s", path, times=QUICK):
        is_away.set()
        append(path, "one\n")
        time.sleep(0.2)
        assert sent(objects) == []
        is_away.clear()
        wait_for_segments(objects, 1)

    assert path.read_text() == "one\n"


def test_what_could_not_be_sent_at_the_end_is_an_error_and_sent_by_the_next_start(objects, path, monkeypatch):
    put = type(objects).put

    def refuse(self, key: str, content: bytes):
        if key.startswith("journals"):
            raise StorageError("away")
        return put(self, key, content)

    monkeypatch.setattr(type(objects), "put", refuse)
    with pytest.raises(StorageError, match="away"), written_journal(objects, "s", path, times=QUICK):
        append(path, "one\n")
    monkeypatch.setattr(type(objects), "put", put)
    with written_journal(objects, "s", path, times=QUICK):
        pass

    assert len(sent(objects)) == 1


def test_a_second_search_is_refused_while_the_first_one_writes(objects, path, elsewhere):
    with (
        written_journal(objects, "s", path, times=QUICK),
        pytest.raises(StorageError, match="another one is writing it now"),
        written_journal(objects, "s", elsewhere, times=QUICK),
    ):
        pass
