"""Counts of several epochs and decodings, in hand and on disk."""

import numpy as np
import pytest

from spotformer_core.config import DecodingConfig
from spotformer_core.datasets.frame_labels import label_scores
from spotformer_core.datasets.recording import Expression, ExpressionKind
from spotformer_core.errors import StudyError
from spotformer_core.metrics.protocols import LAST_EPOCH, Setting
from spotformer_core.metrics.setting_tables import all_settings, read_setting_table, setting_table, write_setting_table
from spotformer_core.metrics.threshold_counts import threshold_counts

THRESHOLDS = (0.2, 0.5, 0.8)
TRUTHS = (
    Expression(onset=20, apex=35, offset=52, kind=ExpressionKind.MACRO),
    Expression(onset=80, apex=84, offset=88, kind=ExpressionKind.MICRO),
)
DECODINGS = (DecodingConfig(), DecodingConfig(overlap_threshold=0.1, macro_duration=30))
SETTINGS = all_settings((LAST_EPOCH, 3), num_decodings=2)


@pytest.fixture
def recordings_by_epoch():
    generator = np.random.default_rng(0)
    truth = label_scores(TRUTHS, 160)
    noise = generator.random((2, *truth.shape))
    return {
        epoch: [((0.5 * truth + 0.5 * noise[index]).astype(np.float32), TRUTHS)]
        for index, epoch in enumerate((LAST_EPOCH, 3))
    }


@pytest.fixture
def table(recordings_by_epoch) -> np.ndarray:
    return setting_table(recordings_by_epoch, SETTINGS, decodings=DECODINGS, thresholds=THRESHOLDS)


def test_the_last_epoch_as_configured_comes_first():
    assert (
        Setting(),
        Setting(decoding=1),
        Setting(epoch=3),
        Setting(epoch=3, decoding=1),
    ) == SETTINGS


def test_every_row_is_what_its_epoch_and_decoding_give_alone(recordings_by_epoch, table):
    assert table.shape == (4, 2, 3, 3)
    for row, one in enumerate(SETTINGS):
        alone = threshold_counts(recordings_by_epoch[one.epoch], THRESHOLDS, DECODINGS[one.decoding])
        np.testing.assert_array_equal(table[row], alone)
    assert len({row.tobytes() for row in table}) == 4


def test_a_table_is_read_back_as_it_was_written(table, tmp_path):
    path = tmp_path / "tables" / "a.npz"

    write_setting_table(path, SETTINGS, table)

    np.testing.assert_array_equal(read_setting_table(path, SETTINGS), table)
    assert [one.name for one in path.parent.iterdir()] == ["a.npz"]


def test_there_is_no_table_where_none_was_written_or_one_of_other_settings(table, tmp_path):
    path = tmp_path / "a.npz"
    assert read_setting_table(path, SETTINGS) is None

    write_setting_table(path, SETTINGS, table)

    assert read_setting_table(path, SETTINGS[:3]) is None
    assert read_setting_table(path, all_settings((LAST_EPOCH, 4), num_decodings=2)) is None


@pytest.mark.parametrize("share", [0, 0.5, 0.95])
def test_a_table_that_was_cut_off_is_told(table, tmp_path, share):
    path = tmp_path / "a.npz"
    write_setting_table(path, SETTINGS, table)
    path.write_bytes(path.read_bytes()[: int(share * path.stat().st_size)])

    with pytest.raises(StudyError, match=r"a\.npz must hold the counts of a finished fold, got: .*Delete it"):
        read_setting_table(path, SETTINGS)


def test_a_file_with_something_else_in_it_is_told(tmp_path):
    path = tmp_path / "a.npz"
    np.savez(path, other=np.zeros(3))

    with pytest.raises(StudyError, match=r"a\.npz must hold the counts of a finished fold, got: .*settings"):
        read_setting_table(path, SETTINGS)
