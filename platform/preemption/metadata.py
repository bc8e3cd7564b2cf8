"""Instance metadata: the small HTTP server of a cloud that only its own machines reach."""

import http.client
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from spotformer_core.errors import InvalidValueError

LINK_LOCAL = "http://169.254.169.254"
"""Where both AWS and Google Cloud answer; nothing routes it further."""
SECONDS_TO_ANSWER = 2.0
MOST_BYTES = 1 << 16


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """What the server said; names of headers in small letters."""

    status: int
    text: str
    headers: Mapping[str, str]


class Metadata:
    """One server of metadata, asked without proxies, and without following it elsewhere.

    Raises:
        InvalidValueError: when the address is not one of plain HTTP.
    """

    def __init__(self, url: str = LINK_LOCAL) -> None:
        try:
            parts = urlsplit(url)
            port = parts.port or 80
        except ValueError as error:
            raise _invalid(url) from error
        if parts.scheme != "http" or not parts.hostname or parts.path.strip("/"):
            raise _invalid(url)
        self.url = url
        self._host, self._port = parts.hostname, port

    def ask(self, path: str, headers: Mapping[str, str], *, method: str = "GET") -> Answer:
        """What is at `path`.

        Raises:
            OSError: when nobody answers, or not in HTTP.
        """
        connection = http.client.HTTPConnection(self._host, self._port, timeout=SECONDS_TO_ANSWER)
        try:
            connection.request(method, path, headers=dict(headers))
            response = connection.getresponse()
            text = response.read(MOST_BYTES).decode(errors="replace")
            headers = {name.lower(): value for name, value in response.getheaders()}
        except http.client.HTTPException as error:
            raise OSError(f"{self.url} does not speak HTTP: {error!r}") from error
        finally:
            connection.close()
        return Answer(status=response.status, text=text, headers=headers)


def _invalid(url: str) -> InvalidValueError:
    return InvalidValueError(
        f"--metadata-url must be http://HOST or http://HOST:PORT, got {url!r}. Leave it out for {LINK_LOCAL}."
    )
