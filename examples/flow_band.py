"""How do the regions of a face move? The flow band of a video whose landmarks lie in a CSV file of OpenFace's format.

python examples/flow_band.py anna.mp4 folder-of-anna.csv/
"""

import sys
from pathlib import Path

import numpy as np

from spotformer_core.flow.extraction import extract_flow
from spotformer_core.flow.landmark_files import read_landmarks
from spotformer_core.flow.settings import ExtractionSettings
from spotformer_core.spotting.video_recordings import video_recording

REGIONS = (
    *("left brow, outer", "left brow, middle", "left brow, inner"),
    *("right brow, inner", "right brow, middle", "right brow, outer"),
    *("mouth, left corner", "upper lip", "mouth, right corner", "lower lip"),
)


def main(video: Path, landmarks: Path, *, settings: ExtractionSettings | None = None) -> np.ndarray:
    """Prints when each region moves fastest; the band: frames, steps, regions, x and y, in pixels of the face crop."""
    recording = video_recording(video, wanted=30.0).recording
    band = extract_flow(recording, read_landmarks(landmarks, recording), settings or ExtractionSettings())
    speed = np.hypot(band[:, 0, :, 0], band[:, 0, :, 1])
    for region, name in enumerate(REGIONS):
        frame = int(speed[:, region].argmax())
        print(f"{name:20} fastest from frame {frame} to the next: {speed[frame, region]:.2f} px")
    return band


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(Path(sys.argv[1]), Path(sys.argv[2]))
