"""A search whose space asks for extra regions gets features that hold them, or a message before any work."""

from pathlib import Path

import numpy as np
import pytest

import platform.search
from platform.console.command import MISTAKE, run_command
from search_spaces.vocabulary import Choice, Space
from spotformer_core.config import FaceRegions

WITH_EXTRAS = Space(name="made", description="", dimensions={"regions": Choice(("ten", "with-nose-sides"))})


class ReachedError(Exception):
    """The extraction would begin here."""


def run(*arguments: object) -> int:
    return run_command(platform.search.main, platform.search.parser(), [str(argument) for argument in arguments])


@pytest.mark.parametrize(
    ("option", "extracted"),
    [
        ((), FaceRegions.NOSE_SIDES),
        (("--regions", "ten"), FaceRegions.NOSE_SIDES),
        (("--regions", "with-nose-sides-and-eyelids"), FaceRegions.EYELIDS),
    ],
)
def test_the_regions_that_the_space_can_ask_for_are_extracted(option, extracted, tmp_path, monkeypatch):
    settings = []

    def reach(*_, **arguments):
        settings.append(arguments["settings"])
        raise ReachedError

    monkeypatch.setattr(platform.search, "chosen_space", lambda _, dataset: WITH_EXTRAS)
    monkeypatch.setattr(platform.search, "render_and_read", lambda *_, **__: (None, 0.0))
    monkeypatch.setattr(platform.search, "require_two_subjects", lambda _: None)
    monkeypatch.setattr(platform.search, "extracted_features", reach)
    (tmp_path / "demo" / "landmarks").mkdir(parents=True)

    with pytest.raises(ReachedError):
        run("--workspace", tmp_path, *option)

    assert [one.regions for one in settings] == [extracted]


def test_released_features_without_them_are_refused_before_a_study_begins(tmp_path, monkeypatch, capsys):
    release: Path = tmp_path / "release"
    (release / "samm_006").mkdir(parents=True)
    np.save(release / "samm_006" / "samm_006_1.npy", np.zeros((20, 17, 18, 2), np.float32))
    (release / "table.csv").write_text(
        "subject,video_name,type_idx,start_frame,apex_frame,end_frame\nsamm_006,samm_006_1,1,2,4,6\n"
    )
    monkeypatch.setattr(platform.search, "chosen_space", lambda _, dataset: WITH_EXTRAS)

    code = run(
        *("--dataset", "lineage", "--features", release, "--annotations", release / "table.csv"),
        *("--workspace", tmp_path / "w", "--policy", "other-totals=accept"),
    )

    assert code == MISTAKE
    assert "asks for regions 'with-nose-sides'. Search a space whose regions are 'ten'" in capsys.readouterr().err
    assert not (tmp_path / "w" / "studies").exists()
