"""The space `demo` with decoding and epoch chosen on stored scores: more is chosen, nothing more is trained."""

from dataclasses import replace

from search_spaces.demo import DEMO
from search_spaces.usual_decodings import USUAL_DECODINGS

DEMO_DECODING = replace(
    DEMO,
    name="demo-decoding",
    description="as demo; decoding and epoch are chosen on stored scores as well, without more training",
    decoding=USUAL_DECODINGS,
    num_decodings=32,
    stored_epochs=(2, 3, 4),
)
