"""What `setup emit` writes: templates, parameters and commands, for people who deploy by other means. Pure.

Names, parameters and tags of stacks are those of `setup apply`, so that either finds what the other made.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from waybill.domain import stored
from waybill.domain.setup.configuration.plan import CONFIRMED, wanted
from waybill.domain.setup.emitted.readme import readme
from waybill.domain.setup.estate import Estate
from waybill.domain.setup.stacks.every import wanted_stacks
from waybill.domain.setup.stacks.wanted import StackRef, WantedStack, text

CONFIGURATION = "configuration.json"
MANIFEST = "emitted.json"
"""The list of what was written, with digests: what is not in it, or is another by now, is somebody else's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Emitted:
    """What was written (a `Body`): the directory, all files in it that are ours, and how many stacks they make."""

    directory: str
    files: tuple[str, ...]
    stacks: int

    def to_json(self) -> dict[str, Any]:
        """Return the members that the result document has more."""
        return {"directory": self.directory, "files": list(self.files), "stacks": self.stacks}


def emitted(estate: Estate, template: Callable[[str], str]) -> dict[str, str]:
    """Return every file by its path in the directory, the manifest last. `template` reads one by its name.

    Raises `ValueError` as `wanted_stacks` does.
    """
    stacks = wanted_stacks(estate)
    files = {f"{name}.yaml": template(name) for name in sorted({stack.template for stack in stacks})}
    files |= {parameters_path(stack.ref): _json(_parameters(stack)) for stack in stacks}
    files[CONFIGURATION] = _json({**wanted(estate), "save_ok": CONFIRMED})
    files["README.md"] = readme(estate, stacks)
    return {**files, MANIFEST: _json({"files": {path: digest(content) for path, content in sorted(files.items())}})}


def parameters_path(ref: StackRef) -> str:
    """Return where a stack's parameters are."""
    return f"parameters/{ref.account}.{ref.region}.{ref.name}.json"


def digest(content: str) -> str:
    """Return the SHA-256 of a file's text."""
    return hashlib.sha256(content.encode("utf-8", "surrogateescape")).hexdigest()


def listed_in(manifest: str | None) -> Mapping[str, str]:
    """Return what a manifest lists: paths below the directory, and digests. Nothing where it is none of ours."""
    try:
        files = stored.load_object(manifest or "{}").get("files", {})
    except ValueError:
        return {}
    found = files.items() if isinstance(files, dict) else ()
    return {path: value for path, value in found if isinstance(value, str) and _is_below(path)}


def foreign(files: Mapping[str, str], known: Mapping[str, str], there: Mapping[str, str | None]) -> Iterable[str]:
    """Yield the paths that would be written or deleted, and have something else than was written (`known`) there.

    `there` has what stands at every path of both; None where nothing does.
    """
    for path in dict.fromkeys((*files, *known)):
        now = there[path]
        if path != MANIFEST and now is not None and now != files.get(path) and digest(now) != known.get(path):
            yield path


def _parameters(stack: WantedStack) -> list[dict[str, str]]:
    """Return what `aws cloudformation create-stack --parameters file://...` takes, outputs of other stacks by name."""
    return [
        {"ParameterKey": name, "ParameterValue": text(value, lambda output: f"{{{{{output}}}}}")}
        for name, value in stack.parameters.items()
    ]


def _is_below(path: str) -> bool:
    pure = PurePosixPath(path)
    return not pure.is_absolute() and ".." not in pure.parts and str(pure) == path and path not in {"", "."}


def _json(value: object) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"
