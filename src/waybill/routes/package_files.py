"""Files that are part of the package: the templates."""

from __future__ import annotations

from functools import cache
from importlib.resources import files


class PackageTemplates:
    """Implements `ports.Templates`."""

    def __init__(self) -> None:
        self._read = cache(lambda name: (files("waybill") / "templates" / f"{name}.yaml").read_text(encoding="utf-8"))

    def text(self, name: str) -> str:
        """Return the text of a template."""
        return self._read(name)
