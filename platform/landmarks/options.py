"""The options that say what is done about frames without a face."""

import argparse

from spotformer_core.flow.lost_faces import DEFAULT_POLICY, LostFacePolicy, LostFaces


def add_lost_face_options(parser: argparse._ActionsContainer) -> None:
    """Adds the options that `lost_face_policy` reads."""
    parser.add_argument(
        "--lost-faces",
        choices=[str(choice) for choice in LostFaces],
        default=str(DEFAULT_POLICY.lost_faces),
        help="landmarks of frames in which no face was found (default: %(default)s)",
    )
    parser.add_argument(
        "--longest-lost-face",
        type=float,
        default=DEFAULT_POLICY.longest_gap_seconds,
        metavar="SECONDS",
        help="a face that is lost for longer is an error (default: %(default)s)",
    )


def lost_face_policy(options: argparse.Namespace) -> LostFacePolicy:
    """The policy that the command line names.

    Raises:
        InvalidValueError: unless the longest gap is greater than 0.
    """
    return LostFacePolicy(lost_faces=LostFaces(options.lost_faces), longest_gap_seconds=options.longest_lost_face)
