"""`python -m platform.import_features`: brings released features into a flow store, so that nobody needs the videos."""

import argparse
import sys

from platform.console.command import DONE, UNDONE, command_parser, run_command
from platform.stages.importing import add_released_options, find_released, import_released, released_options
from platform.stages.workspace_options import add_workspace_option


def main(options: argparse.Namespace) -> int:
    """Imports what is missing; 0 when every recording has its features in the store."""
    options.workspace.storage.require_usable()
    found = find_released(released_options(options), workspace=options.workspace)
    imported = import_released(found, workspace=options.workspace)
    print(
        f"flow store {imported.store.folder}: {imported.num_imported} recordings imported now, "
        f"{len(imported.problems)} failed"
    )
    for problem in imported.problems:
        print(f"  {problem}", file=sys.stderr)
    return UNDONE if imported.problems else DONE


def parser() -> argparse.ArgumentParser:
    """The command line of `python -m platform.import_features`."""
    command = command_parser(
        "import_features",
        "Imports the optical-flow features that the authors of SpotFormer released: windows of 17 frames, one .npy\n"
        "file per recording, with the annotation table that came with them. Every file is checked; what is imported\n"
        "is never imported again. See docs/released-features.md for what the options decide.",
        "python -m platform.import_features --features DIR --annotations samm_new_25_7.csv",
    )
    add_released_options(command)
    add_workspace_option(command)
    return command


if __name__ == "__main__":
    sys.exit(run_command(main, parser(), sys.argv[1:]))
