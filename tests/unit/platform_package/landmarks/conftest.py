"""A toy recording, and tiny networks that insightface loads in the place of its own."""

import cv2
import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from spotformer_core.datasets.recording import Recording

ANGLES = np.arange(68)
POINTS = (np.stack([np.cos(ANGLES), np.sin(ANGLES) / 2, np.cos(3 * ANGLES) / 4], axis=1) / 2).astype(np.float32)
"""What the tiny landmarker answers for every face: positions from -1 to 1 in the square that it looks at."""


@pytest.fixture
def answered_points():
    """x and y of the 68 landmarks of every face, as the tiny landmarker answers them."""
    return POINTS[:, :2]


@pytest.fixture
def make_recording(tmp_path):
    """Writes a recording of grey frames, one for each brightness."""

    def make(*brightness: int, name: str = "a_1") -> Recording:
        paths = []
        for position, value in enumerate(brightness):
            path = tmp_path / name / f"{position}.png"
            path.parent.mkdir(exist_ok=True)
            cv2.imwrite(str(path), np.full((640, 640, 3), value, np.uint8))
            paths.append(path)
        return Recording(
            dataset="toy",
            subject="a",
            name=name,
            frame_paths=tuple(paths),
            frame_numbers=tuple(range(len(paths))),
            frames_per_second=30.0,
            expressions=(),
        )

    return make


@pytest.fixture
def model_folder(tmp_path):
    """Two networks with the signatures of the real ones, a few hundred kilobytes.

    The detector answers every bright frame with the same two faces and every dark one with none: one of 320 x 240
    pixels around (320, 160), and a smaller one with a higher score.
    """
    folder = tmp_path / "models"
    folder.mkdir()
    onnx.save(detector_model(), folder / "det_10g.onnx")
    onnx.save(landmarker_model(), folder / "1k3d68.onnx")
    return folder


def detector_model() -> onnx.ModelProto:
    """Nine outputs: scores, distances to the box's sides and key points for the strides 8, 16 and 32."""
    scores, boxes, points = [], [], []
    for stride in (8, 16, 32):
        num_anchors = (640 // stride) ** 2 * 2
        score = np.zeros((num_anchors, 1), np.float32)
        box = np.zeros((num_anchors, 4), np.float32)
        if stride == 32:
            large = (5 * 20 + 10) * 2  # the anchor at x = 320, y = 160
            score[large], box[large] = 0.8, np.array([160, 120, 160, 120]) / stride
            small = (15 * 20 + 5) * 2  # the anchor at x = 160, y = 480
            score[small], box[small] = 0.9, np.array([32, 32, 32, 32]) / stride
        scores.append(score)
        boxes.append(box)
        points.append(np.zeros((num_anchors, 10), np.float32))
    nodes = [
        helper.make_node("ReduceMean", ["image"], ["mean"], keepdims=0),
        helper.make_node("Relu", ["mean"], ["brightness"]),  # 0 for dark frames, at most 1 for bright ones
    ]
    answers = {"scores": scores, "boxes": boxes, "points": points}
    constants, outputs = [], []
    for name, values in answers.items():
        for index, value in enumerate(values):
            constants.append(numpy_helper.from_array(value, f"{name}_constant_{index}"))
            operation, inputs = ("Mul", ["brightness"]) if name == "scores" else ("Identity", [])
            output = f"{name}_{index}"
            nodes.append(helper.make_node(operation, [f"{name}_constant_{index}", *inputs], [output]))
            outputs.append(helper.make_tensor_value_info(output, TensorProto.FLOAT, value.shape))
    return model(nodes, [1, 3, 640, 640], outputs, constants)


def landmarker_model() -> onnx.ModelProto:
    """One output of 3309 numbers: 1103 points, and the 68 landmarks are the last of them."""
    mesh = np.concatenate([np.zeros((1103 - 68, 3), np.float32), POINTS]).reshape(1, 3309)
    constants = [numpy_helper.from_array(mesh, "mesh_constant")]
    nodes = [helper.make_node("Identity", ["mesh_constant"], ["mesh"])]
    outputs = [helper.make_tensor_value_info("mesh", TensorProto.FLOAT, [1, 3309])]
    return model(nodes, [1, 3, 192, 192], outputs, constants)


def model(nodes, shape, outputs, constants) -> onnx.ModelProto:
    image = helper.make_tensor_value_info("image", TensorProto.FLOAT, shape)
    graph = helper.make_graph(nodes, "tiny", [image], outputs, constants)
    built = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    onnx.checker.check_model(built)
    return built
