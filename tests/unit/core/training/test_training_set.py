import numpy as np
import pytest
import torch

from spotformer_core.config import Configuration, LabelRule
from spotformer_core.datasets.frame_labels import label_frames
from spotformer_core.errors import FlowStoreError
from spotformer_core.flow.windows import sw_mro
from spotformer_core.training.batch_memory import BatchMemory
from spotformer_core.training.training_set import load_training_set

CPU = torch.device("cpu")


def gathered(training_set, indices):
    return BatchMemory([training_set], len(indices)).gather(torch.tensor([indices]))


def configuration(**parameters) -> Configuration:
    return Configuration.from_parameters(
        {"window": 9, "training_frames": "all", "labels": "whole-recording", **parameters}
    )


def test_windows_and_labels_of_all_recordings_stand_one_after_another(make_band):
    bands = [make_band("s1", "a", num_frames=25, seed=1), make_band("s2", "b", num_frames=40, seed=2)]

    training_set = load_training_set(bands, configuration(), device=CPU)
    windows, labels = gathered(training_set, [64, 25, 3])

    second = label_frames(bands[1].recording.expressions, 40)
    first = label_frames(bands[0].recording.expressions, 25)
    assert training_set.num_frames == 65
    np.testing.assert_array_equal(windows[0], sw_mro(bands[1].flow, 9)[39])
    np.testing.assert_array_equal(windows[1], sw_mro(bands[1].flow, 9)[0])
    np.testing.assert_array_equal(windows[2], sw_mro(bands[0].flow, 9)[3])
    for name in ("boundary", "apex", "expression", "contrast"):
        expected = [getattr(second, name)[39], getattr(second, name)[0], getattr(first, name)[3]]
        np.testing.assert_array_equal(getattr(labels, name), expected)


def test_windows_rest_in_half_precision_and_are_gathered_in_single_precision(make_band):
    training_set = load_training_set([make_band("s1", "a")], configuration(), device=CPU)

    windows, _ = gathered(training_set, [0])

    assert training_set.windows.dtype == torch.float16
    assert windows.dtype == torch.float32


def test_a_flow_band_that_is_too_short_for_the_window_is_refused(make_band):
    with pytest.raises(FlowStoreError, match="a window of 11 frames needs a flow band of 10 steps, got 8"):
        load_training_set([make_band("s1", "a")], configuration(window=11), device=CPU)


def test_only_the_segments_with_expressions_are_trained_on_when_asked_for(make_band):
    bands = [make_band("s1", "a", num_frames=40), make_band("s2", "b", num_frames=40, expressions=())]

    training_set = load_training_set(bands, configuration(training_frames="expression-segments"), device=CPU)
    windows, labels = gathered(training_set, [31])

    # Expressions last from frame 3 to 13 and from 18 to 22: two of the three segments of one recording.
    assert training_set.num_frames == 32
    np.testing.assert_array_equal(windows[0], sw_mro(bands[0].flow, 9)[31])
    assert labels.contrast.tolist() == [0]


def test_labels_follow_the_named_rule(make_band):
    band = make_band("s1", "a")

    training_set = load_training_set([band], configuration(labels="as-released"), device=CPU)

    released = label_frames(band.recording.expressions, 30, LabelRule.AS_RELEASED)
    np.testing.assert_array_equal(training_set.labels.boundary, released.boundary)
    assert (training_set.labels.boundary.numpy() != label_frames(band.recording.expressions, 30).boundary).any()


def test_recordings_without_expressions_leave_an_empty_training_set(make_band):
    bands = [make_band("s1", "a", expressions=())]

    training_set = load_training_set(bands, configuration(training_frames="expression-segments"), device=CPU)

    assert training_set.num_frames == 0
