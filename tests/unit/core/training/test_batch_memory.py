import torch

from spotformer_core.datasets.frame_channels import Channel
from spotformer_core.losses.window_labels import WindowLabels
from spotformer_core.training.batch_memory import BatchMemory
from spotformer_core.training.training_set import TrainingSet


def numbered_set(num_frames: int, first: int) -> TrainingSet:
    """Everything of frame k is made of the number first + k."""
    numbers = torch.arange(first, first + num_frames)
    return TrainingSet(
        windows=numbers[:, None, None, None].expand(-1, 5, 10, 2).half().contiguous(),
        labels=WindowLabels(
            boundary=(numbers[:, None] + torch.tensor([0, 100])),
            apex=numbers[:, None] + torch.tensor([0.25, 0.5]),
            expression=numbers[:, None] + torch.tensor([0.125, 0.75]),
            contrast=numbers + 7,
        ),
    )


def test_a_batch_holds_the_windows_and_labels_at_the_indices_in_single_precision():
    windows, labels = BatchMemory([numbered_set(9, 0)], 3).gather(torch.tensor([[8, 0, 3]]))

    numbers = torch.tensor([8, 0, 3])
    assert windows.dtype == torch.float32
    assert torch.equal(windows, numbers[:, None, None, None].expand(-1, 5, 10, 2).float())
    assert torch.equal(labels.boundary, numbers[:, None] + torch.tensor([0, 100]))
    assert torch.equal(labels.apex, numbers[:, None] + torch.tensor([0.25, 0.5]))
    assert torch.equal(labels.expression, numbers[:, None] + torch.tensor([0.125, 0.75]))
    assert torch.equal(labels.contrast, numbers + 7)


def test_the_windows_of_every_fold_come_from_its_own_training_set_and_stand_together():
    memory = BatchMemory([numbered_set(4, 0), numbered_set(6, 50), numbered_set(5, 90)], 2)

    windows, labels = memory.gather(torch.tensor([[3, 1], [5, 5], [0, 4]]))

    assert windows[:, 0, 0, 0].tolist() == [3, 1, 55, 55, 90, 94]
    assert labels.contrast.tolist() == [10, 8, 62, 62, 97, 101]


def test_every_batch_lies_in_the_same_memory():
    memory = BatchMemory([numbered_set(9, 0)], 2)
    first_windows, first_labels = memory.gather(torch.tensor([[1, 2]]))

    windows, labels = memory.gather(torch.tensor([[7, Channel.NEUTRAL]]))

    assert windows.data_ptr() == first_windows.data_ptr()
    assert labels.apex.data_ptr() == first_labels.apex.data_ptr()
    assert first_windows[:, 0, 0, 0].tolist() == [7, 4]
