import pytest
import ray

from platform.scheduling.nodes import accelerator, has_gpus, most_cpus, node_counts
from platform.scheduling.packing import NO_GPU_YET, gpus_for_one, packing
from platform.study.planning import FoldOrder
from spotformer_core.errors import InvalidValueError


@pytest.fixture
def nodes(monkeypatch):
    """Makes a cluster of these resources; a node that has gone has more of everything."""

    def make(*resources):
        alive = [{"Alive": True, "Resources": one} for one in resources]
        gone = {"Alive": False, "Resources": {"CPU": 99.0, "GPU": 9.0, "accelerator_type:T4": 1.0}}
        monkeypatch.setattr(ray, "nodes", lambda: [*alive, gone])

    return make


H100 = {"CPU": 16.0, "GPU": 1.0, "accelerator_type:H100": 1.0}
A100 = {"CPU": 8.0, "GPU": 8.0, "accelerator_type:A100": 1.0}


def test_a_cluster_without_gpus(nodes):
    nodes({"CPU": 2.0}, {"CPU": 4.0}, {})

    assert (most_cpus(), has_gpus(), accelerator()) == (4, False, "")
    assert [gpus_for_one(given) for given in (None, 0.25)] == [0, 0.25]


@pytest.mark.parametrize("on_cluster", [True, False])
def test_a_cluster_that_may_start_gpu_nodes_later_is_told_of_the_way_to_them(nodes, capsys, tmp_path, on_cluster):
    nodes({"CPU": 2.0})

    packed = packing(None, None, None, peak_memory=tmp_path, on_cluster=on_cluster)

    assert packed.reservations.take(FoldOrder("c0000", "a")).num_gpus == 0
    assert capsys.readouterr().err == (f"notice: {NO_GPU_YET}\n" if on_cluster else "")


def test_a_cluster_with_one_kind_of_gpu(nodes):
    nodes({"CPU": 64.0}, H100, H100)

    assert (most_cpus(), has_gpus(), accelerator()) == (64, True, "H100")
    assert [gpus_for_one(given) for given in (None, 0.25)] == [1, 0.25]


def test_a_gpu_that_ray_does_not_know_has_no_name(nodes):
    nodes({"CPU": 2.0, "GPU": 1.0})

    assert (has_gpus(), accelerator()) == (True, "")


def test_nodes_are_counted_by_the_type_that_they_are_priced_by(monkeypatch):
    labels = [{"ray.io/node-group": "gpu_spot"}, {"ray.io/node-group": "gpu_spot"}, {}, {"ray.io/node-group": ""}]
    alive = [{"Alive": True, "Labels": one} for one in labels]
    gone = {"Alive": False, "Labels": {"ray.io/node-group": "gpu_spot"}}
    monkeypatch.setattr(ray, "nodes", lambda: [*alive, gone])

    assert node_counts() == {"gpu_spot": 2, "local": 2}


@pytest.mark.parametrize(
    ("second", "got"), [(A100, "got A100, H100"), ({"GPU": 1.0}, "got H100 and some that Ray does not know")]
)
def test_of_several_kinds_none_is_right_for_all(nodes, second, got):
    nodes(H100, second)

    with pytest.raises(InvalidValueError, match=rf"one kind of GPU in the cluster, {got}\. Give a fraction"):
        accelerator()
