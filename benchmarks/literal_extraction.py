"""The procedure of [Deng2024] Sec. 3.1 as printed: OpenCV, two flows per pair, every window anew.

Frames are decoded already and pooling is ours, so that only the choice of what to compute is compared.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from spotformer_core.flow.areas import face_areas
from spotformer_core.flow.estimation.opencv import OpenCVFarneback
from spotformer_core.flow.face_box import FaceBox
from spotformer_core.flow.pooling import Pooling, pool_nose_tip, pool_regions
from spotformer_core.flow.settings import ExtractionSettings


def literal_window(clip: Sequence[np.ndarray], landmarks: np.ndarray, settings: ExtractionSettings) -> np.ndarray:
    """o_i of one clip of w frames, (w - 1, regions, 2): box, crop, flow, nose tip, moved box, crop, flow, pooling."""
    estimator = OpenCVFarneback(settings.farneback)
    box = FaceBox.around(landmarks)
    points = box.to_crop(landmarks, settings.face_size)
    areas = face_areas(points, radius=settings.region_radius, face_size=settings.face_size)
    nose, regions = areas.starts[-2], areas.starts[:-1]
    face = box.crop(clip[0], settings.face_size)
    motion = []
    for frame in clip[1:]:
        head = pool_nose_tip(estimator.flow(face, [box.crop(frame, settings.face_size)], areas)[:, nose:], Pooling.MDMO)
        right, down = np.rint(head[0] * box.side / settings.face_size).astype(int)
        moved = replace(box, left=box.left + int(right), top=box.top + int(down))
        aligned = estimator.flow(face, [moved.crop(frame, settings.face_size)], areas)
        head = pool_nose_tip(aligned[:, nose:], Pooling.MDMO)
        motion.append(pool_regions(aligned, regions, head, Pooling.MDMO)[0])
    return np.array(motion)
