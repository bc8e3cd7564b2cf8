"""What is no number in an expansion, or far beyond any, never reaches an address: compiled code checks no bounds."""

import numpy as np
import pytest

from spotformer_core.flow.estimation.cached_farneback import CachedFarneback
from spotformer_core.flow.estimation.parameters import FarnebackParameters
from spotformer_core.flow.estimation.warm_farneback import WarmFarneback
from tests.moving_faces import areas_of, textured_faces

SIZE = 96
WHOLE_FACE = areas_of((0, 0, SIZE, SIZE))
DAMAGES = {
    "nan everywhere": lambda expansions, _: np.full_like(expansions, np.nan),
    "some nan": lambda expansions, random: np.where(random.random(expansions.shape) < 0.01, np.nan, expansions),
    "some infinite": lambda expansions, random: np.where(random.random(expansions.shape) < 0.01, np.inf, expansions),
    "huge": lambda expansions, _: expansions * np.float32(1e30),
    "tiny": lambda expansions, _: expansions * np.float32(1e-30),
    "large slopes": lambda expansions, random: np.where(random.random(expansions.shape) < 0.1, 1e9, expansions),
}


@pytest.mark.parametrize("estimator", [CachedFarneback, WarmFarneback])
@pytest.mark.parametrize("damaged_face", [0, 1, 2])
@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_a_damaged_expansion_spoils_no_other_pair(estimator, damaged_face, damage):
    flow = estimator(FarnebackParameters(), SIZE)
    faces = [flow.prepare(face) for face in textured_faces(SIZE, [(0, 0), (0.2, 0), (0.4, 0), (0.6, 0)])]
    whole = flow.flow(faces[0], faces[1:], WHOLE_FACE)
    spoilt = list(faces)
    spoilt[damaged_face] = damage(faces[damaged_face], np.random.default_rng(0)).astype(np.float32)

    motion = flow.flow(spoilt[0], spoilt[1:], WHOLE_FACE)

    assert motion.shape == whole.shape
    if damaged_face > 0:
        np.testing.assert_allclose(motion[2], whole[2], rtol=0, atol=0.1)
