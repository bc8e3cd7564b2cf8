"""The flow band against Sec. 3.1 of [Deng2024] written down literally: window by window, loop by loop."""

import math

import cv2
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from spotformer_core.config import FaceRegions
from spotformer_core.datasets.recording import Recording
from spotformer_core.flow.estimation.parameters import EstimatorName
from spotformer_core.flow.extraction import extract_flow
from spotformer_core.flow.face_box import FaceBox, face_boxes
from spotformer_core.flow.head_motion import HeadMotion
from spotformer_core.flow.pooling import Pooling
from spotformer_core.flow.regions import NOSE_TIP_LANDMARKS
from spotformer_core.flow.settings import ExtractionSettings
from spotformer_core.flow.windows import adjacent_flow, sw_mro

SIZE, FACE, RADIUS = 96, 64, 2
TEN = (18, 19, 20, 23, 24, 25, 48, 51, 54, 57)
LANDMARKS = {
    FaceRegions.TEN: TEN,
    FaceRegions.NOSE_SIDES: (*TEN, 31, 35),
    FaceRegions.EYELIDS: (*TEN, 31, 35, 41, 46),
}
WINDOWS = (9, 11, 13, 15, 17, 19, 21, 23, 25)
HALF_PRECISION = 4e-3


def textured_recording(folder, num_frames: int, seed: int) -> tuple[Recording, np.ndarray]:
    """A textured square that sways, with a local bump, and landmarks that follow it."""
    rng = np.random.default_rng(seed)
    noise = cv2.GaussianBlur(rng.normal(size=(SIZE, SIZE)), (0, 0), 2.0)
    still = np.clip(128 + 40 * noise / noise.std(), 0, 255).astype(np.uint8)
    points = rng.uniform(30, 66, (68, 2)).astype(np.float32)
    points[[0, 16]] = (18, 18), (78, 78)
    rows, columns = np.mgrid[:SIZE, :SIZE].astype(np.float32)
    landmarks, paths = [], []
    folder.mkdir(parents=True, exist_ok=True)
    for frame in range(num_frames):
        x, y = 2.5 * math.sin(frame / 3 + seed), 1.5 * math.sin(frame / 2)
        bump = 3 * np.exp(-((columns - 50) ** 2 + (rows - 60) ** 2) / 80).astype(np.float32) * math.sin(frame / 4)
        image = cv2.remap(still, columns - np.float32(x), rows - np.float32(y) - bump, cv2.INTER_CUBIC)
        paths.append(folder / f"{frame:04d}.png")
        cv2.imwrite(str(paths[-1]), image)
        landmarks.append(points + np.array([x, y], np.float32))
    recording = Recording(
        dataset="made",
        subject="1",
        name="1_1",
        frame_paths=tuple(paths),
        frame_numbers=tuple(range(num_frames)),
        frames_per_second=30.0,
        expressions=(),
    )
    return recording, np.array(landmarks, np.float32).reshape(num_frames, 68, 2)


def literal_mdmo(vectors: list[tuple[float, float]], edges: tuple[float, ...], share: float) -> tuple[float, float]:
    """MDMO as in the lineage: bins by angle, the most populous, its longest, their direction and mean length."""
    bins: list[list[tuple[float, float, float]]] = [[], [], [], []]
    for x, y in vectors:
        degrees = math.degrees(math.atan2(y, x)) % 360
        number = sum(degrees >= edge for edge in edges) % 4
        bins[number].append((math.hypot(x, y), x, y))
    main = max(bins, key=len)
    kept = sorted(main, reverse=True)[: max(1, int(share * len(main)))]
    x, y = sum(vector[1] for vector in kept), sum(vector[2] for vector in kept)
    mean_length = sum(vector[0] for vector in kept) / len(kept)
    norm = math.hypot(x, y)
    return (x / norm * mean_length, y / norm * mean_length) if norm else (0.0, 0.0)


def literal_mean(vectors: list[tuple[float, float]]) -> tuple[float, float]:
    return sum(x for x, _ in vectors) / len(vectors), sum(y for _, y in vectors) / len(vectors)


