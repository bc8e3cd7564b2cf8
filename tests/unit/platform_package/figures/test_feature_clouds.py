"""Fig. 7: principal components, classes and how far they lie apart."""

import numpy as np
import pytest

from platform.figures.feature_clouds import (
    draw_feature_clouds,
    feature_cloud,
    feature_clouds_chart,
    sampled_frames,
)

CLASSES = np.repeat([0, 1, 2], [60, 30, 20])


def features(*, apart, width=6):
    generator = np.random.default_rng(0)
    centres = apart * np.eye(3, width)
    return (centres[CLASSES] + generator.normal(size=(len(CLASSES), width))).astype(np.float32)


def test_components_are_those_of_the_covariance():
    made = features(apart=4)

    cloud = feature_cloud("a", made, CLASSES)

    wide = made.astype(np.float64)
    values, vectors = np.linalg.eigh(np.cov(wide.T))
    expected = (wide - wide.mean(axis=0)) @ vectors[:, [-1, -2]]
    # Double precision: the two ways differ by some 1e-16 times the values over the gap between them.
    assert values[-1] - values[-2] > 0.1
    np.testing.assert_allclose(np.abs(cloud.points), np.abs(expected), rtol=0, atol=1e-10)
    assert cloud.explained == pytest.approx(values[-2:].sum() / values.sum(), rel=1e-10)


def test_the_sign_of_a_component_is_fixed():
    made = features(apart=4)
    flipped = np.concatenate([made, -made])[: len(made)]

    np.testing.assert_array_equal(feature_cloud("a", made, CLASSES).points, feature_cloud("b", flipped, CLASSES).points)
    mirrored = feature_cloud("c", -made, CLASSES)
    assert np.abs(mirrored.points + feature_cloud("a", made, CLASSES).points).max() < 1e-6


def test_classes_that_lie_apart_have_a_larger_separation():
    near, far = (feature_cloud("", features(apart=apart), CLASSES).separation for apart in (0, 5))

    assert near < 0.1
    assert far > 1


def test_equal_features_have_no_separation():
    cloud = feature_cloud("", np.ones((len(CLASSES), 4), np.float32), CLASSES)

    assert (cloud.separation, cloud.explained) == (0, 0)


def test_so_many_frames_of_each_class_are_drawn_by_the_seed():
    classes = np.repeat([0, 1, 2], [5000, 900, 7])

    drawn = sampled_frames(classes, seed=1)

    assert [int((classes[drawn] == one).sum()) for one in (0, 1, 2)] == [400, 400, 7]
    assert list(drawn) == sorted(set(drawn))
    np.testing.assert_array_equal(drawn, sampled_frames(classes, seed=1))
    assert list(drawn) != list(sampled_frames(classes, seed=2))


def test_picture_and_chart_compare_micro_with_macro_and_with_neutral():
    clouds = [feature_cloud(title, features(apart=3), CLASSES) for title in ("without", "with")]

    chart = feature_clouds_chart(clouds)

    assert draw_feature_clouds(clouds).startswith(b"\x89PNG")
    assert [trace.name for trace in chart.data] == ["macro", "micro"] * 2 + ["neutral", "micro"] * 2
    assert {len(trace.x) for trace in chart.data if trace.name == "neutral"} == {60}
    assert len({(trace.name, trace.marker.symbol) for trace in chart.data}) == 3
    assert [one.text for one in chart.layout.annotations] == ["without", "with"]
