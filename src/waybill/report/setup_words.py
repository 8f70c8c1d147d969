"""How the verbs of `setup` ended, in a sentence; what says it is imported by the run that needs it."""

from __future__ import annotations

from importlib import import_module

from waybill.domain.result import Result

_TOLD_BY = {
    "Adopted": "adopt_text",
    "Checked": "check_text",
    "Configurations": "configuration_text",
    "RoleEdited": "pipeline_role_text",
    "Emitted": "emit_text",
    "SetupPlan": "setup_plan_words",
    "Written": "setup_init_text",
}
"""The modules that tell of a body, by its class; each has `sentence` and `needs_attention`, of a result and a body."""


def sentence(result: Result) -> str:
    """Return the sentence; empty where nobody has one of its own."""
    name = _TOLD_BY.get(type(result.body).__name__)
    told: str = import_module(f"waybill.report.{name}").sentence(result, result.body) if name else ""
    return told or ("" if result.changed else "Nothing was changed.")


def needs_attention(result: Result) -> bool:
    """Whether something is not as it should be, though the run itself ended well."""
    name = _TOLD_BY.get(type(result.body).__name__)
    return bool(name and import_module(f"waybill.report.{name}").needs_attention(result, result.body))
