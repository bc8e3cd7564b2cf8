"""What `ray job submit --working-dir .` carries to a cluster."""

import zipfile
from pathlib import Path

from ray._private.ray_constants import get_runtime_env_default_excludes
from ray._private.runtime_env.packaging import create_package

from tests.manifests import REPOSITORY

MOST_BYTES = 10_000_000


def test_it_is_small_and_holds_what_a_job_needs_and_no_secret(tmp_path: Path):
    package = tmp_path / "working_dir.zip"

    create_package(
        str(REPOSITORY), package, include_gitignore=True, excludes=get_runtime_env_default_excludes(), logger=None
    )

    with zipfile.ZipFile(package) as packed:
        names = packed.namelist()
    assert package.stat().st_size < MOST_BYTES
    assert {"platform/search.py", "search_spaces/named.py", "spotformer_core/config.py"} <= set(names)
    folders = {name.partition("/")[0] for name in names if "/" in name}
    assert folders == {"platform", "search_spaces", "spotformer_core", ".ci"}
    assert not [name for name in names if name.endswith((".env", ".db"))]
