"""What stacks give out: outputs, and exports that other stacks of the same place import."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from waybill.sandbox.engine.cloudformation.functions import Scope, resolve
from waybill.sandbox.engine.cloudformation.hands import Hands
from waybill.sandbox.engine.cloudformation.stack import Output, Stack, Target, Where
from waybill.sandbox.engine.cloudformation.values import NOTHING, text_of
from waybill.sandbox.engine.refusals import Refusal


def outputs(hands: Hands, stack: Stack, target: Target, scope: Scope) -> dict[str, Output]:
    """Return a stack's outputs; raises `Refusal` where an export is another stack's, or one in use would change."""
    found = {
        name: _output(name, body, scope)
        for name, body in target.template.outputs.items()
        if body.get("Condition") is None or target.conditions[body["Condition"]]
    }
    given = {each.export: each.value for each in found.values() if each.export}
    others = {each.export: owner for owner, each in of(hands, stack.where) if owner is not stack}
    for name in given:
        if name in others:
            raise Refusal(
                "ValidationError", f"Export with name {name} is already exported by stack {others[name].name}"
            )
    for each in stack.outputs.values():
        if each.export and given.get(each.export) != each.value:
            verb = "updated" if each.export in given else "deleted"
            _check_unused(hands, stack, each.export, verb)
    return found


def check_unused(hands: Hands, stack: Stack) -> None:
    """Raise `Refusal` where another stack imports what this one exports."""
    for each in stack.outputs.values():
        if each.export:
            _check_unused(hands, stack, each.export, "deleted")


def value(hands: Hands, stack: Stack, name: str) -> str:
    """Return an export's value; raises `Refusal`."""
    for _, output in of(hands, stack.where):
        if output.export == name:
            return output.value
    raise Refusal("ValidationError", f"No export named {name} found.")


def of(hands: Hands, where: Where) -> Iterator[tuple[Stack, Output]]:
    """Yield the exports of a place, with their stacks."""
    for stack in list(hands.stacks(where)):
        for output in stack.outputs.values():
            if output.export and not stack.is_gone:
                yield stack, output


def importers(hands: Hands, where: Where, name: str) -> list[str]:
    """Return the names of the stacks that import an export."""
    return [each.name for each in hands.stacks(where) if name in each.imports and not each.is_gone]


def _check_unused(hands: Hands, stack: Stack, name: str, verb: str) -> None:
    users = importers(hands, stack.where, name)
    if users:
        raise Refusal("ValidationError", f"Export {name} cannot be {verb} as it is in use by {' and '.join(users)}")


def _output(name: str, body: Any, scope: Scope) -> Output:
    found = resolve(body["Value"], scope)
    if found is NOTHING or isinstance(found, (list, dict)):
        raise Refusal(
            "ValidationError",
            f"Template format error: Output {name} is malformed. The Value field of every Outputs member must evaluate "
            "to a String.",
        )
    export = body.get("Export", {})
    return Output(
        value=text_of(found, "Outputs"),
        description=str(body.get("Description", "")),
        export=text_of(resolve(export.get("Name", ""), scope), "Export"),
    )
