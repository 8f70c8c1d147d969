"""What Startifact 1.0a10's libraries still import from Python's own, and Python 3.12 and 3.13 no longer have.

Runs at the start of every process of Startifact's own environment, and nowhere else; Startifact stays as released.
`ansiwrap` loads a copy of `textwrap3` with `imp`; `asking` imports a type alias from `importlib.resources`.
"""

from __future__ import annotations

import importlib.resources
import importlib.util
import sys
import warnings
from types import ModuleType


def find_module(name: str) -> tuple[None, str, None]:
    """As `imp.find_module` did for a module of Python's own: open file (not needed), path, description (not needed)."""
    spec = importlib.util.find_spec(name)
    if spec is None or spec.origin is None:
        raise ImportError(f"No module named {name!r}")
    return None, spec.origin, None


def load_module(name: str, file: None, path: str, description: None) -> ModuleType:
    """As `imp.load_module` did: a new module of that name, from what `find_module` answered."""
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise ImportError(f"{path} cannot be loaded as {name!r}")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


imp = ModuleType("imp")
vars(imp).update(find_module=find_module, load_module=load_module)
sys.modules.setdefault("imp", imp)
vars(importlib.resources).setdefault("Resource", str)
warnings.filterwarnings("ignore", category=SyntaxWarning)
