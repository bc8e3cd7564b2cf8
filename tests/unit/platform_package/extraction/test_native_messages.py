"""What native code prints vanishes; what Python prints does not. In a child process, whose stderr is a real one."""

import io
import subprocess
import sys

from platform.extraction.native_messages import without_native_messages

PRINTS = """
import logging, os, sys
from platform.extraction.native_messages import without_native_messages
logging.basicConfig(stream=sys.stderr, format="%(message)s")
before = sys.stderr
try:
    with without_native_messages():
        os.write(2, b"native inside\\n")
        print("python inside", file=sys.stderr)
        logging.warning("logged inside")
        raise KeyboardInterrupt
except KeyboardInterrupt:
    assert sys.stderr is before
os.write(2, b"native after\\n")
print("python after", file=sys.stderr)
logging.warning("logged after")
"""


def test_only_what_native_code_prints_inside_the_block_vanishes():
    done = subprocess.run([sys.executable, "-c", PRINTS], capture_output=True, text=True, check=True)

    assert done.stderr.splitlines() == [
        "python inside",
        "logged inside",
        "native after",
        "python after",
        "logged after",
    ]


def test_a_stderr_that_is_no_file_is_left_alone(monkeypatch):
    memory = io.StringIO()
    monkeypatch.setattr("sys.stderr", memory)

    with without_native_messages():
        print("kept", file=sys.stderr)

    assert sys.stderr is memory
    assert memory.getvalue() == "kept\n"
