"""A cloud's metadata on loopback, of which a test says what they tell."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from platform.preemption.aws import ACTION_PATH, LIFE_CYCLE_PATH, REBALANCE_PATH, SESSION_PATH
from platform.preemption.gcp import PREEMPTED_PATH


@dataclass
class FakeMetadata:
    """What the server answers: paths to texts; everything else is not there.

    Attributes:
        session: without which AWS answers nothing; renewed by every question for one.
        is_google: answers as Google's do, and only who asks as one should.
    """

    said: dict[str, str] = field(default_factory=dict)
    is_google: bool = False
    session: str = ""
    asked: list[str] = field(default_factory=list)
    url: str = ""

    def take_back(self, seconds: float = 0.0, action: str = "terminate") -> None:
        """From now on the node is told that it goes; when, is said by AWS alone."""
        if self.is_google:
            self.said[PREEMPTED_PATH] = "TRUE"
        else:
            at = datetime.fromtimestamp(datetime.now(UTC).timestamp() + seconds, UTC)
            self.said[ACTION_PATH] = f'{{"action": "{action}", "time": "{at:%Y-%m-%dT%H:%M:%SZ}"}}'

    def recommend_rebalance(self) -> None:
        """From now on AWS recommends to leave the node."""
        self.said[REBALANCE_PATH] = '{"noticeTime": "2026-11-25T08:22:00Z"}'


@contextmanager
def aws_metadata(*, life_cycle: str = "spot") -> Iterator[FakeMetadata]:
    """Those of an instance of AWS, to which nothing happens yet."""
    with _served(FakeMetadata(said={LIFE_CYCLE_PATH: life_cycle})) as metadata:
        yield metadata


@contextmanager
def gcp_metadata() -> Iterator[FakeMetadata]:
    """Those of a VM of Google Cloud, to which nothing happens yet."""
    with _served(FakeMetadata(said={PREEMPTED_PATH: "FALSE"}, is_google=True)) as metadata:
        yield metadata


@contextmanager
def _served(metadata: FakeMetadata) -> Iterator[FakeMetadata]:
    class Handler(BaseHTTPRequestHandler):
        def do_PUT(self) -> None:
            metadata.asked.append(self.path)
            if metadata.is_google or self.path != SESSION_PATH or not self._asked_as_aws_wants():
                return self._answer(405 if metadata.is_google else 400)
            metadata.session = f"session-{len(metadata.asked)}"
            return self._answer(200, metadata.session)

        def do_GET(self) -> None:
            metadata.asked.append(self.path)
            if metadata.is_google and self.headers.get("Metadata-Flavor") != "Google":
                return self._answer(403)
            if not metadata.is_google and self.headers.get("X-aws-ec2-metadata-token") != metadata.session:
                return self._answer(401)
            said = metadata.said.get(self.path)
            return self._answer(404) if said is None else self._answer(200, said)

        def _asked_as_aws_wants(self) -> bool:
            return 0 < int(self.headers.get("X-aws-ec2-metadata-token-ttl-seconds", 0)) <= 21600

        def _answer(self, status: int, text: str = "") -> None:
            self.send_response(status)
            if metadata.is_google:
                self.send_header("Metadata-Flavor", "Google")
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, *_: object) -> None:
            """Says nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        metadata.url = f"http://127.0.0.1:{server.server_port}"
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield metadata
        server.shutdown()
