"""Puts a parameter in the place of what was looked at. SSM has no compare-and-set: so it is read again just before."""

from __future__ import annotations

from waybill.errors import ConflictError
from waybill.ports.account import Parameters, PutResult


def refuse_another(parameters: Parameters, name: str, before: str | None, where: str) -> None:
    """Raise `ConflictError` where somebody else wrote since."""
    if parameters.get(name) != before:
        raise ConflictError(f"{name} in {where} was changed by somebody else just now.", "Run again.")


def overwrite(parameters: Parameters, name: str, before: str | None, value: str, where: str) -> None:
    """Put `value` in the place of `before` (None: of nothing). Raises `ConflictError` where something else stands."""
    refuse_another(parameters, name, before, where)
    put = parameters.put(name, value, create=before is None)
    # Where the answer to a put was lost, the next try meets what it wrote itself.
    if put is PutResult.EXISTS and parameters.get(name) != value:
        raise ConflictError(f"{name} in {where} was written by somebody else just now.", "Run again.")
