"""The colours of every picture: Okabe and Ito's, told apart by colour-blind readers; shapes and dashes differ too."""

from typing import Final

from spotformer_core.datasets.recording import ExpressionKind

BLUE: Final = "#0072B2"
VERMILION: Final = "#D55E00"
GREEN: Final = "#009E73"
PURPLE: Final = "#CC79A7"
ORANGE: Final = "#E69F00"
SKY: Final = "#56B4E9"
GREY: Final = "#8A8A8A"
INK: Final = "#1C1C1C"

KIND_COLORS: Final = {ExpressionKind.MACRO: BLUE, ExpressionKind.MICRO: VERMILION}

RISING: Final = ((0.0, "#E3EDF4"), (0.5, "#6FA8CC"), (1.0, "#003A5D"))
"""From low to high by lightness alone, which every reader and every printer keeps."""
