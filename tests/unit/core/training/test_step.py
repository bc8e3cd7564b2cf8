"""A step is one function of memory that stays in place: on the CPU it computes the ordinary step, and it keeps the
rules without which a GPU could not record it. No GPU takes part in any of this."""

import contextlib

import pytest
import torch

from spotformer_core.choices import GpuSteps
from spotformer_core.config import Architecture, Configuration
from spotformer_core.errors import TrainingError
from spotformer_core.losses.spotting import spotting_loss
from spotformer_core.losses.window_labels import WindowLabels
from spotformer_core.model.spotformer import SpotFormer
from spotformer_core.training.batch_memory import BatchMemory
from spotformer_core.training.optimizer import make_optimizer, set_learning_rate
from spotformer_core.training.recorded_function import RecordedFunction
from spotformer_core.training.step import TrainingStep
from spotformer_core.training.training_set import TrainingSet

SMALL = {"window": 9, "width": 16, "num_heads": 2, "head_width": 8, "batch_size": 16}


def some_set(device: str, num_frames: int = 40) -> TrainingSet:
    with torch.device(device):
        return TrainingSet(
            windows=torch.randn(num_frames, 9, 10, 2).to(torch.float16),
            labels=WindowLabels(
                boundary=torch.full((num_frames, 2), 4),
                apex=torch.rand(num_frames, 2),
                expression=torch.rand(num_frames, 2),
                contrast=torch.arange(num_frames) % 3,
            ),
        )


def some_network(configuration: Configuration) -> SpotFormer:
    torch.manual_seed(3)
    return SpotFormer(configuration.model).train()


def step_of(network, training_set, optimizer, configuration) -> TrainingStep:
    return TrainingStep(
        network, [training_set], [optimizer], configuration=configuration, gpu_steps=GpuSteps.CUDA_GRAPH
    )


def test_the_step_is_the_ordinary_one_to_the_last_bit():
    configuration = Configuration.from_parameters({**SMALL, "dropout": 0.2})
    training_set, ours, plain = some_set("cpu"), some_network(configuration), some_network(configuration)
    optimizer, plain_optimizer = (make_optimizer(each, configuration.training) for each in (ours, plain))
    step = step_of(ours, training_set, optimizer, configuration)
    batches = [torch.randint(40, (16,)) for _ in range(4)]

    torch.manual_seed(5)
    losses = [step(indices[None], [rate]).item() for indices, rate in zip(batches, (1e-3, 2e-3, 5e-4, 0), strict=True)]

    torch.manual_seed(5)
    for indices, rate, loss in zip(batches, (1e-3, 2e-3, 5e-4, 0), losses, strict=True):
        plain_optimizer.zero_grad()
        windows, labels = BatchMemory([training_set], 16).gather(indices[None])
        plain_loss = spotting_loss(plain(windows), labels, configuration.loss)
        plain_loss.backward()
        set_learning_rate(plain_optimizer, rate)
        plain_optimizer.step()
        assert plain_loss.item() == loss
    for name, value in plain.state_dict().items():
        assert torch.equal(ours.state_dict()[name], value), name


def test_a_loss_that_was_returned_does_not_change_with_the_next_step():
    configuration = Configuration.from_parameters(SMALL)
    network = some_network(configuration)
    step = step_of(network, some_set("cpu"), make_optimizer(network, configuration.training), configuration)

    first = step(torch.zeros(1, 16, dtype=torch.int64), [1e-2])
    before = first.item()
    step(torch.ones(1, 16, dtype=torch.int64), [1e-2])

    assert first.item() == before


@pytest.mark.parametrize("architecture", Architecture)
@pytest.mark.parametrize("losses", [{}, {"binary_loss": "distance-focal", "boundary_loss": "cross-entropy"}])
def test_a_step_reads_nothing_back_from_its_device(architecture, losses):
    """The meta device has no numbers: whatever would copy one to the CPU fails there, as it would while recording."""
    configuration = Configuration.from_parameters({**SMALL, **losses, "architecture": architecture, "dropout": 0.2})
    with torch.device("meta"):
        network = SpotFormer(configuration.model).train()
    # AdamW has no meta kernels; that it can be recorded is PyTorch's promise (capturable), not ours.
    step = step_of(network, some_set("meta"), torch.optim.SGD(network.parameters(), lr=0.1), configuration)

    loss = step(torch.zeros(1, 16, dtype=torch.int64, device="meta"), [0.1])

    assert loss.device.type == "meta"
    assert all(parameter.grad.device.type == "meta" for parameter in network.parameters())
    with pytest.raises(RuntimeError, match="meta"):
        loss.item()


def test_a_learning_rate_that_is_a_tensor_stays_in_its_place():
    rate = torch.tensor(0.5)
    optimizer = torch.optim.AdamW([torch.nn.Parameter(torch.ones(2))], lr=rate)
    place = optimizer.param_groups[0]["lr"].data_ptr()

    set_learning_rate(optimizer, 0.25)

    assert optimizer.param_groups[0]["lr"].item() == 0.25
    assert optimizer.param_groups[0]["lr"].data_ptr() == place


class FakeGraph:
    """Stands for a CUDA graph: recording computes nothing, replaying computes what was recorded."""

    recording = False

    def replay(self) -> None:
        self.replayed()


@pytest.fixture
def fake_gpu(monkeypatch):
    class Stream:
        def wait_stream(self, _) -> None:
            pass

    @contextlib.contextmanager
    def recording(graph: FakeGraph, *, capture_error_mode: str):
        assert capture_error_mode == "thread_local"
        FakeGraph.recording = True
        try:
            yield
        finally:
            FakeGraph.recording = False

    monkeypatch.setattr(torch.cuda, "CUDAGraph", FakeGraph)
    monkeypatch.setattr(torch.cuda, "graph", recording)
    monkeypatch.setattr(torch.cuda, "Stream", Stream)
    monkeypatch.setattr(torch.cuda, "current_stream", Stream)
    monkeypatch.setattr(torch.cuda, "stream", lambda _: contextlib.nullcontext())


@pytest.mark.usefixtures("fake_gpu")
def test_a_recorded_function_computes_once_per_call(monkeypatch):
    calls, computed = [], []

    def function() -> None:
        calls.append(FakeGraph.recording)
        if not FakeGraph.recording:
            computed.append(None)

    monkeypatch.setattr(FakeGraph, "replayed", lambda _: computed.append(None), raising=False)
    run = RecordedFunction(function)

    for number in range(1, 8):
        run()
        assert len(computed) == number

    assert calls == [False, False, False, True]


@pytest.mark.usefixtures("fake_gpu")
def test_a_function_that_cannot_be_recorded_is_refused_with_the_way_out():
    def function() -> None:
        if FakeGraph.recording:
            raise RuntimeError("operation not permitted when stream is capturing\nmore")

    run = RecordedFunction(function)
    for _ in range(3):
        run()

    with pytest.raises(TrainingError, match=r"got: operation not permitted .*capturing Take --gpu-steps eager\."):
        run()


@pytest.mark.usefixtures("fake_gpu")
def test_running_out_of_memory_while_recording_stays_what_it_is():
    def function() -> None:
        if FakeGraph.recording:
            raise torch.OutOfMemoryError("Tried to allocate 2.00 GiB.")

    run = RecordedFunction(function)
    for _ in range(3):
        run()

    with pytest.raises(torch.OutOfMemoryError):
        run()
