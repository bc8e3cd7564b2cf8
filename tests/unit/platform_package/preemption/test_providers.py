"""What the metadata of a cloud say, asked over real HTTP on loopback."""

import socket
import threading
from datetime import UTC, datetime

import pytest

from platform.preemption.aws import ACTION_PATH, REBALANCE_PATH, SESSION_PATH, Aws
from platform.preemption.gcp import PREEMPTED_PATH, Gcp
from platform.preemption.metadata import MOST_BYTES, Metadata
from platform.preemption.notice import Notice
from platform.preemption.watch import provider_here
from spotformer_core.errors import InvalidValueError
from tests.fake_metadata import aws_metadata, gcp_metadata
from tests.free_ports import free_ports

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC).timestamp()


@pytest.fixture
def aws():
    with aws_metadata() as metadata:
        yield metadata


@pytest.fixture
def gcp():
    with gcp_metadata() as metadata:
        yield metadata


def found(name, url):
    return provider_here(name, Metadata(url), heed_rebalance=False, seconds_between=2)


def test_a_spot_instance_stays_until_aws_says_what_will_be_done_with_it(aws):
    provider = Aws(Metadata(aws.url), clock=lambda: NOON)
    assert provider.is_here()
    assert provider.may_take_back()
    assert provider.notice() is None

    aws.said[ACTION_PATH] = '{"action": "stop", "time": "2026-11-25T12:01:50Z"}'

    assert provider.notice() == Notice(reason="AWS will stop this spot instance", seconds=110)


def test_what_should_have_happened_already_happens_now(aws):
    provider = Aws(Metadata(aws.url), clock=lambda: NOON)
    provider.is_here()
    aws.said[ACTION_PATH] = '{"action": "terminate", "time": "2026-11-25T11:59:00Z"}'

    assert provider.notice().seconds == 0


def test_a_session_that_is_over_is_renewed(aws):
    provider = Aws(Metadata(aws.url))
    assert provider.is_here()
    aws.session = "another"

    assert provider.notice() is None
    assert aws.asked.count(SESSION_PATH) == 2


@pytest.mark.parametrize(("heeded", "expected"), [(True, "AWS recommends to leave this spot instance"), (False, None)])
def test_a_recommendation_to_rebalance_is_a_notice_without_a_time_where_it_is_heeded(aws, heeded, expected):
    provider = Aws(Metadata(aws.url), heed_rebalance=heeded)
    provider.is_here()
    assert provider.notice() is None
    aws.recommend_rebalance()

    notice = provider.notice()

    assert (notice and notice.reason) == expected
    assert notice is None or notice.seconds is None
    assert (REBALANCE_PATH in aws.asked) is heeded


def test_an_instance_on_demand_is_never_taken_back():
    with aws_metadata(life_cycle="on-demand") as metadata:
        provider = found("auto", metadata.url)

        assert not provider.may_take_back()


def test_while_the_metadata_do_not_answer_an_instance_is_taken_for_spot(aws):
    provider = Aws(Metadata(aws.url))
    provider.is_here()
    aws.said.clear()
    assert not provider.may_take_back()

    assert Aws(Metadata(f"http://127.0.0.1:{free_ports(1)[0]}")).may_take_back()


@pytest.mark.parametrize("text", ["soon", "[]", '{"action": "stop"}', '{"action": "stop", "time": "at noon"}'])
def test_an_action_that_cannot_be_read_is_no_notice(aws, text):
    provider = Aws(Metadata(aws.url))
    provider.is_here()
    aws.said[ACTION_PATH] = text

    with pytest.raises(OSError, match="must hold an action and a time"):
        provider.notice()


def test_a_spot_vm_of_google_has_what_is_left_of_half_a_minute(gcp):
    provider = Gcp(Metadata(gcp.url), seconds_between=2)
    assert provider.is_here()
    assert provider.may_take_back()
    assert provider.notice() is None

    gcp.take_back()

    assert provider.notice() == Notice(reason="Google Cloud preempts this spot VM", seconds=28)


def test_what_google_does_not_say_is_no_notice(gcp):
    provider = Gcp(Metadata(gcp.url), seconds_between=2)
    gcp.said[PREEMPTED_PATH] = "PERHAPS"

    with pytest.raises(OSError, match="must say TRUE or FALSE, got 200 'PERHAPS'"):
        provider.notice()
    assert not provider.is_here()


def test_the_provider_is_the_one_that_answers(aws, gcp):
    assert found("auto", aws.url).name == found("aws", aws.url).name == "aws"
    assert found("auto", gcp.url).name == found("gcp", gcp.url).name == "gcp"


def test_where_nobody_answers_there_is_no_provider_and_a_named_one_is_a_mistake():
    url = f"http://127.0.0.1:{free_ports(1)[0]}"

    assert found("auto", url) is None
    for name in ("aws", "gcp"):
        with pytest.raises(InvalidValueError, match=f"--provider must be one whose metadata answer at {url}, got"):
            found(name, url)


def test_who_speaks_something_else_is_no_provider():
    with socket.create_server(("127.0.0.1", 0)) as server:

        def speak():
            for _ in range(2):
                connection, _ = server.accept()
                connection.recv(1000)
                connection.sendall(b"SSH-2.0-OpenSSH_9.6\r\n")
                connection.close()

        threading.Thread(target=speak, daemon=True).start()

        assert found("auto", f"http://127.0.0.1:{server.getsockname()[1]}") is None


def test_no_more_is_read_than_metadata_are_long(aws):
    provider = Aws(Metadata(aws.url))
    provider.is_here()
    aws.said["/long"] = "x" * (MOST_BYTES + 1)

    answer = Metadata(aws.url).ask("/long", {"X-aws-ec2-metadata-token": aws.session})

    assert len(answer.text) == MOST_BYTES


@pytest.mark.parametrize("url", ["https://127.0.0.1", "127.0.0.1:80", "http://", "http://h:port", "http://h/path"])
def test_an_address_that_is_none_is_a_mistake(url):
    with pytest.raises(InvalidValueError, match="--metadata-url must be http://HOST or http://HOST:PORT, got"):
        Metadata(url)
