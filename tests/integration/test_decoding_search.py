"""A search that chooses decoding and epoch on stored scores, and the same choice made afterwards."""

import json
import shutil
from pathlib import Path

import pytest

from platform.study.journal import read_journal
from platform.study.records import DecodingRecord, FoldRecord
from search_spaces.named import named_space
from tests.searches import Ended, journal_lines, run_module

SEARCH = ("--space", "smoke-decoding", "--configurations", "1", "--seed", "2", "--study", "chosen")


@pytest.fixture(scope="module")
def searched(extracted: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Ended]:
    """A workspace with a finished search of one configuration."""
    folder = tmp_path_factory.mktemp("decoding") / "workspace"
    shutil.copytree(extracted, folder)
    ended = run_module("search", "--workspace", folder, *SEARCH, "--workers", "2", "--json", folder / "result.json")
    return folder, ended


def test_the_choice_is_in_the_journal_and_the_frame_scores_of_every_epoch_beside_it(searched: tuple[Path, Ended]):
    folder, ended = searched
    assert ended.code == 0, ended.err
    study = folder / "studies" / "chosen"
    space = named_space("smoke-decoding")

    records = read_journal(study / "journal.jsonl")

    assert sum(isinstance(record, FoldRecord) for record in records) == 3
    assert sum(isinstance(record, DecodingRecord) for record in records) == 1
    assert len(records[0].decodings) == space.num_decodings + 1
    scores = study / "scores" / "c0000"
    for subject in records[0].subjects:
        for epoch in space.stored_epochs:
            assert (scores / f"epoch-{epoch}" / f"{subject}.arrow").is_file()
        assert (scores / f"{subject}.npz").is_file()


def test_decoding_the_finished_study_with_the_same_candidates_chooses_the_same(searched: tuple[Path, Ended]):
    folder, _ = searched
    before = (folder / "studies" / "chosen" / "journal.jsonl").read_bytes()
    path = folder / "decoded.json"

    ended = run_module(
        *("decode", "--workspace", folder, "--study", "chosen", "--candidates", "16", "--seed", "2", "--json", path)
    )

    assert ended.code == 0, ended.err
    (found,) = json.loads(path.read_text())["configurations"]
    (searched_for,) = json.loads((folder / "result.json").read_text())["configurations"]
    assert {kind: one["value"] for kind, one in found["f1"]["honest"].items()} == searched_for["f1"]
    assert {kind: one["value"] for kind, one in found["f1"]["paper"].items()} == searched_for["f1_paper"]
    assert found["gain"]["value"] == 0
    assert (folder / "studies" / "chosen" / "journal.jsonl").read_bytes() == before


def test_a_search_that_died_before_its_choice_makes_it_without_training(searched: tuple[Path, Ended]):
    folder, _ = searched
    journal = folder / "studies" / "chosen" / "journal.jsonl"
    lines = journal.read_bytes().splitlines(keepends=True)
    (position,) = (number for number, line in enumerate(lines) if b'"record": "decoding"' in line)
    journal.write_bytes(b"".join(lines[:position]))

    ended = run_module("search", "--workspace", folder, *SEARCH)

    assert ended.code == 0, ended.err
    assert "0 folds were run now, 3 were finished before" in ended.out
    assert journal.read_bytes().startswith(b"".join(lines[: position + 1]))
    assert len(journal_lines(journal, "decoding")) == 1
