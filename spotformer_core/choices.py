"""The names that fields of the configuration choose from, and how folds are computed."""

from collections.abc import Iterable
from enum import StrEnum


class Architecture(StrEnum):
    """In which order the network learns about space and time: the models of [Deng2024] Table IV."""

    SIMUL_ST = "simul-st"
    """SpotFormer: at every scale first space, then time."""
    SEQ_ST = "seq-st"
    """All of space, then all of time."""
    PARAL_ST = "paral-st"
    """Time at every scale of the face side by side, finer scales added to coarser ones by convolutions."""
    PARAL_ST_SHARED = "paral-st-shared"
    """As `paral-st`, but the scales share their layers and are added without convolutions: no more parameters."""
    SIMUL_TS = "simul-ts"
    """At every scale first time, then space."""


class GraphPooling(StrEnum):
    """How the nodes of the facial graph become one, [Deng2024] Table III."""

    FLGP = "flgp"
    """Facial local graph pooling: regions to parts to the face."""
    AVERAGE = "average"
    """The regions stay apart until a mean over all of them."""


class MotionFeatures(StrEnum):
    """What flow a window shows, [Deng2024] Table III."""

    SW_MRO = "sw-mro"
    """From the first frame of the window to each of its frames."""
    ADJACENT = "adjacent"
    """From each frame of the window to the next."""


class FaceRegions(StrEnum):
    """The regions that are nodes of the facial graph; each choice begins with the regions of the one before."""

    TEN = "ten"
    """Brows and mouth, [Deng2024] Fig. 3."""
    NOSE_SIDES = "with-nose-sides"
    """Two more: the sides of the nose."""
    EYELIDS = "with-nose-sides-and-eyelids"
    """Two more again: the lower eyelids."""


def most_regions(choices: Iterable[FaceRegions]) -> FaceRegions:
    """The choice that holds the regions of all of `choices`."""
    return max(choices, key=list(FaceRegions).index)


class BoundaryLoss(StrEnum):
    """The loss of the three classes onset, offset and neither."""

    FOCAL = "focal"
    """Eq. 3 of [Deng2024]."""
    CROSS_ENTROPY = "cross-entropy"
    """The released code's."""


class BinaryLoss(StrEnum):
    """The loss of the apex and of the expression question."""

    FOCAL = "focal"
    """Eq. 3 of [Deng2024]; a soft target counts as that much of a yes and the rest of a no."""
    DISTANCE_FOCAL = "distance-focal"
    """The released code's: every target above 0 is a yes, and the distance to the target takes the place of 1 - p."""


class ContrastiveLoss(StrEnum):
    """How the similarities of a batch become the supervised contrastive loss."""

    EQ_4 = "eq-4"
    """Eq. 4 of [Deng2024]."""
    AS_RELEASED = "as-released"
    """The released code's: 1e-6 is added to the sum inside the logarithm of Eq. 4, after the largest similarity of the
    row, that of the sample with itself included, was taken off; `losses.contrastive` shows what this does."""


class IntervalLength(StrEnum):
    """What the length of an interval is."""

    INCLUSIVE = "inclusive"
    """Both ends belong to it: offset - onset + 1."""
    EXCLUSIVE = "exclusive"
    """offset - onset."""


class LabelRule(StrEnum):
    """How the labels of frames are made of annotations; `datasets.frame_labels` tells them apart."""

    WHOLE_RECORDING = "whole-recording"
    AS_RELEASED = "as-released"


class TrainingFrames(StrEnum):
    """Which frames of the training recordings are learned from."""

    ALL = "all"
    EXPRESSION_SEGMENTS = "expression-segments"
    """Of the segments of 16 frames into which each recording is cut, those with an expression: the released code's."""


class Precision(StrEnum):
    """The number format of matrix products during training; weights, losses and scoring are always float32."""

    FLOAT32 = "float32"
    BFLOAT16 = "bfloat16"
    """Faster where the processor multiplies bfloat16 matrices, slower elsewhere."""


class ClassBalance(StrEnum):
    """How the frames of a training batch are drawn."""

    NATURAL = "natural"
    """Every frame is equally likely, so most are neutral."""
    BALANCED = "balanced"
    """Macro-expression, micro-expression and neutral frames are equally likely."""


class LearningRateSchedule(StrEnum):
    """How the learning rate changes over the steps of a fold."""

    CONSTANT = "constant"
    """After a linear warm-up the rate stays."""
    COSINE = "cosine"
    """After a linear warm-up the rate falls to zero along half a cosine."""
    EXPONENTIAL = "exponential"
    """After a linear warm-up the rate is multiplied by `learning_rate_decay` after every epoch: the released code's."""


class GpuSteps(StrEnum):
    """How a GPU runs the steps of a training; a CPU always runs them one operation after another.

    No part of a configuration: both compute the same step.
    """

    EAGER = "eager"
    """Every operation is launched by the CPU; what is taken until the other has been seen on a GPU."""
    CUDA_GRAPH = "cuda-graph"
    """The whole step is recorded once and then replayed by one call. Never run so far: no GPU was at hand."""
