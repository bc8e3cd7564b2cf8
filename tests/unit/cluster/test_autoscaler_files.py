"""aws.yaml and gcp.yaml: Ray's own schema and validator, and what Ray's own scheduler would start for our work."""

import copy
from typing import Any

import jsonschema
import pytest
from ray.autoscaler._private.kuberay.autoscaling_config import _derive_autoscaling_config_from_ray_cr
from ray.autoscaler._private.util import prepare_config, validate_config
from ray.autoscaler.v2.instance_manager.config import AutoscalingConfig
from ray.autoscaler.v2.scheduler import ResourceDemandScheduler, SchedulingRequest
from ray.autoscaler.v2.utils import ResourceRequestUtil

from tests.manifests import document

CLOUDS = ("aws.yaml", "gcp.yaml")
MINUTES_TO_START = 10
"""What a node with a GPU may take to start and to pull an image of several GB."""
EXTRACTION = {"CPU": 1.0}
A_QUARTER_OF_A_GPU = {"CPU": 1.0, "GPU": 0.25}


def prepared(name: str) -> dict[str, Any]:
    """The configuration as Ray's autoscaler has it after reading the file, or the resource of KubeRay."""
    if name not in CLOUDS:
        cluster = document(name)
        cluster["metadata"]["namespace"] = "spotformer"
        return dict(_derive_autoscaling_config_from_ray_cr(cluster))
    return dict(prepare_config(document(name)))


def started_for(name: str, demand: dict[str, float], count: int, **how: Any) -> dict[str, int]:
    """Nodes that Ray's scheduler starts in an empty cluster for so many units of work, by their type."""
    configuration = AutoscalingConfig(prepared(name), skip_content_hash=True)
    request = SchedulingRequest(
        disable_launch_config_check=True,
        node_type_configs=configuration.get_node_type_configs(),
        max_num_nodes=configuration.get_max_num_nodes(),
        resource_requests=ResourceRequestUtil.group_by_count([ResourceRequestUtil.make(demand)] * count),
        **how,
    )
    return {one.instance_type: one.count for one in ResourceDemandScheduler(None).schedule(request).to_launch}


@pytest.mark.parametrize("name", CLOUDS)
def test_rays_validator_takes_the_file(name):
    validate_config(prepared(name))


@pytest.mark.parametrize("name", CLOUDS)
def test_rays_validator_would_notice_a_misspelt_field(name):
    misspelt = prepared(name)
    misspelt["available_node_types"]["cpu"]["min_worker"] = 0

    with pytest.raises(jsonschema.ValidationError, match="min_worker"):
        validate_config(misspelt)


@pytest.mark.parametrize("name", CLOUDS)
def test_nothing_but_the_head_runs_without_work(name):
    types = prepared(name)["available_node_types"]

    assert {one: types[one]["min_workers"] for one in types if one != "head"} == {
        "cpu": 0,
        "gpu-spot": 0,
        "gpu-on-demand": 0,
    }
    assert started_for(name, EXTRACTION, 0) == {}


@pytest.mark.parametrize("name", [*CLOUDS, "kuberay/raycluster.yaml"])
def test_nodes_are_kept_for_longer_than_they_take_to_start(name):
    assert prepared(name)["idle_timeout_minutes"] > MINUTES_TO_START


@pytest.mark.parametrize("name", [*CLOUDS, "kuberay/raycluster.yaml"])
def test_extraction_starts_no_gpu_and_nothing_runs_on_the_head(name):
    started = started_for(name, EXTRACTION, 40)

    assert set(started) == {"cpu"}
    assert not prepared(name)["available_node_types"][prepared(name)["head_node_type"]]["resources"]["CPU"]


@pytest.mark.parametrize("name", [*CLOUDS, "kuberay/raycluster.yaml"])
def test_training_asks_for_spot_and_four_folds_share_a_gpu(name):
    assert started_for(name, A_QUARTER_OF_A_GPU, 64) == {"gpu-spot": 16}


@pytest.mark.parametrize("name", [*CLOUDS, "kuberay/raycluster.yaml"])
def test_on_demand_is_asked_for_when_spot_was_refused_or_is_used_up(name):
    refused = started_for(name, A_QUARTER_OF_A_GPU, 8, recoverable_resource_availabilities={"gpu-spot": 0.0})

    assert refused == {"gpu-on-demand": 2}
    assert started_for(name, A_QUARTER_OF_A_GPU, 80) == {"gpu-spot": 16, "gpu-on-demand": 4}


@pytest.mark.parametrize("name", CLOUDS)
def test_both_kinds_of_gpu_nodes_are_the_same_machine(name):
    types = copy.deepcopy(document(name)["available_node_types"])
    spot, on_demand = (types[one]["node_config"] for one in ("gpu-spot", "gpu-on-demand"))
    for node in (spot, on_demand):
        node.pop("InstanceMarketOptions", None)
        node.pop("scheduling", None)

    assert spot == on_demand
    assert types["gpu-spot"]["docker"] == types["gpu-on-demand"]["docker"] != {}


def test_only_the_nodes_that_may_be_taken_away_are_spot():
    aws, gcp = (document(name)["available_node_types"] for name in CLOUDS)

    assert {one for one in aws if "InstanceMarketOptions" in aws[one]["node_config"]} == {"cpu", "gpu-spot"}
    spot = {one for one in gcp if gcp[one]["node_config"].get("scheduling", {}).get("provisioningModel") == "SPOT"}
    assert spot == {"cpu", "gpu-spot"}


@pytest.mark.parametrize("name", CLOUDS)
def test_the_token_is_required_and_the_dashboard_is_on_loopback(name):
    file = document(name)

    assert "--env=RAY_AUTH_MODE=token" in file["docker"]["run_options"]
    assert file["file_mounts"] == {"~/.ray/auth_token": "~/.ray/auth_token"}
    assert "--dashboard-host=127.0.0.1" in file["head_start_ray_commands"][-1].split()


@pytest.mark.parametrize("name", CLOUDS)
def test_no_node_has_an_address_of_its_own_in_the_world(name):
    file = document(name)

    assert file["provider"]["use_internal_ips"] is True
    for node in (one["node_config"] for one in file["available_node_types"].values()):
        # Without a security group Ray makes one that opens SSH to the world; accessConfigs are external addresses.
        assert node.get("SecurityGroupIds") or "accessConfigs" not in node["networkInterfaces"][0]
    assert "security_group" not in file["provider"]


@pytest.mark.parametrize("name", CLOUDS)
def test_workers_watch_for_the_notice_that_they_are_taken_back_once_ray_runs(name):
    *_, started, watched = document(name)["worker_start_ray_commands"]

    assert started.startswith("ray start --address=$RAY_HEAD_IP:6379")
    assert "python -m platform.watch_preemption --address $RAY_HEAD_IP:6379 " in watched
    # Ray's launcher waits for what stays in the foreground or holds its terminal.
    assert watched.startswith("nohup ")
    assert watched.endswith(" < /dev/null > /tmp/watch_preemption.log 2>&1 &")


@pytest.mark.parametrize("name", CLOUDS)
def test_every_node_tells_its_type_by_the_label_that_prices_go_by(name):
    types = prepared(name)["available_node_types"]

    assert {kind: values["labels"] for kind, values in types.items()} == {
        kind: {"ray.io/node-group": kind} for kind in types
    }
