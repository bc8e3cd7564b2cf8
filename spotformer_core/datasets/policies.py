"""What is done with everything in a release that does not fit, by name; `policy_choices` says what may be chosen."""

from enum import StrEnum


class Policy(StrEnum):
    """What was done; `Dataset.repairs` counts the rows, frames or recordings that it was done to."""

    meaning: str
    """One sentence for people."""

    def __new__(cls, name: str, meaning: str) -> "Policy":  # noqa: PYI034  beartype refuses Self here
        """The member called `name`."""
        member = str.__new__(cls, name)
        member._value_ = name
        member.meaning = meaning
        return member

    NUMBER_FROM_TEXT = ("number-from-text", "A row whose frame numbers are stored as text was read all the same.")
    LETTER_LOWERED = (
        "recording-letter-made-small",
        "A row names its recording with a capital letter, the folder has a small one.",
    )
    FRACTION_ROUNDED = (
        "fraction-rounded-once",
        "A row has fractions of frames: the position is rounded to the nearest after subsampling, halves to even.",
    )
    ONSET_ZERO_IS_FIRST_FRAME = ("onset-0-is-first-frame", 'An onset 0 ("not seen to begin") became the first frame.')
    ONSET_ZERO_IS_APEX = ("onset-0-is-apex", "An onset 0 became the apex.")
    ONSET_ZERO_DROPPED = ("onset-0-dropped", "A row with onset 0 was left out.")
    OFFSET_ZERO_IS_SYMMETRIC = (
        "offset-0-is-symmetric-about-apex",
        'An offset 0 ("not annotated") became as far from the apex as the onset is.',
    )
    OFFSET_ZERO_IS_APEX = ("offset-0-is-apex", "An offset 0 became the apex.")
    OFFSET_ZERO_IS_APEX_PLUS_20 = ("offset-0-is-apex-plus-20", "An offset 0 became 20 frames after the apex.")
    OFFSET_ZERO_UNMATCHABLE = (
        "offset-0-unmatchable",
        "A row with offset 0 was kept beyond the end of its recording: a truth that nothing can find.",
    )
    MISSING_APEX_IS_MIDPOINT = (
        "missing-apex-is-midpoint",
        "An apex that was not annotated became the midpoint of onset and offset.",
    )
    APEX_OUTSIDE_IS_MIDPOINT = (
        "apex-outside-is-midpoint",
        "An apex before the onset or after the offset became the midpoint of both.",
    )
    MISSING_FRAME_IS_NEAREST = (
        "missing-frame-is-nearest-frame",
        "An onset, apex or offset on a frame without a file became the nearest frame that has one.",
    )
    GAP_CLOSED = ("gap-inside-closed-up", "Frames without a file inside an expression: it is shorter by these.")
    GAP_DROPPED = ("gap-inside-dropped", "A row with frames without a file, at its ends or inside, was left out.")
    OFFSET_CLIPPED = (
        "offset-clipped-to-last-frame",
        "An offset past the end of the recording became its last frame, and so did an apex there.",
    )
    ROUNDED_PAST_END = (
        "rounded-past-end-is-last-frame",
        "A frame between the last frame kept by subsampling and the end of the recording became that last frame.",
    )
    PAST_END_KEPT = (
        "offset-past-end-kept",
        "An offset past the end of the recording, or past the last frame that subsampling keeps, stayed there.",
    )
    PAST_END_DROPPED = ("past-end-dropped", "A row that ends past the end of its recording was left out.")
    BEYOND_KEPT = (
        "beyond-last-frame-kept-as-truth",
        "An expression that begins past the end of the recording stayed there: a truth that nothing can find.",
    )
    LENGTH_DROPPED = ("length-outside-limits-dropped", "A row longer than the paper's limits was left out.")
    LIST_DROPPED = ("not-in-list-dropped", "A row that LGSNet's list does not have was left out.")
    DUPLICATE_DROPPED = (
        "duplicated-row-dropped",
        "A row with recording, onset and offset of an earlier one was left out.",
    )
    EMPTY_ROW_DROPPED = ("empty-row-dropped", "A row with onset 0 and offset 0 was left out.")
    MISSING_RECORDING_SKIPPED = ("missing-recording-skipped", "A row of a recording that is not on disk was left out.")
    UNREADABLE_RECORDING_SKIPPED = (
        "unreadable-recording-skipped",
        "A row of a recording that cannot be read was left out; the recording is reported by name.",
    )
    DAMAGED_FRAME_SKIPPED = (
        "damaged-frame-skipped",
        "An image that its release lists as damaged, or an empty file, was treated as a gap.",
    )
    NAMES_SORTED_BY_NUMBER = (
        "frames-sorted-by-number",
        "A recording whose file names in the order of the alphabet are not in the order of their numbers.",
    )
    LENGTH_COUNTED = (
        "video-length-counted",
        "A video holds another number of frames than its header says; those it holds count.",
    )
    FRAME_RATE_ASSUMED = ("30-frames-per-second-assumed", "A recording without a known frame rate.")
    SUBJECT_FROM_FOLDER_NAME = (
        "subject-from-folder-name",
        "A recording in the folder of another subject was counted for the subject in its own name.",
    )
    MISPLACED_COPY_SKIPPED = (
        "misplaced-copy-skipped",
        "A recording in the folder of another subject was left out, since the right folder has it too.",
    )


MEANINGS = {str(policy): policy.meaning for policy in Policy}
"""Name of a policy, as in `Dataset.repairs`, to one sentence for people."""


class MissingRecordings(StrEnum):
    """What to do when the annotation table names recordings that are not on disk."""

    ERROR = "error"
    """Stop: totals that can be compared with published ones need every recording."""
    SKIP = "skip"
    """Leave their rows out and count them."""
