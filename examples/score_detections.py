"""How good are detections of expressions? Counts and F1 as MEGC has them, of two recordings written down here.

python examples/score_detections.py
"""

from spotformer_core.datasets.recording import Expression, ExpressionKind
from spotformer_core.decoding.proposals import Proposal
from spotformer_core.metrics.counts import Counts
from spotformer_core.metrics.matching import match

MACRO, MICRO = ExpressionKind.MACRO, ExpressionKind.MICRO

TRUTHS = {
    "anna_1": (
        Expression(onset=10, apex=30, offset=59, kind=MACRO),
        Expression(onset=100, apex=104, offset=109, kind=MICRO),
    ),
    "ben_1": (Expression(onset=40, apex=60, offset=79, kind=MACRO),),
}
DETECTIONS = {
    "anna_1": (
        Proposal(kind=MACRO, onset=12, apex=31, offset=61, score=0.8),
        Proposal(kind=MICRO, onset=106, apex=110, offset=115, score=0.4),
    ),
    "ben_1": (Proposal(kind=MACRO, onset=38, apex=57, offset=75, score=0.7),),
}


def main() -> Counts:
    """Prints what was found where; the counts of all recordings, which are pooled before the F1 is taken."""
    total = Counts()
    for recording, truths in TRUTHS.items():
        detections = DETECTIONS[recording]
        found = match(detections, truths)
        for index, (truth, iou) in found.items():
            one, other = detections[index], truths[truth]
            print(f"{recording}: {one.kind} {one.onset}-{one.offset} finds {other.onset}-{other.offset}, IoU {iou:.2f}")
        total += Counts(len(found), len(detections) - len(found), len(truths) - len(found))
    print(f"precision {total.precision:.3f}, recall {total.recall:.3f}, F1 {total.f1:.3f}")
    return total


if __name__ == "__main__":
    main()
