"""The journal on a real disk: what is written is read, and what goes wrong loses nothing that was finished."""

import errno
import gc
import json
import logging
import os
import resource
import subprocess
import sys
import zlib

import pytest

from platform.study.journal import Journal, encode, read_journal
from platform.study.records import ConfigurationRecord, DecodingRecord, FailureRecord, ReopenedRecord
from spotformer_core.errors import JournalError

CONFIGURATION = ConfigurationRecord(configuration="c0000", params={"window": 9, "learning_rate": 1e-3})
REOPENED = ReopenedRecord(configuration="c0000")
CHOICE = {"epoch": 0, "decoding": 2, "thresholds": {"macro": 0.3, "micro": 0.5}, "counts": {"macro": [1, 0, 2]}}
DECODING = DecodingRecord(configuration="c0000", choices={"honest": {"a": CHOICE, "b": CHOICE}})


@pytest.fixture
def path(tmp_path):
    return tmp_path / "studies" / "toy" / "journal.jsonl"


@pytest.fixture
def records(make_study_record, make_fold_record):
    """One of each kind, with text that JSON must escape."""
    failure = FailureRecord(configuration="c0000", subject="b", reason="loss is NaN\n\u2028 „at epoch 3“")
    return [make_study_record(), CONFIGURATION, make_fold_record(), failure, REOPENED, DECODING]


def write(path, records):
    with Journal(path) as journal:
        for record in records:
            journal.append(record)


def test_records_of_every_kind_come_back_equal_after_reopening(path, records):
    write(path, records)

    with Journal(path) as journal:
        assert journal.records == records
        journal.append(CONFIGURATION)

    assert read_journal(path) == [*records, CONFIGURATION]


def test_garbage_is_collected_after_reading_as_before(path, records):
    write(path, records)
    read_journal(path)
    assert gc.isenabled()

    gc.disable()
    try:
        read_journal(path)
        assert not gc.isenabled()
    finally:
        gc.enable()


def test_a_line_whose_values_were_edited_is_damaged_whatever_its_checksum_was(path, records):
    write(path, records)
    path.write_bytes(path.read_bytes().replace(b'"window": 9', b'"window": 8'))

    with pytest.raises(JournalError, match=r"but line 2 of .* is damaged"):
        read_journal(path)


def test_a_reader_sees_every_record_as_soon_as_append_returns(path, records):
    with Journal(path) as journal:
        for number, record in enumerate(records, start=1):
            journal.append(record)

            assert read_journal(path) == records[:number]


def test_the_whole_line_is_flushed_to_disk_before_the_record_counts(path, monkeypatch):
    seen = []
    journal = Journal(path)

    def fsync(descriptor):
        seen.append((os.fstat(descriptor).st_size, path.read_bytes(), list(journal.records)))

    monkeypatch.setattr("os.fsync", fsync)
    with journal:
        journal.append(REOPENED)

    line = encode(REOPENED)
    assert seen == [(len(line), line, [])]


@pytest.mark.parametrize("kept", [1, 20, -1], ids=["first byte", "half", "all but the newline"])
def test_a_torn_last_line_is_dropped_with_a_notice_and_cut_off(path, records, caplog, kept):
    write(path, records)
    whole = path.read_bytes()
    path.write_bytes(whole + encode(CONFIGURATION)[:kept])

    assert read_journal(path) == records

    with caplog.at_level(logging.WARNING), Journal(path) as journal:
        assert journal.records == records

    assert "dropped a torn last line" in caplog.text
    assert path.read_bytes() == whole


def test_a_whole_journal_is_opened_without_a_notice(path, records, caplog):
    write(path, records)

    with Journal(path):
        pass

    assert caplog.text == ""


def flip(line: bytes) -> bytes:
    """The line with another seed and the old checksum."""
    return line.replace(b'"seed": 11', b'"seed": 12')


def test_a_flipped_digit_in_the_last_line_drops_that_line(path, records):
    write(path, records[:3])
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join([*lines[:2], flip(lines[2])]))

    assert read_journal(path) == records[:2]


