"""The standard library's `platform` module, with our folder as its `__path__`: `python -m platform.search` works.

The name was chosen by the project's user and belongs to the standard library too, which torch, ray and uuid import.
This file therefore *becomes* that module and adds nothing to it but the `__path__`. Where the standard module is
imported before this file can be found (an installed wheel, bare pytest, Ray workers), `standard_module.pth` does it.
"""

import importlib.util
import sys
import sysconfig

_file = sysconfig.get_path("stdlib") + "/platform.py"
_spec = importlib.util.spec_from_file_location(__name__, _file, submodule_search_locations=list(__path__))
assert _spec is not None  # noqa: S101  the standard library always has this file
assert _spec.loader is not None  # noqa: S101
_module = importlib.util.module_from_spec(_spec)
sys.modules[__name__] = _module
_spec.loader.exec_module(_module)