def area_vectors(flow: np.ndarray, rows: range, columns: range) -> list[tuple[float, float]]:
    return [(float(flow[row, column, 0]), float(flow[row, column, 1])) for row in rows for column in columns]


def dense_flow(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    return cv2.calcOpticalFlowFarneback(first, second, None, 0.5, 3, 15, 3, 5, 1.2, 0)


def nose_flow(flow: np.ndarray, points: np.ndarray, pooling: Pooling) -> tuple[float, float]:
    nose = np.rint(points[list(NOSE_TIP_LANDMARKS)]).astype(int)
    low, high = nose.min(axis=0) - 2 * RADIUS, nose.max(axis=0) + 2 * RADIUS
    vectors = area_vectors(flow, range(low[1], high[1] + 1), range(low[0], high[0] + 1))
    return literal_mdmo(vectors, (45, 135, 225, 315), 0.88) if pooling is Pooling.MDMO else literal_mean(vectors)


def region_flow(
    flow: np.ndarray, points: np.ndarray, head: tuple[float, float], pooling: Pooling, regions: FaceRegions
) -> np.ndarray:
    motion = []
    for landmark in LANDMARKS[regions]:
        x, y = np.rint(points[landmark]).astype(int)
        vectors = [
            (u - head[0], v - head[1])
            for u, v in area_vectors(flow, range(y - RADIUS, y + RADIUS + 1), range(x - RADIUS, x + RADIUS + 1))
        ]
        pooled = literal_mdmo(vectors, (30, 150, 210, 330), 0.6) if pooling is Pooling.MDMO else literal_mean(vectors)
        motion.append(pooled)
    return np.array(motion)


def literal_pair(
    first,
    second,
    box: FaceBox,
    landmarks,
    head_motion: HeadMotion,
    pooling: Pooling,
    regions: FaceRegions = FaceRegions.TEN,
) -> np.ndarray:
    """Motion of the regions between two frames: crop, flow, nose tip, alignment, flow, pooling."""
    points = box.to_crop(landmarks, FACE)
    face = box.crop(first, FACE)
    flow = dense_flow(face, box.crop(second, FACE))
    head = nose_flow(flow, points, pooling)
    if head_motion is HeadMotion.REALIGN:
        right, down = (round(value * box.side / FACE) for value in head)
        moved = FaceBox(left=box.left + right, top=box.top + down, side=box.side)
        flow = dense_flow(face, moved.crop(second, FACE))
        head = nose_flow(flow, points, pooling)
    return region_flow(flow, points, head, pooling, regions)


def literal_sw_mro(
    frames,
    landmarks,
    window: int,
    head_motion: HeadMotion,
    pooling: Pooling,
    regions: FaceRegions = FaceRegions.TEN,
) -> np.ndarray:
    """O of Sec. 3.1: for every frame a clip of w frames around it, the video padded with its first and last frame."""
    boxes = face_boxes(landmarks)
    features = np.zeros((len(frames), window, len(LANDMARKS[regions]), 2))
    for middle in range(len(frames)):
        clip = [min(max(middle - window // 2 + s, 0), len(frames) - 1) for s in range(window)]
        for s in range(1, window):
            a, b = clip[0], clip[s]
            pair = frames[a], frames[b], boxes[a], landmarks[a]
            features[middle, s] = literal_pair(*pair, head_motion, pooling, regions)
    return features


def pixels_of(recording: Recording) -> list[np.ndarray]:
    return [cv2.imread(str(path), cv2.IMREAD_GRAYSCALE) for path in recording.frame_paths]


def made_settings(window: int, *, estimator=EstimatorName.FARNEBACK, **more) -> ExtractionSettings:
    return ExtractionSettings(max_window=window, face_size=FACE, region_radius=RADIUS, estimator=estimator, **more)


@pytest.mark.parametrize("estimator", [EstimatorName.FARNEBACK, EstimatorName.OPENCV_FARNEBACK])
def test_one_band_holds_the_literal_features_of_every_window_at_every_frame(tmp_path, estimator):
    recording, landmarks = textured_recording(tmp_path, 10, seed=1)
    assert len(set(face_boxes(landmarks))) > 1

    band = extract_flow(recording, landmarks, made_settings(25, estimator=estimator))

    for window in WINDOWS:
        literal = literal_sw_mro(pixels_of(recording), landmarks, window, HeadMotion.SUBTRACT, Pooling.MDMO)
        np.testing.assert_allclose(sw_mro(band, window), literal, atol=HALF_PRECISION)
        assert np.abs(literal).max() > 0.3


@pytest.mark.parametrize("pooling", Pooling)
@pytest.mark.parametrize("head_motion", HeadMotion)
def test_every_head_motion_and_pooling_is_the_literal_one(tmp_path, head_motion, pooling):
    recording, landmarks = textured_recording(tmp_path, 10, seed=2)

    band = extract_flow(recording, landmarks, made_settings(9, head_motion=head_motion, pooling=pooling))

    literal = literal_sw_mro(pixels_of(recording), landmarks, 9, head_motion, pooling)
    np.testing.assert_allclose(sw_mro(band, 9), literal, atol=HALF_PRECISION)


def test_a_warm_start_stays_within_its_bound_of_the_literal_features(tmp_path):
    recording, landmarks = textured_recording(tmp_path, 30, seed=4)
    of_region_and_nose = 2 * 0.02

    chosen = made_settings(17, estimator=EstimatorName.FARNEBACK_WARM, pooling=Pooling.MEAN)
    band = extract_flow(recording, landmarks, chosen)

    literal = literal_sw_mro(pixels_of(recording), landmarks, 17, HeadMotion.SUBTRACT, Pooling.MEAN)
    np.testing.assert_allclose(sw_mro(band, 17), literal, atol=of_region_and_nose + HALF_PRECISION)


@pytest.mark.parametrize("regions", [FaceRegions.NOSE_SIDES, FaceRegions.EYELIDS])
def test_extra_regions_have_the_literal_features_and_leave_the_ten_as_they_are(tmp_path, regions):
    recording, landmarks = textured_recording(tmp_path, 10, seed=4)

    band = extract_flow(recording, landmarks, made_settings(9, regions=regions))

    literal = literal_sw_mro(pixels_of(recording), landmarks, 9, HeadMotion.SUBTRACT, Pooling.MDMO, regions)
    np.testing.assert_allclose(sw_mro(band, 9), literal, atol=HALF_PRECISION)
    np.testing.assert_array_equal(band[:, :, :10], extract_flow(recording, landmarks, made_settings(9)))
    assert np.abs(literal[:, :, 10:]).max() > 0.3


@given(num_frames=st.integers(1, 12), window=st.sampled_from(WINDOWS), seed=st.integers(0, 20))
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_recordings_shorter_than_the_window_have_the_literal_features(tmp_path, num_frames, window, seed):
    recording, landmarks = textured_recording(tmp_path / f"{num_frames}-{seed}", num_frames, seed)

    band = extract_flow(recording, landmarks, made_settings(window))

    literal = literal_sw_mro(pixels_of(recording), landmarks, window, HeadMotion.SUBTRACT, Pooling.MDMO)
    np.testing.assert_allclose(sw_mro(band, window), literal, atol=HALF_PRECISION)


def test_adjacent_flow_is_the_literal_flow_between_neighbours(tmp_path):
    recording, landmarks = textured_recording(tmp_path, 12, seed=3)
    frames, boxes = pixels_of(recording), face_boxes(landmarks)

    features = adjacent_flow(extract_flow(recording, landmarks, made_settings(9)), 9)

    for middle in range(12):
        for position in range(1, 9):
            second = middle - 4 + position
            expected = np.zeros((10, 2))
            if 1 <= second <= 11:
                a = second - 1
                expected = literal_pair(
                    frames[a], frames[second], boxes[a], landmarks[a], HeadMotion.SUBTRACT, Pooling.MDMO
                )
            np.testing.assert_allclose(features[middle, position], expected, atol=HALF_PRECISION)
