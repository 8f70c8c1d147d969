"""Reads what the project says of itself, so that it can be held against what the project does."""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import yaml

from waybill.inputs.spec import Verb
from waybill.inputs.verbs import ACTIONS

ROOT = Path(__file__).resolve().parent.parent.parent
README = ROOT / "README.md"
PAGES = (README, *sorted((ROOT / "docs").glob("*.md")))
EXAMPLES = sorted((ROOT / "examples").glob("*.yml"))


def load(path: Path) -> Any:
    """Return a YAML file; the key `on` is the text and not a truth."""
    return parse(path.read_text(encoding="utf-8"))


def parse(text: str) -> Any:
    """Return what a YAML text says."""
    found = yaml.safe_load(text)
    if isinstance(found, dict) and True in found:
        found["on"] = found.pop(True)
    return found


def blocks(language: str) -> list[str]:
    """Return the code blocks of one language, of README and of every page in docs."""
    return re.findall(rf"^```{language}\n(.*?)^```$", pages(), re.DOTALL | re.MULTILINE)


def pages() -> str:
    """Return README and every page in docs."""
    return "\n".join(path.read_text(encoding="utf-8") for path in PAGES)


def documents() -> ModuleType:
    """Return tools/documents.py, imported."""
    spec = importlib.util.spec_from_file_location("documents", ROOT / "tools" / "documents.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def steps(workflow: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield every step of a workflow that uses one of the actions, with its job's name."""
    for name, job in workflow["jobs"].items():
        for step in job.get("steps", []):
            if "waybill" in step.get("uses", "") or step.get("uses") == "./":
                yield name, step


def verb_of(step: dict[str, Any]) -> Verb:
    """Return the action of a step: that at the root stages, the others are in `actions/`."""
    _, _, path = step["uses"].partition("@")[0].partition("/actions/")
    return ACTIONS[path or "stage"]
