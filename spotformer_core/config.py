"""Every hyper-parameter of one candidate, in four frozen groups; the defaults are the recipe `published`.

A field name is unique over the groups, so that `learning_rate` means the same thing in a search space, on the
command line, in MLflow and in a document.
"""

from dataclasses import dataclass, field, fields, replace
from enum import StrEnum
from typing import Any

from spotformer_core.choices import (
    Architecture,
    BinaryLoss,
    BoundaryLoss,
    ClassBalance,
    ContrastiveLoss,
    FaceRegions,
    GraphPooling,
    IntervalLength,
    LabelRule,
    LearningRateSchedule,
    MotionFeatures,
    Precision,
    TrainingFrames,
)
from spotformer_core.errors import InvalidValueError, did_you_mean, require

__all__ = [
    "LARGEST_WINDOW",
    "LOSS_WEIGHTS",
    "SMALLEST_WINDOW",
    "Architecture",
    "BinaryLoss",
    "BoundaryLoss",
    "ClassBalance",
    "Configuration",
    "ContrastiveLoss",
    "DecodingConfig",
    "FaceRegions",
    "GraphPooling",
    "IntervalLength",
    "LabelRule",
    "LearningRateSchedule",
    "LossConfig",
    "ModelConfig",
    "MotionFeatures",
    "Precision",
    "TrainingConfig",
    "TrainingFrames",
]

SMALLEST_WINDOW = 5
LARGEST_WINDOW = 25

