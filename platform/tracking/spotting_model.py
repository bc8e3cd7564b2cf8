"""The winner as MLflow loads it: this file is stored with the model as its code, so nothing is unpickled.

MLflow executes it in the process that loads the model. It needs `spotformer_core`: the installed one, whose compiled
code is at hand, otherwise the copy that lies beside the weights.
"""

import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pandas as pd
from mlflow.models import set_model
from mlflow.pyfunc.model import PythonModel

if find_spec("spotformer_core") is None:
    sys.path.append(str(Path(__file__).parent / "artifacts" / "core"))

from spotformer_core.flow.landmark_stream import stream_landmarks
from spotformer_core.flow.lost_face_stream import completed_stream
from spotformer_core.flow.lost_faces import DEFAULT_POLICY
from spotformer_core.spotting.spotter import Spotter, load_spotter
from spotformer_core.spotting.video_recordings import ROW_FIELDS, video_recording

MODEL_ARTIFACT = "model"


class SpottingModel(PythonModel):
    """Spots in videos whose landmarks lie beside them as CSV files."""

    def load_context(self, context: Any) -> None:
        """Loads the model folder."""
        self.spotter: Spotter = load_spotter(Path(context.artifacts[MODEL_ARTIFACT]))

    def predict(self, context: Any, model_input: pd.DataFrame, params: dict[str, Any] | None = None) -> pd.DataFrame:
        """One row per proposal.

        Args:
            context: unused; the folder was loaded before.
            model_input: a table with the columns `video` (a file or a folder of images) and `landmarks` (the folder of
                its `<name>.csv` in OpenFace's format).
            params: none are known.
        """
        del context, params
        found = [
            row
            for video, landmarks in zip(model_input["video"], model_input["landmarks"], strict=True)
            for row in self._rows(Path(video), Path(landmarks))
        ]
        return pd.DataFrame(found, columns=["video", *ROW_FIELDS])

    def _rows(self, video: Path, landmarks: Path) -> list[dict[str, Any]]:
        asked = video_recording(video, wanted=self.spotter.description.frames_per_second)
        rows = completed_stream(stream_landmarks(landmarks, asked.recording), asked.recording, DEFAULT_POLICY)
        spotted = self.spotter.spot(asked.recording, rows)
        return [{"video": str(video), **row} for row in asked.rows_of(spotted.proposals)]


set_model(SpottingModel())
