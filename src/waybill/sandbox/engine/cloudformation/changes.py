"""What an update would do to each resource, as change sets tell it.

A property whose new value depends on something that is made or changed on the way is told as `Dynamic`: CloudFormation
does not know yet whether it will change. A change of such a one that would replace its resource is `Conditional`.
https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ResourceChange.html
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from waybill.sandbox.engine.cloudformation import details, exports, references, scopes
from waybill.sandbox.engine.cloudformation import template as templates
from waybill.sandbox.engine.cloudformation.functions import Scope, resolve
from waybill.sandbox.engine.cloudformation.hands import Hands
from waybill.sandbox.engine.cloudformation.kinds import Made
from waybill.sandbox.engine.cloudformation.stack import Kept, Stack, Target
from waybill.sandbox.engine.cloudformation.template import Resource
from waybill.sandbox.engine.cloudformation.values import Unknown, unknown_in
from waybill.sandbox.engine.refusals import Refusal

_BY_HAND: Final = ("DirectModification", "")

Json = dict[str, Any]


@dataclass(slots=True, kw_only=True, eq=False)
class Comparison:
    """A stack beside what it should be. `fresh` are resources to be made, `loose` those to be changed in place."""

    hands: Hands
    stack: Stack
    target: Target
    fresh: set[str]
    loose: set[str]

    def changes(self) -> list[Json]:
        """Return the changes in the order in which they would be made, removals last."""
        wanted = self.target.resources()
        order = references.order({name: each.needs & wanted.keys() for name, each in wanted.items()})
        found = [change for name in order for change in self._of(wanted[name])]
        gone = [kept for name, kept in self.stack.resources.items() if name not in wanted]
        return found + [details.removal(kept) for kept in gone]

    def _of(self, declared: Resource) -> Iterator[Json]:
        name = declared.logical_id
        before = self.stack.resources.get(name)
        properties = resolve(declared.properties, self._scope())
        if before is None:
            self.fresh.add(name)
            after = json.dumps({"Properties": details.visible(properties)})
            yield {"Action": "Add", "LogicalResourceId": name, "ResourceType": declared.type, "AfterContext": after}
            return
        kind = self.hands.kinds.get(declared.type)
        replaces = kind.replaces if kind else frozenset[str]()
        found = list(self._details(before, declared, properties, replaces))
        found += [details.detail({"Attribute": name}, _BY_HAND) for name in self._attributes(before, declared)]
        if not found:
            return
        replacement = details.replacement(found)
        (self.loose if replacement == "False" else self.fresh).add(name)
        change = {
            "Action": "Modify",
            "LogicalResourceId": name,
            "PhysicalResourceId": before.made.physical_id,
            "ResourceType": declared.type,
            "Replacement": replacement,
            "Scope": list(dict.fromkeys(each["Target"]["Attribute"] for each in found)),
            "Details": found,
            "BeforeContext": json.dumps({"Properties": details.visible(before.properties)}),
            "AfterContext": json.dumps({"Properties": details.visible(properties)}),
        }
        if replacement != "False":
            kept = before.declared.replacement != templates.DELETE
            change["PolicyAction"] = "ReplaceAndRetain" if kept else "ReplaceAndDelete"
        yield change

    def _attributes(self, before: Kept, declared: Resource) -> Iterator[str]:
        """Yield what changes of a resource besides its properties."""
        kind, old = self.hands.kinds.get(declared.type), before.declared
        if kind and "Tags" in kind.known and before.tags != self.target.tags:
            yield "Tags"
        if declared.metadata != old.metadata:
            yield "Metadata"
        if declared.deletion != old.deletion:
            yield "DeletionPolicy"
        if declared.replacement != old.replacement:
            yield "UpdateReplacePolicy"

    def _details(
        self, before: Kept, declared: Resource, properties: Mapping[str, Any], replaces: frozenset[str]
    ) -> Iterator[Json]:
        for name in sorted(before.properties.keys() | properties.keys()):
            was, will = before.properties.get(name), properties.get(name)
            if was == will:
                continue
            wanted, unknown = details.of_property(name, was, will, name in replaces), unknown_in(will)
            if unknown is None or not details.may_equal(was, will):
                named = self._changed_parameters(declared.properties.get(name))
                sources = [("ParameterReference", each) for each in named] or [_BY_HAND]
                yield from (details.detail(wanted, source) for source in sources)
            for cause in sorted(unknown.causes) if unknown else ():
                yield details.detail(wanted, cause, dynamic=True)

    def _changed_parameters(self, value: Any) -> list[str]:
        """Return the parameters in a piece of the template that have other values than before."""
        before = self.stack.target.resolved if self.stack.target else {}
        named = references.resources_in(value) & self.target.values.keys()
        return sorted(name for name in named if before.get(name) != self.target.resolved[name])

    def _scope(self) -> Scope:
        def found(name: str) -> Made | None:
            kept = self.stack.resources.get(name)
            return kept.made if kept and name not in self.fresh else None

        def exported(name: str) -> Any:
            try:
                return exports.value(self.hands, self.stack, name)
            except Refusal:
                return Unknown(frozenset({("DirectModification", name)}))

        return scopes.scope(self.target, found, exported, self.loose)

    def outputs_differ(self) -> bool:
        """Tell whether the stack would give out something else than it does; ask after `changes`."""
        try:
            return exports.outputs(self.hands, self.stack, self.target, self._scope()) != self.stack.outputs
        except Refusal:
            # Something that is not known yet, or that the execution will refuse.
            return True


def compare(hands: Hands, stack: Stack, target: Target) -> tuple[list[Json], bool]:
    """Return the changes of an update, and whether it would change anything at all; raises `Refusal`."""
    beside = Comparison(hands=hands, stack=stack, target=target, fresh=set(), loose=set())
    found = beside.changes()
    tags = stack.target.tags if stack.target else {}
    return found, bool(found) or tags != target.tags or beside.outputs_differ()


def check(hands: Hands, stack: Stack, target: Target) -> None:
    """Raise `Refusal` where functions cannot be resolved, or a resource would become one of another type."""
    wanted = target.resources()
    other = sorted(
        name for name, kept in stack.resources.items() if name in wanted and wanted[name].type != kept.declared.type
    )
    if other:
        raise Refusal(
            "ValidationError",
            "Update of resource type is not permitted. The new template modifies resource type of the following "
            f"resources: [{', '.join(other)}]",
        )
    scope = scopes.scope(target, lambda _: None, lambda name: Unknown(frozenset({("DirectModification", name)})))
    for each in wanted.values():
        resolve(each.properties, scope)
    for body in target.template.outputs.values():
        if body.get("Condition") is None or target.conditions[body["Condition"]]:
            resolve(body["Value"], scope)