LOSS_WEIGHTS = (
    *(f"{kind}_{task}_weight" for kind in ("macro", "micro") for task in ("apex", "boundary", "expression")),
    "macro_weight",
)
"""Fields of `LossConfig`: a task whose weight is 0 is not computed."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ModelConfig:
    """The network of [Deng2024] Sec. 3.2, its variants of Table IV and its ablations of Table III."""

    architecture: Architecture = Architecture.SIMUL_ST
    window: int = 17
    """w: frames seen around the judged frame; odd, 5 to 25 (Table V has 9 to 25)."""
    features: MotionFeatures = MotionFeatures.SW_MRO
    regions: FaceRegions = FaceRegions.TEN
    graph_pooling: GraphPooling = GraphPooling.FLGP
    width: int = 256
    """D: hidden dimension."""
    num_heads: int = 4
    head_width: int = 64
    """Width of one attention head, whatever D and the number of heads."""
    mlp_ratio: float = 1.0
    """Hidden width of the feed-forward blocks as a multiple of D."""
    dropout: float = 0.1

    def __post_init__(self) -> None:
        require(
            SMALLEST_WINDOW <= self.window <= LARGEST_WINDOW and self.window % 2 == 1,
            "window",
            f"an odd number from {SMALLEST_WINDOW} to {LARGEST_WINDOW}",
            self.window,
            "The judged frame stands in the middle of its window; [Deng2024] found 17 best.",
        )
        for name in ("width", "num_heads", "head_width"):
            _require_positive(name, getattr(self, name))
        _require_positive("mlp_ratio", self.mlp_ratio)
        require(0 <= self.dropout < 1, "dropout", "in [0, 1)", self.dropout, "[Deng2024]'s released code uses 0.1.")


@dataclass(frozen=True, kw_only=True, slots=True)
class LossConfig:
    """Eq. 3 to 5 of [Deng2024]. The paper names no gamma, alpha or weight: these are its released code's.

    The loss of one kind is apex weight * apex + boundary weight * boundary + expression weight * expression; that of
    macro-expressions is multiplied by `macro_weight` before both are added.
    """

    boundary_loss: BoundaryLoss = BoundaryLoss.FOCAL
    binary_loss: BinaryLoss = BinaryLoss.FOCAL
    label_smoothing: float = 0.0
    """Probability below which a no of a binary question is low enough: 0 in Eq. 3, 0.16 in the released code."""
    focal_gamma: float = 1.0
    focal_alpha_apex: float = 0.9
    """Weight of apex frames against other frames; 1 - alpha weighs the others."""
    focal_alpha_expression: float = 0.8
    focal_alpha_boundary: float = 0.9
    """Weight of onset and offset together, half of it each; 1 - alpha weighs the frames that are neither."""
    macro_apex_weight: float = 1.0
    macro_boundary_weight: float = 1.0
    macro_expression_weight: float = 0.1
    micro_apex_weight: float = 1.8
    micro_boundary_weight: float = 1.0
    micro_expression_weight: float = 0.1
    macro_weight: float = 0.5
    """Weight of the macro group against the micro group; the released code has 0.55 for SAMM-LV."""
    contrastive_loss: ContrastiveLoss = ContrastiveLoss.EQ_4
    contrastive_lambda: float = 0.005
    """lambda of Eq. 5; 0 switches the contrastive loss off."""
    contrastive_tau: float = 0.5
    """tau of Eq. 4."""
    contrastive_base_tau: float = 0.0
    """The contrastive loss is multiplied by tau / base_tau, as in the released code, where it is 0.07; 0: it is not."""
    contrastive_unit_length: bool = False
    """Divide features by their length before Eq. 4, as [Khosla2020] does; neither the paper nor its code does."""

    def __post_init__(self) -> None:
        for name in ("focal_gamma", *LOSS_WEIGHTS, "contrastive_lambda"):
            _require_not_negative(name, getattr(self, name))
        for name in ("focal_alpha_apex", "focal_alpha_expression", "focal_alpha_boundary"):
            value = getattr(self, name)
            require(0 < value < 1, name, "in (0, 1)", value, "0.5 weighs both classes alike.")
        require(
            0 <= self.label_smoothing < 1, "label_smoothing", "in [0, 1)", self.label_smoothing, "0 switches it off."
        )
        _require_positive("contrastive_tau", self.contrastive_tau)
        _require_not_negative("contrastive_base_tau", self.contrastive_base_tau)


@dataclass(frozen=True, kw_only=True, slots=True)
class TrainingConfig:
    """The optimisation of one fold. What [Deng2024] Sec. 4.1 does not state is as in its released code."""

    learning_rate: float = 2e-4
    beta1: float = 0.7
    beta2: float = 0.9
    weight_decay: float = 0.1
    """On the weights of linear and convolution layers only; the released code's value."""
    batch_size: int = 512
    num_epochs: int = 100
    """One epoch draws as many windows as there are training frames."""
    warmup_steps: int = 0
    learning_rate_schedule: LearningRateSchedule = LearningRateSchedule.EXPONENTIAL
    learning_rate_decay: float = 0.96
    """What an exponential schedule multiplies the rate by after every epoch."""
    class_balance: ClassBalance = ClassBalance.NATURAL
    training_frames: TrainingFrames = TrainingFrames.EXPRESSION_SEGMENTS
    labels: LabelRule = LabelRule.AS_RELEASED
    precision: Precision = Precision.FLOAT32

    def __post_init__(self) -> None:
        _require_positive("learning_rate", self.learning_rate)
        for name in ("beta1", "beta2"):
            value = getattr(self, name)
            require(0 <= value < 1, name, "in [0, 1)", value, "[Deng2024] uses 0.7 and 0.9.")
        _require_not_negative("weight_decay", self.weight_decay)
        _require_positive("batch_size", self.batch_size)
        _require_positive("num_epochs", self.num_epochs)
        _require_not_negative("warmup_steps", self.warmup_steps)
        decay = self.learning_rate_decay
        require(0 < decay <= 1, "learning_rate_decay", "in (0, 1]", decay, "The released code uses 0.96.")


@dataclass(frozen=True, kw_only=True, slots=True)
class DecodingConfig:
    """From frame scores to proposals, [Deng2024] Sec. 3.4. Durations are in frames at about 30 per second."""

    macro_apex_threshold: float = 0.5
    """theta_apex for macro-expressions: only frames with a higher apex probability are candidates."""
    micro_apex_threshold: float = 0.5
    overlap_threshold: float = 0.5
    """theta_overlap: of two proposals whose IoU exceeds it, the lower score is discarded."""
    suppression_length: IntervalLength = IntervalLength.EXCLUSIVE
    """What the length of a proposal is in that IoU; the paper does not say, exclusive is the released code's."""
    macro_duration: int = 60
    """k of macro-expressions: general duration."""
    macro_min_duration: int = 16
    """j of macro-expressions: minimum duration."""
    micro_duration: int = 16
    micro_min_duration: int = 4
    boundary_consistency: bool = False
    """Drop a candidate whose onset is likelier an offset, or whose offset is likelier an onset: not in [Deng2024], but
    in its released code, which drops exact ties too."""
    max_proposals_per_recording: int = 0
    """Only the best proposals of each kind in a recording are kept, so many; 0 keeps all. Not in [Deng2024]; its
    released code keeps 5."""

    def __post_init__(self) -> None:
        _require_not_negative("max_proposals_per_recording", self.max_proposals_per_recording)
        for name in ("macro_apex_threshold", "micro_apex_threshold", "overlap_threshold"):
            value = getattr(self, name)
            require(0 <= value <= 1, name, "in [0, 1]", value, "It is compared with a probability or an IoU.")
        for kind in ("macro", "micro"):
            longest, shortest = getattr(self, f"{kind}_duration"), getattr(self, f"{kind}_min_duration")
            require(
                2 <= shortest <= longest,
                f"{kind}_min_duration",
                f"from 2 to {kind}_duration ({longest})",
                shortest,
                "[Deng2024] uses 16 of 60 for macro and 4 of 16 for micro.",
            )


