"""Train on all subjects but one, spot in the recordings of that one: a fold of leave-one-subject-out.

    python examples/one_fold.py workspace/demo workspace/flow/demo-<settings> s15

The first argument is the root of the demo dataset, the second its flow store, both as `make search` leaves them.
"""

import json
import sys
from pathlib import Path

import torch

from spotformer_core.config import Configuration
from spotformer_core.datasets.reader import read_dataset
from spotformer_core.decoding.proposals import Proposal, decode
from spotformer_core.flow.settings import ExtractionSettings
from spotformer_core.flow.store import MANIFEST, FlowStore
from spotformer_core.training.fold import evaluate_fold
from spotformer_core.training.folds import leave_one_subject_out

SMALL = Configuration.from_parameters(
    {
        "window": 9,
        "width": 32,
        "num_heads": 2,
        "head_width": 16,
        "dropout": 0.0,
        "batch_size": 32,
        "num_epochs": 3,
        "learning_rate": 1e-3,
        "class_balance": "balanced",
        "training_frames": "all",
        "macro_apex_threshold": 0.3,
        "micro_apex_threshold": 0.3,
    }
)


def main(root: Path, store_folder: Path, subject: str) -> dict[str, tuple[Proposal, ...]]:
    """Prints the proposals in each held-out recording and returns them by its name."""
    # With one thread the numbers are the same on all machines of a kind, and other work is not disturbed.
    torch.set_num_threads(1)
    settings = ExtractionSettings.from_dict(json.loads((store_folder / MANIFEST).read_text())["settings"])
    store = FlowStore.open(store_folder, settings)
    bands = [store.read(recording) for recording in read_dataset("demo", root).recordings]
    fold = next(fold for fold in leave_one_subject_out(bands) if fold.held_out == subject)

    def report(epoch: int, loss: float) -> None:
        print(f"epoch {epoch}: loss {loss:.4f}")

    result = evaluate_fold(SMALL, fold, seed=0, report=report)
    found = {name: decode(scores, SMALL.decoding) for name, scores in result.scores.items()}
    for name, proposals in found.items():
        for proposal in proposals:
            print(f"{name}: {proposal.kind} from {proposal.onset} to {proposal.offset}, score {proposal.score:.3f}")
    return found


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3])
