"""Services whose replacements are imported when first somebody asks for them, so that nobody else waits for that."""

from __future__ import annotations

from importlib import import_module
from typing import Final

_REPLACED: Final = frozenset({"cloudfront"})


def install(service: str) -> None:
    """Install what takes moto's place for `service` (moto's name of it), if anything does; before its application."""
    if service in _REPLACED:
        import_module(f"waybill.sandbox.engine.{service}").install()