@dataclass(frozen=True, kw_only=True, slots=True)
class Configuration:
    """Every hyper-parameter of one candidate."""

    model: ModelConfig = field(default_factory=ModelConfig)
    loss: LossConfig = field(default_factory=LossConfig)
    training: TrainingConfig = field(default_factory=TrainingConfig)
    decoding: DecodingConfig = field(default_factory=DecodingConfig)

    @classmethod
    def from_parameters(cls, parameters: dict[str, Any]) -> "Configuration":
        """The configuration in which every field named in `parameters` has that value and the others their default.

        Raises:
            InvalidValueError: for an unknown name or a value that breaks the rule of its field.
        """
        return cls().with_parameters(parameters)

    def with_parameters(self, parameters: dict[str, Any]) -> "Configuration":
        """A copy in which every field named in `parameters` has that value.

        Raises:
            InvalidValueError: for an unknown name or a value that breaks the rule of its field.
        """
        changes: dict[str, dict[str, Any]] = {group: {} for group in _GROUP_TYPES}
        for name, value in parameters.items():
            if name not in _GROUP_OF_FIELD:
                raise InvalidValueError(
                    f"a parameter must be a field of the configuration, got {name!r}. "
                    f"{did_you_mean(name, _GROUP_OF_FIELD)}"
                )
            changes[_GROUP_OF_FIELD[name]][name] = _coerced(name, value)
        return replace(self, **{group: replace(getattr(self, group), **new) for group, new in changes.items()})

    def parameters(self) -> dict[str, Any]:
        """Every field by its name, as plain JSON values; `from_parameters` takes it back."""
        return {
            name: str(value) if isinstance(value := getattr(getattr(self, group), name), StrEnum) else value
            for name, group in _GROUP_OF_FIELD.items()
        }


_GROUP_TYPES: dict[str, type[Any]] = {
    "model": ModelConfig,
    "loss": LossConfig,
    "training": TrainingConfig,
    "decoding": DecodingConfig,
}
_GROUP_OF_FIELD = {field_.name: group for group, type_ in _GROUP_TYPES.items() for field_ in fields(type_)}
_FIELD_TYPES = {field_.name: field_.type for type_ in _GROUP_TYPES.values() for field_ in fields(type_)}


def _coerced(name: str, value: Any) -> Any:
    """`value` in the type of the field, when nothing is lost by it (JSON has no enums and writes 1 for 1.0)."""
    type_ = _FIELD_TYPES[name]
    if type_ is bool and not isinstance(value, bool):
        raise InvalidValueError(f"{name} must be true or false, got {value!r}. Write it as True or False.")
    if type_ is int and not (isinstance(value, int) and not isinstance(value, bool)):
        raise InvalidValueError(f"{name} must be a whole number, got {value!r}. Write it without a fraction.")
    if type_ is float:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise InvalidValueError(f"{name} must be a number, got {value!r}. Write it as 0.5 or 5e-3.")
        return float(value)
    if isinstance(type_, type) and issubclass(type_, StrEnum):
        choices = [str(member) for member in type_]
        if value not in choices:
            raise InvalidValueError(
                f"{name} must be one of {choices}, got {value!r}. {did_you_mean(str(value), choices)}"
            )
        return type_(value)
    return value


def _require_positive(name: str, value: float) -> None:
    require(value > 0, name, "greater than 0", value, "See the field's documentation for the published value.")


def _require_not_negative(name: str, value: float) -> None:
    require(value >= 0, name, "0 or more", value, "See the field's documentation for the published value.")
