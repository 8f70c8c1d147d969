"""What commands show beside how they ended, each drawn by its own module; imported only by the run that shows it."""

from __future__ import annotations

from importlib import import_module
from types import ModuleType

from waybill.domain.result import Body
from waybill.report.ink import Ink

_DRAWN_BY = {
    "AccessPlan": "access_text",
    "AccessShown": "shown_text",
    "Adopted": "adopt_text",
    "Checked": "check_text",
    "Configurations": "configuration_text",
    "Deployment": "deploy_text",
    "Emitted": "emit_text",
    "Examined": "doctor_text",
    "Explained": "explain_text",
    "Overview": "catalogue_text",
    "VersionInfo": "info_text",
    "Pruning": "prune_text",
    "RoleEdited": "pipeline_role_text",
    "SetupPlan": "setup_text",
    "Status": "status_text",
    "Written": "setup_init_text",
}
"""The modules that draw a body, by its class: each has `as_text` and `as_markdown`."""


def as_text(body: Body | None, ink: Ink) -> str:
    """Return a body as lines for a terminal or a log; empty where there is nothing to show."""
    drawn = _module(body)
    text: str = drawn.as_text(body, ink) if drawn else ""
    return text


def as_markdown(body: Body | None, *, console_links: bool = True) -> list[str]:
    """Return a body as lines of a step summary."""
    drawn = _module(body)
    if drawn is None:
        return []
    linked = type(body).__name__ == "Deployment"
    lines: list[str] = drawn.as_markdown(body, console_links=console_links) if linked else drawn.as_markdown(body)
    return lines


def _module(body: Body | None) -> ModuleType | None:
    name = _DRAWN_BY.get(type(body).__name__)
    return import_module(f"waybill.report.{name}") if name else None
