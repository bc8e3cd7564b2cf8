"""The numerical tests as other processors would run them: `make test-processors`.

    python -m tests.processors [arguments of pytest]

What this machine can pretend: PyTorch and its oneDNN with older instructions, numba's code for a processor of which
nothing is known, and sums split among two threads. Newer instructions than the machine has cannot be tried.
"""

import os
import subprocess
import sys
import tempfile
import time

NETWORK_TESTS = (
    "tests/golden",
    "tests/unit/core/losses",
    "tests/unit/core/model",
    "tests/unit/core/spotting/test_score_stream.py",
    "tests/unit/core/training",
    "tests/unit/platform_package/figures/test_feature_clouds.py",
    "tests/unit/platform_package/scheduling/test_stack_trial.py",
)
"""What PyTorch computes."""

COMPILED_TESTS = (
    "tests/properties/test_decoding.py",
    "tests/properties/test_flow_estimators.py",
    "tests/properties/test_literal_sw_mro.py",
    "tests/properties/test_pooling.py",
    "tests/unit/core/decoding",
    "tests/unit/core/flow/estimation",
    "tests/unit/core/flow/test_extraction.py",
    "tests/unit/core/flow/test_pooling.py",
    "tests/unit/core/metrics",
    "tests/unit/core/model/test_dropout.py",
)
"""What numba compiles."""

SETTINGS: dict[str, tuple[tuple[str, ...], dict[str, str]]] = {
    "as this machine is, one thread": ((*NETWORK_TESTS, *COMPILED_TESTS), {}),
    "PyTorch without vector instructions": (NETWORK_TESTS, {"ATEN_CPU_CAPABILITY": "default"}),
    "PyTorch with AVX2": (NETWORK_TESTS, {"ATEN_CPU_CAPABILITY": "avx2"}),
    "oneDNN with AVX2": (NETWORK_TESTS, {"ONEDNN_MAX_CPU_ISA": "AVX2"}),
    "numba for any processor": (
        (*COMPILED_TESTS, "tests/golden"),
        {"NUMBA_CPU_NAME": "generic", "NUMBA_CPU_FEATURES": ""},
    ),
    "two threads": (
        (*NETWORK_TESTS, *COMPILED_TESTS),
        {"OMP_NUM_THREADS": "2", "MKL_NUM_THREADS": "2", "NUMBA_NUM_THREADS": "2", "SPOTFORMER_TEST_THREADS": "2"},
    ),
}
"""Name of a setting to its tests and what the environment says."""


def run(name: str, arguments: list[str]) -> int:
    """The exit status of pytest in one setting, in a process of its own."""
    tests, environment = SETTINGS[name]
    print(f"== {name} {environment or ''}", flush=True)
    # Compiled code is kept apart from that for this machine.
    with tempfile.TemporaryDirectory(prefix="spotformer-compiled-") as compiled:
        own_cache = {"NUMBA_CACHE_DIR": compiled} if "NUMBA_CPU_NAME" in environment else {}
        command = [sys.executable, "-m", "pytest", "-q", "-m", "not slow and not kills", "-n", "auto"]
        command += ["--dist", "loadfile", *dict.fromkeys(tests), *arguments]
        return subprocess.run(command, env={**os.environ, **environment, **own_cache}, check=False).returncode


def main(arguments: list[str]) -> int:
    """1 when a setting failed, which is named; otherwise 0."""
    statuses, seconds = {}, {}
    for name in SETTINGS:
        begin = time.monotonic()
        statuses[name] = run(name, arguments)
        seconds[name] = time.monotonic() - begin
    for name, status in statuses.items():
        print(f"{'passed' if status == 0 else 'FAILED'}  {seconds[name]:5.0f} s  {name}  {SETTINGS[name][1] or ''}")
    return int(any(statuses.values()))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
