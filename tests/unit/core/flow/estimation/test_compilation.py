import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from spotformer_core.flow.estimation import compilation
from spotformer_core.flow.estimation.compilation import compiled, entry_point, sources_digest

REPOSITORY = Path(__file__).resolve().parents[5]
ESTIMATE = """
import numpy as np
from spotformer_core.flow.estimation.tiles import plan_tiles
print(plan_tiles(np.array([[3, 4, 9, 9]]), np.array([64]), 1, 1).tolist())
"""


def double(number):
    return 2 * number


def test_a_compiled_function_computes_what_the_function_computes():
    assert compiled(double)(21) == 42
    assert entry_point(double)(np.float32(1.5)) == 3.0


def test_another_source_another_file_and_another_name_change_the_digest(tmp_path):
    digests = []
    for name, text in (("a.py", "1"), ("a.py", "2"), ("b.py", ""), ("notes.txt", "ignored")):
        (tmp_path / name).write_text(text)
        digests.append(sources_digest(tmp_path))

    assert len(set(digests)) == 3
    assert digests[2] == digests[3]


def test_what_is_kept_on_disk_is_named_by_all_sources():
    kept = entry_point(double)

    assert kept.py_func.__qualname__.endswith(sources_digest(Path(compilation.__file__).parent))


def test_a_function_that_no_folder_can_keep_is_compiled_all_the_same(monkeypatch):
    attempts = []

    def njit_without_a_folder(function, **options):
        attempts.append(options.get("cache", False))
        if options.get("cache"):
            raise RuntimeError("cannot cache function: no locator available")
        return function

    monkeypatch.setattr(compilation, "njit", njit_without_a_folder)

    assert entry_point(double)(4) == 8
    assert attempts == [True, False]


@pytest.mark.parametrize("is_writable", [True, False])
def test_a_process_works_with_and_without_a_folder_for_what_it_compiles(tmp_path, is_writable):
    (tmp_path / "file").write_text("")
    # A folder below a file cannot be made, whoever asks; numba may look nowhere else.
    folder = tmp_path / "cache" if is_writable else tmp_path / "file" / "cache"
    environment = os.environ | {
        "NUMBA_CACHE_DIR": str(folder),
        "NUMBA_CACHE_LOCATOR_CLASSES": "UserProvidedCacheLocator",
        "PYTHONPATH": str(REPOSITORY),
    }

    done = subprocess.run([sys.executable, "-c", ESTIMATE], env=environment, capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "[[0, 3, 4, 9, 9]]"
    assert bool(list(tmp_path.rglob("*.nbc"))) == is_writable
