"""Our own Farneback is the same to the last bit whatever processor numba compiles for."""

import os
import subprocess
import sys

import numpy as np
import pytest

from spotformer_core.flow.estimation.choice import build_estimator
from spotformer_core.flow.estimation.parameters import EstimatorName, FarnebackParameters
from tests.moving_faces import areas_of, textured_faces

PLACES = [(0.0, 0.0), (0.4, -0.2), (1.2, -0.6), (4.0, 2.0)]
AREAS = areas_of((20, 24, 33, 37), (50, 40, 70, 56), (0, 0, 7, 7))
OURS = (EstimatorName.FARNEBACK, EstimatorName.FARNEBACK_WARM)
IN_A_PROCESS_OF_ITS_OWN = """
import sys
import numpy as np
from spotformer_core.flow.estimation.choice import build_estimator
from spotformer_core.flow.estimation.parameters import FarnebackParameters
from spotformer_core.flow.areas import Areas
given = np.load(sys.argv[1])
areas, faces, motions = Areas(given["rectangles"]), given["faces"], {}
for name in sys.argv[3:]:
    estimator = build_estimator(name, FarnebackParameters(), len(faces[0]))
    first, *later = [estimator.prepare(face) for face in faces]
    motions[name] = estimator.flow(first, later, areas)
np.savez(sys.argv[2], **motions)
"""


@pytest.mark.slow  # Everything is compiled anew.
def test_code_for_a_processor_of_which_nothing_is_known_gives_the_same_bits(tmp_path):
    faces = textured_faces(96, PLACES)
    given, told = tmp_path / "given.npz", tmp_path / "told.npz"
    np.savez(given, faces=np.stack(faces), rectangles=AREAS.rectangles)
    generic = {"NUMBA_CPU_NAME": "generic", "NUMBA_CPU_FEATURES": "", "NUMBA_CACHE_DIR": str(tmp_path / "compiled")}

    command = [sys.executable, "-c", IN_A_PROCESS_OF_ITS_OWN, str(given), str(told), *map(str, OURS)]
    subprocess.run(command, env=os.environ | generic, check=True)

    found = np.load(told)
    for name in OURS:
        estimator = build_estimator(name, FarnebackParameters(), 96)
        first, *later = [estimator.prepare(face) for face in faces]
        assert np.array_equal(found[str(name)], estimator.flow(first, later, AREAS))
