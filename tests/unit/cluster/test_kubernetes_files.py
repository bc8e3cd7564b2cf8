"""cluster/kuberay against the schemas of KubeRay and of Kubernetes, and the rules that no schema has."""

import copy
from collections.abc import Iterator
from typing import Any

import kubernetes_validate
import pytest
import ray
from jsonschema import Draft202012Validator, ValidationError

from platform import watch_preemption
from tests.manifests import document, resource_definition

CLUSTER_FILE, JOB_FILE = "kuberay/raycluster.yaml", "kuberay/rayjob.yaml"
PLURALS = {CLUSTER_FILE: "rayclusters", JOB_FILE: "rayjobs"}
KUBERNETES = "1.34"


def cluster_spec() -> dict[str, Any]:
    return dict(document(CLUSTER_FILE)["spec"])


def pods() -> Iterator[dict[str, Any]]:
    """The pod of the head, of every group of workers, and of the submitter."""
    spec = cluster_spec()
    yield spec["headGroupSpec"]["template"]["spec"]
    yield from (group["template"]["spec"] for group in spec["workerGroupSpecs"])
    yield document(JOB_FILE)["spec"]["submitterPodTemplate"]["spec"]


@pytest.mark.parametrize("name", [CLUSTER_FILE, JOB_FILE])
def test_kuberay_knows_every_field(name):
    Draft202012Validator(resource_definition(PLURALS[name])).validate(document(name))


def test_a_misspelt_field_would_be_noticed():
    misspelt = copy.deepcopy(document(CLUSTER_FILE))
    misspelt["spec"]["workerGroupSpecs"][0]["template"]["spec"]["tolerance"] = []

    with pytest.raises(ValidationError, match="tolerance"):
        Draft202012Validator(resource_definition("rayclusters")).validate(misspelt)


@pytest.mark.parametrize("name", ["kuberay/storage.yaml", "kuberay/network.yaml"])
def test_kubernetes_knows_every_field(name):
    kubernetes_validate.validate(document(name), KUBERNETES, strict=True)


def test_the_cluster_of_a_job_is_the_cluster_that_stays():
    assert document(JOB_FILE)["spec"]["rayClusterSpec"] == cluster_spec()


def test_the_version_is_that_of_the_images():
    assert cluster_spec()["rayVersion"] == ray.__version__


def test_nothing_but_the_head_runs_without_work():
    groups = cluster_spec()["workerGroupSpecs"]

    assert {group["groupName"]: (group["minReplicas"], group["replicas"]) for group in groups} == {
        "cpu": (0, 0),
        "gpu-spot": (0, 0),
        "gpu-on-demand": (0, 0),
    }
    assert cluster_spec()["enableInTreeAutoscaling"] is True


def test_every_container_says_what_it_needs_so_that_a_queue_can_count_it():
    containers = [container for pod in pods() for container in pod["containers"]]
    containers.append(cluster_spec()["autoscalerOptions"])

    for container in containers:
        assert container["resources"]["requests"] == container["resources"]["limits"]
        assert {"cpu", "memory"} <= container["resources"]["requests"].keys()
    for name in PLURALS:
        assert document(name)["metadata"]["labels"]["kueue.x-k8s.io/queue-name"] == "spotformer"
    assert document(JOB_FILE)["spec"]["shutdownAfterJobFinishes"] is True


def test_the_token_is_required_and_nothing_is_open_to_the_world():
    spec = cluster_spec()

    assert spec["authOptions"] == {"mode": "token"}
    assert spec["headGroupSpec"]["serviceType"] == "ClusterIP"
    assert "enableIngress" not in spec["headGroupSpec"]
    network = document("kuberay/network.yaml")["spec"]
    assert network["podSelector"]["matchExpressions"] == [{"key": "ray.io/cluster", "operator": "Exists"}]
    assert network["policyTypes"] == ["Ingress"]
    assert all("ipBlock" not in peer for rule in network["ingress"] for peer in rule["from"])


def test_no_container_is_root_or_can_become_it():
    for pod in pods():
        assert pod["securityContext"]["runAsNonRoot"] is True
        assert pod["securityContext"]["runAsUser"] == 1000
        assert "hostNetwork" not in pod
        assert not any("hostPath" in volume for volume in pod.get("volumes", []))
        for container in pod["containers"]:
            assert container["securityContext"]["allowPrivilegeEscalation"] is False
            assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}
    assert cluster_spec()["autoscalerOptions"]["securityContext"]["allowPrivilegeEscalation"] is False


def test_only_the_head_whose_autoscaler_asks_for_pods_may_speak_to_kubernetes():
    head, *others = pods()

    assert head["automountServiceAccountToken"] is True
    assert {pod["automountServiceAccountToken"] for pod in others} == {False}


def test_every_node_sees_the_workspace():
    claim = document("kuberay/storage.yaml")
    *nodes, _ = pods()

    assert claim["spec"]["accessModes"] == ["ReadWriteMany"]
    for pod in nodes:
        names = {
            volume["name"]
            for volume in pod["volumes"]
            if volume.get("persistentVolumeClaim", {}).get("claimName") == claim["metadata"]["name"]
        }
        mounts = {mount["mountPath"] for mount in pod["containers"][0]["volumeMounts"] if mount["name"] in names}
        environment = {one["name"]: one["value"] for one in pod["containers"][0]["env"]}
        assert mounts == {"/shared"}
        assert environment["SPOTFORMER_WORKSPACE"].startswith("/shared/")


def test_pods_that_train_drain_their_node_before_they_are_stopped_and_have_time_for_it():
    groups = {group["groupName"]: group["template"]["spec"] for group in cluster_spec()["workerGroupSpecs"]}

    for name in ("gpu-spot", "gpu-on-demand"):
        (container,) = groups[name]["containers"]
        command = container["lifecycle"]["preStop"]["exec"]["command"]
        seconds = watch_preemption.parser().parse_args(command[3:]).now
        assert command[:3] == ["python", "-m", "platform.watch_preemption"]
        assert 0 < seconds < groups[name]["terminationGracePeriodSeconds"]
