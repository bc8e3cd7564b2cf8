"""`python -m platform.spot`: the winner of a search on new videos."""

import argparse
import errno
import sys
from pathlib import Path

from platform.console.command import DONE, UNDONE, command_parser, run_command
from platform.landmarks.choice import INSIGHTFACE
from platform.landmarks.insightface_detector import DetectionDevice
from platform.landmarks.options import add_lost_face_options, lost_face_policy
from platform.landmarks.streams import landmark_stream
from platform.spotting.orders import SpotOptions, named_videos
from platform.stages.computing import add_compute_options
from platform.stages.reading import add_tracking_option
from platform.stages.spotting import SpottedVideos, model_folder_of, spot_all
from platform.stages.workspace_options import add_workspace_option
from spotformer_core.errors import require
from spotformer_core.spotting.model_files import read_model


def main(options: argparse.Namespace) -> int:
    """Spots in every video that has no results yet; 0 when all have."""
    require(options.workers >= 1, "--workers", "at least 1", options.workers, "Leave the option out.")
    rate = options.frames_per_second
    require(0 <= rate < float("inf"), "--frames-per-second", "greater than 0", rate, "Leave the option out.")
    videos = named_videos(options.videos)
    folder = model_folder_of(options.model, workspace=options.workspace, tracking_uri=options.tracking_uri)
    model = read_model(folder)
    model.description.extraction_settings()
    chosen = SpotOptions(
        model=folder,
        model_digest=model.digest,
        wanted_rate=model.description.frames_per_second,
        landmarks=landmark_stream(
            options.landmarks, policy=lost_face_policy(options), device=DetectionDevice(options.landmark_device)
        ),
        out=options.out.expanduser().resolve(),
        frames_per_second=rate,
        annotated=options.annotated_video,
    )
    chosen.out.mkdir(parents=True, exist_ok=True)
    spotted = spot_all(videos, chosen, address=options.address, num_workers=options.workers)
    _say(spotted, chosen)
    if spotted.disk_full:
        raise OSError(errno.ENOSPC, "No space left on device", str(chosen.out))
    return UNDONE if spotted.problems else DONE


def _say(spotted: SpottedVideos, options: SpotOptions) -> None:
    finished = [outcome for outcome in spotted.outcomes if not outcome.problem]
    for outcome in finished:
        print(
            f"{outcome.name}: {outcome.num_proposals} proposals in {outcome.video_seconds:.1f} s of video, "
            f"{outcome.video_seconds / max(outcome.work_seconds, 1e-9):.2f} x real time on one core"
        )
    if finished:
        print(f"all: {spotted.times_real_time:.2f} x real time")
    if spotted.done_before:
        print(f"{len(spotted.done_before)} videos had their results before.")
    print(f"results: {options.out}")
    for name, reason in spotted.problems.items():
        print(f"problem: {name}: {reason.removeprefix(f'{name}: ')}", file=sys.stderr)


def parser() -> argparse.ArgumentParser:
    """The command line of `python -m platform.spot`."""
    command = command_parser(
        "spot",
        "Spots macro- and micro-expressions in videos with a model that a search has left. Of each video it writes a\n"
        "CSV, a JSON and a timeline, in the video's own frames and in seconds, whatever its frame rate. Finished\n"
        "videos are kept: stop it and give the same command to go on.",
        "python -m platform.spot interview.mp4 more/ --model models:/demo-demo-seed0@champion --out spotted\n"
        "  python -m platform.spot anna.avi --model workspace/studies/NAME/models/c0003 --landmarks csv/ --out out",
    )
    command.add_argument(
        "videos", nargs="+", type=Path, metavar="VIDEO", help="video files, folders of images, folders of these"
    )
    command.add_argument("--out", type=Path, required=True, metavar="DIR", help="where results go")
    command.add_argument(
        "--model",
        default="",
        metavar="models:/NAME@champion|DIR",
        help="registered model or model folder (default: the champion, when just one model is registered)",
    )
    command.add_argument(
        "--landmarks",
        default=INSIGHTFACE,
        metavar="DIR|insightface",
        help="folder of OpenFace-style files NAME-OF-VIDEO.csv, or detect (default: %(default)s)",
    )
    add_lost_face_options(command)
    command.add_argument(
        "--landmark-device",
        choices=[str(device) for device in DetectionDevice],
        default=str(DetectionDevice.CPU),
        help="where faces are detected (default: %(default)s)",
    )
    command.add_argument(
        "--frames-per-second",
        type=float,
        default=0.0,
        metavar="N",
        help="of the videos (default: what each says; for images that of the model)",
    )
    command.add_argument("--annotated-video", action="store_true", help="write each video with its proposals too")
    add_compute_options(command)
    add_workspace_option(command)
    add_tracking_option(command)
    return command


if __name__ == "__main__":
    sys.exit(run_command(main, parser(), sys.argv[1:]))
