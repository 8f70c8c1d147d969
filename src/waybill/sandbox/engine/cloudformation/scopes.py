"""What functions may ask of a stack: what it is made for, and the resources that it has by now."""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping
from typing import Any, Final

from waybill.sandbox.engine.cloudformation import logic, parameters
from waybill.sandbox.engine.cloudformation.functions import IN_RESOURCES, Scope
from waybill.sandbox.engine.cloudformation.kinds import Made
from waybill.sandbox.engine.cloudformation.stack import Target, Where
from waybill.sandbox.engine.cloudformation.template import Template
from waybill.sandbox.engine.cloudformation.values import Unknown
from waybill.sandbox.engine.refusals import Refusal

REFERENCE: Final = "ResourceReference"
ATTRIBUTE: Final = "ResourceAttribute"

Found = Callable[[str], Made | None]


def target(
    template: Template,
    values: Mapping[str, str],
    tags: Mapping[str, str],
    capabilities: tuple[str, ...],
    *,
    where: Where,
    stack_id: str,
    name: str,
    stored: Callable[[str], str],
) -> Target:
    """Return what a stack should be, with its conditions decided and its rules held; raises `Refusal`.

    `stored` reads Parameter Store.
    """
    resolved = parameters.read(template.parameters, values, stored) | pseudo(where, stack_id, name)
    logic.check_rules(template.rules, resolved, template.mappings)
    return Target(
        template=template,
        values=values,
        resolved=resolved,
        conditions=logic.conditions(template.conditions, resolved, template.mappings),
        tags=tags,
        capabilities=capabilities,
    )


def pseudo(where: Where, stack_id: str, name: str) -> dict[str, Any]:
    """Return the pseudo parameters: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/pseudo-parameter-reference.html"""
    return {
        "AWS::AccountId": where.account,
        "AWS::NotificationARNs": [],
        "AWS::Partition": "aws",
        "AWS::Region": where.region,
        "AWS::StackId": stack_id,
        "AWS::StackName": name,
        "AWS::URLSuffix": "amazonaws.com",
    }


def scope(wanted: Target, found: Found, exported: Callable[[str], Any], loose: Container[str] = frozenset()) -> Scope:
    """Return where functions of resources and outputs are resolved. `found` gives a resource, None: not made yet.

    The attributes of those in `loose` are not known: they are going to be changed in place.
    """
    active = wanted.resources()

    def check(name: str) -> None:
        if name not in active:
            raise Refusal(
                "ValidationError",
                f"Template format error: Unresolved resource dependencies [{name}] in the Resources block of the "
                "template",
            )

    def ref(name: str) -> Any:
        check(name)
        made = found(name)
        return Unknown(frozenset({(REFERENCE, name)})) if made is None else made.physical_id

    def attribute(name: str, which: str) -> Any:
        check(name)
        made = found(name)
        if made is None or name in loose:
            return Unknown(frozenset({(ATTRIBUTE, f"{name}.{which}")}))
        if which not in made.attributes:
            raise Refusal(
                "ValidationError",
                f"Template error: resource {name} does not support attribute type {which} in Fn::GetAtt",
            )
        return made.attributes[which]

    return Scope(
        values=wanted.resolved,
        mappings=wanted.template.mappings,
        conditions=wanted.conditions,
        ref=ref,
        attribute=attribute,
        exported=exported,
        functions=IN_RESOURCES,
    )
