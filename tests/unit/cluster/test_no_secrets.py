"""Nothing that goes into an image, a working dir or the repository looks like a secret."""

import ipaddress
import re
import subprocess

import pytest

from tests.manifests import CLUSTER, REPOSITORY

SECRETS = {
    "a key of AWS": re.compile(r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b"),
    "a private key": re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----"),
    "a token of GitHub": re.compile(r"\bgh[pousr]_[A-Za-z0-9]{36}"),
    "a key of Google": re.compile(r"\bAIza[0-9A-Za-z_-]{35}"),
    "a service account of Google": re.compile(r'"private_key_id":\s*"[0-9a-f]{40}"'),
    "a token of Slack": re.compile(r"\bxox[abprs]-[0-9A-Za-z-]{10,}"),
    "a JSON web token": re.compile(r"\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}"),
    "a password in an address": re.compile(r"://[^/\s:@{}$]+:[^/\s:@{}$]{3,}@[\w.-]+"),
    "a drawn secret": re.compile(r"(?i)(?:password|secret|token|key)\w*[\"']?\s*[:=]\s*[\"']?[0-9a-f]{32,}\b"),
}
_ADDRESS = re.compile(r"(?<![\w.])(?:[0-9]{1,3}\.){3}[0-9]{1,3}(?![\w.])")


def tracked() -> list[str]:
    done = subprocess.run(["git", "ls-files", "-z"], cwd=REPOSITORY, capture_output=True, text=True, check=True)
    return [name for name in done.stdout.split("\0") if (REPOSITORY / name).is_file()]


def found_in(text: str) -> list[str]:
    return [what for what, pattern in SECRETS.items() if pattern.search(text)]


@pytest.mark.parametrize(
    ("what", "parts"),
    [
        ("a key of AWS", ("AKIA", "ABCDEFGHIJKLMNOP")),
        ("a private key", ("-----BEGIN RSA PRIVATE", " KEY-----")),
        ("a token of GitHub", ("ghp_", "a1" * 18)),
        ("a key of Google", ("AIza", "a1b2c" * 7)),
        ("a service account of Google", ('"private_key_id": ', f'"{"0a" * 20}"')),
        ("a token of Slack", ("xoxb-", "0123456789-ab")),
        ("a JSON web token", ("eyJ", "a" * 12, ".eyJ", "b" * 12)),
        ("a password in an address", ("postgresql://me:", "hunter22@database")),
        ("a drawn secret", ("RAY_AUTH_TOKEN=", "0f" * 32)),
    ],
)
def test_a_secret_would_be_noticed(what, parts):
    assert what in found_in("a line\n" + "".join(parts) + "\nanother")
    assert found_in("a line\nanother") == []


def test_no_file_of_the_repository_holds_a_secret():
    files = tracked()

    found = {name: found_in((REPOSITORY / name).read_text(encoding="utf-8", errors="replace")) for name in files}

    assert len(files) > 300
    assert {name: what for name, what in found.items() if what} == {}
    assert not [name for name in files if name.rpartition("/")[2].startswith(".env")]


def test_addresses_in_manifests_and_examples_are_private():
    for path in (path for path in CLUSTER.rglob("*") if path.is_file()):
        for address in _ADDRESS.findall(path.read_text(encoding="utf-8")):
            assert ipaddress.ip_address(address).is_private, f"{address} in {path.name}"