@pytest.mark.parametrize(
    "damaged", [flip, lambda line: line[: len(line) // 2] + b"\n", lambda _: b"[1, 2]\n", lambda _: b"\xff\xfe\n"]
)
def test_a_damaged_line_in_the_middle_is_named_and_nothing_is_cut_off(path, records, damaged):
    write(path, records)
    lines = path.read_bytes().splitlines(keepends=True)
    lines[2] = damaged(lines[2])
    path.write_bytes(b"".join(lines))

    with pytest.raises(JournalError, match=r"line 3 of .*journal\.jsonl is damaged"):
        read_journal(path)
    with pytest.raises(JournalError, match="line 3"), Journal(path):
        pass
    assert path.read_bytes() == b"".join(lines)


def test_a_second_writer_is_refused_until_the_first_has_left(path):
    with Journal(path), pytest.raises(JournalError, match=rf"another one is writing {path}"), Journal(path):
        pass

    with Journal(path) as journal:
        journal.append(REOPENED)


def test_a_writer_in_another_process_is_refused(path):
    script = "import sys; from pathlib import Path; from platform.study.journal import Journal\n"
    script += "with Journal(Path(sys.argv[1])): pass"

    with Journal(path):
        other = subprocess.run(
            [sys.executable, "-c", script, path], capture_output=True, text=True, timeout=60, check=False
        )

    assert other.returncode == 1
    assert f"JournalError: one search at a time may write a study, but another one is writing {path}" in other.stderr


def test_a_journal_that_was_not_entered_refuses_records(path):
    with pytest.raises(JournalError, match=rf"must be entered before it is written, got {path}"):
        Journal(path).append(REOPENED)

    with Journal(path) as journal:
        pass
    with pytest.raises(JournalError, match=r"outside `with`"):
        journal.append(REOPENED)


def test_a_failed_flush_leaves_file_and_records_as_before_and_the_next_append_works(path, records, monkeypatch):
    write(path, records)
    before = path.read_bytes()

    def refuse(descriptor):
        raise OSError(errno.ENOSPC, "No space left on device")

    with Journal(path) as journal:
        with monkeypatch.context() as patch:
            patch.setattr("os.fsync", refuse)
            with pytest.raises(OSError, match="No space left"):
                journal.append(CONFIGURATION)

        assert path.read_bytes() == before
        assert journal.records == records

        journal.append(REOPENED)

    assert read_journal(path) == [*records, REOPENED]


def test_a_line_of_which_the_disk_takes_only_a_part_is_forgotten_for_good(path, records):
    write(path, records)
    before = path.read_bytes()
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)

    with Journal(path) as journal:
        # The system itself refuses to let the file grow by more than ten bytes.
        resource.setrlimit(resource.RLIMIT_FSIZE, (len(before) + 10, hard))
        try:
            with pytest.raises(OSError, match="too large"):
                journal.append(CONFIGURATION)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        assert path.read_bytes() == before
        journal.append(REOPENED)

    assert path.read_bytes() == before + encode(REOPENED)


@pytest.mark.parametrize(
    ("values", "match"),
    [
        ({"record": "epoch"}, r"must be one of \['configuration', .*got 'epoch'"),
        ({"seed": 3}, "got None"),
        ({"record": "reopened", "configuration": "c0000", "colour": "red"}, "got 'reopened': .*colour"),
    ],
    ids=["unknown name", "no name", "unknown field"],
)
def test_a_line_that_is_none_of_our_records_is_refused(path, values, match):
    path.parent.mkdir(parents=True)
    path.write_bytes(with_checksum(values))

    with pytest.raises(JournalError, match=match), Journal(path):
        pass


def with_checksum(values: dict[str, object]) -> bytes:
    """The whole line that another version of this software would have written for `values`."""
    body = json.dumps(values, sort_keys=True)
    return f'{body[:-1]}, "crc32": "{zlib.crc32(body.encode()):08x}"}}\n'.encode()
