"""`python -m tests.soak --minutes 60 --seed N`: tiny searches, and faults at random; 1 when any is wrong."""

import argparse
import os
import random
import sys
import tempfile
from pathlib import Path

from benchmarks.results_file import write_result
from tests.soak.measured import MARK
from tests.soak.running import soak


def main() -> int:
    """0 when nothing was lost, nothing was left over, and nothing grows."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=60.0, help="(default: %(default)s)")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6), help="(default: drawn)")
    options = parser.parse_args()
    print(f"seed {options.seed}", flush=True)
    with tempfile.TemporaryDirectory(prefix="soak-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        (temporary := folder / "tmp").mkdir()
        # Sockets of Ray stand in its folder, and their paths may not be long.
        os.environ |= {MARK: name, "TMPDIR": str(temporary), "RAY_TMPDIR": str(folder / "r")}
        found = soak(folder, minutes=options.minutes, seed=options.seed)
    print("\n".join(found.lines()))
    print(f"written to {write_result('soak', found.figures(), found.goals(), repeats=found.studies)}")
    return 0 if found.is_good else 1


if __name__ == "__main__":
    sys.exit(main())
