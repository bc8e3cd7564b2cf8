"""Frame scores as detections: decoded at the thresholds that the decoding states, nothing chosen."""

from collections.abc import Sequence
from dataclasses import replace

from platform.reporting.detections import Detections
from platform.reporting.frame_scores import WithoutScores, judged_kinds, not_counted, read_frame_scores
from platform.reporting.half_durations import read_k
from platform.reporting.stated_decodings import stated_decoding
from platform.reporting.truths import Truths
from spotformer_core.metrics.conventions import Convention
from spotformer_core.metrics.frame_score_counts import spotted_spans


def spotted_detections(
    files: Sequence[str],
    truths: Truths,
    convention: Convention,
    *,
    k: Sequence[str],
    stated: Sequence[str],
    without_scores: WithoutScores,
) -> tuple[Truths, Detections]:
    """The detections that frame scores give, and the truths that they are judged by.

    Args:
        files, k, stated: as on the command line.
        without_scores: whether the truths of a kind in recordings without its scores stay.

    Raises:
        InvalidValueError, AnnotationError, StudyError: naming what does not fit.
    """
    scores = read_frame_scores(files, names=truths.names, dataset=truths.dataset)
    decoding = stated_decoding(stated, ours=scores.ours)
    judged = judged_kinds(
        scores, read_k(k, scores, truths.names), truths, convention, without_scores=without_scores, fewest_subjects=1
    )
    spans = [
        span for kind, own in judged.items() for one in own.recordings for span in spotted_spans(one, kind, decoding)
    ]
    if without_scores is WithoutScores.LEFT_OUT:
        rows = tuple(row for row in truths.rows if row.recording in scores.recordings.get(row.kind, {}))
        truths = replace(truths, rows=rows)
    kinds = " and ".join(map(str, scores.recordings))
    remarks = [line for kind, own in judged.items() for line in not_counted(kind, own, convention.name)]
    return truths, Detections(
        spans=tuple(spans),
        format="; ".join([f"frame scores of {kinds} (decoding {scores.decoding_name})", *remarks]),
        have_kinds=True,
        have_emotions=False,
        renamed={},
        num_renamed=0,
    )
