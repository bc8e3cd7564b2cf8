"""Toy recordings, and tiny networks that insightface loads in the place of its own."""

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
    """Writes a recording of frames of one colour, a brightness or (blue, green, red) for each."""

    def make(*colors: int | tuple[int, int, int], name: str = "a_1") -> Recording:
        paths = []
        for position, color in enumerate(colors):
            path = tmp_path / name / f"{position}.png"
            path.parent.mkdir(exist_ok=True)
            write_frame(path, color)
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


def write_frame(path, color):
    cv2.imwrite(str(path), np.full((640, 640, 3), color, np.uint8))


@pytest.fixture
def repaint():
    """Gives a frame file another colour."""
    return write_frame


@pytest.fixture
def cyan() -> tuple[int, int, int]:
    """The colour of frames with two large faces."""
    return (255, 255, 128)


@pytest.fixture
def model_folder(tmp_path):
    """Two networks with the signatures of the real ones, a few hundred kilobytes.

    The detector answers every bright frame with the same two faces and every dark one with none: one of 320 x 240
    pixels around (320, 160), and a smaller one with a higher score. A bright frame with more green than red has a
    third face, a little larger than the first: 340 x 260 pixels around (320, 480).
    """
    folder = tmp_path / "models"
    folder.mkdir()
    onnx.save(detector_model(), folder / "det_10g.onnx")
    onnx.save(landmarker_model(), folder / "1k3d68.onnx")
    return folder


def detector_model() -> onnx.ModelProto:
    """Nine outputs: scores, distances to the box's sides and key points for the strides 8, 16 and 32."""
    in_bright, in_green = (np.zeros((400 * 2, 1), np.float32) for _ in range(2))
    boxes = np.zeros((400 * 2, 4), np.float32)
    # Two anchors stand at every crossing of 20 x 20 lines, 32 pixels apart.
    large, small, third = ((row * 20 + column) * 2 for row, column in ((5, 10), (15, 5), (15, 10)))
    in_bright[large], boxes[large] = 0.8, np.array([160, 120, 160, 120]) / 32
    in_bright[small], boxes[small] = 0.9, np.array([32, 32, 32, 32]) / 32
    in_green[third], boxes[third] = 0.85, np.array([170, 130, 170, 130]) / 32
    constants = {
        "brightness_of_channels": np.full(3, 1 / 3, np.float32),
        "green_over_red": np.array([-1, 1, 0], np.float32),
        "in_bright": in_bright,
        "in_green": in_green,
        "boxes_32_constant": boxes,
    }
    nodes = [
        helper.make_node("ReduceMean", ["image"], ["channels"], axes=[0, 2, 3], keepdims=0),
        # 0 for dark frames, at most 1 for bright ones.
        *(node for name in ("brightness_of_channels", "green_over_red") for node in positive(name)),
        helper.make_node("Mul", ["in_bright", "positive_brightness_of_channels"], ["scores_bright"]),
        helper.make_node("Mul", ["in_green", "positive_green_over_red"], ["scores_green"]),
        helper.make_node("Add", ["scores_bright", "scores_green"], ["scores_32"]),
        helper.make_node("Identity", ["boxes_32_constant"], ["boxes_32"]),
    ]
    outputs = []
    for kind, width in (("scores", 1), ("boxes", 4), ("points", 10)):
        for stride in (8, 16, 32):
            name, shape = f"{kind}_{stride}", ((640 // stride) ** 2 * 2, width)
            outputs.append(helper.make_tensor_value_info(name, TensorProto.FLOAT, shape))
            if stride != 32 or kind == "points":
                constants[f"{name}_constant"] = np.zeros(shape, np.float32)
                nodes.append(helper.make_node("Identity", [f"{name}_constant"], [name]))
    initializers = [numpy_helper.from_array(value, name) for name, value in constants.items()]
    return model(nodes, [1, 3, 640, 640], outputs, initializers)


def positive(weights: str) -> list[onnx.NodeProto]:
    """The weighted sum of the channels where it is above zero, else zero."""
    return [
        helper.make_node("MatMul", ["channels", weights], [f"sum_{weights}"]),
        helper.make_node("Relu", [f"sum_{weights}"], [f"positive_{weights}"]),
    ]


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
