"""Which stacks a `waybill.yaml` makes, in an order in which each comes after those that it needs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import chain

from waybill.domain.setup.estate import Estate
from waybill.domain.setup.stacks.defaults import DEFAULTS
from waybill.domain.setup.stacks.delivered import pipeline_stacks
from waybill.domain.setup.stacks.packages import package_stacks
from waybill.domain.setup.stacks.quotas import too_much
from waybill.domain.setup.stacks.regional import identity_stack, region_stack
from waybill.domain.setup.stacks.single import account_stacks, client_stack, registry_stack
from waybill.domain.setup.stacks.wanted import StackRef, WantedStack, text

LONGEST = 4096
"""Characters of a parameter: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html"""

LONGEST_OUTPUT = 100
"""Characters that the ARN of a key has at most."""


def wanted_stacks(estate: Estate) -> tuple[WantedStack, ...]:
    """Return every stack, with all parameters of its template.

    Raises `ValueError` where two have the same name, or one would be given too much for CloudFormation or IAM.
    """
    ordered = in_order(map(_with_every_parameter, _every(estate)))
    for stack in ordered:
        for name, value in stack.parameters.items():
            if (length := len(text(value, lambda _: "-" * LONGEST_OUTPUT))) > LONGEST:
                what = f"the parameter {name} of {stack.ref} would have {length} characters"
                raise ValueError(f"{what}, and CloudFormation takes {LONGEST}; name fewer")
    if beyond := [one for stack in ordered for one in too_much(stack)]:
        raise ValueError("; ".join(beyond))
    return ordered


def _with_every_parameter(stack: WantedStack) -> WantedStack:
    return replace(stack, parameters={**DEFAULTS[stack.template], **stack.parameters})


def _every(estate: Estate) -> Iterator[WantedStack]:
    for account in estate.accounts:
        yield from (region_stack(estate, account, region) for region in estate.regions)
        yield identity_stack(estate, account)
        yield from account_stacks(estate, account)
    projects = projects_of(estate)
    for pipeline in estate.pipelines:
        yield from pipeline_stacks(estate, pipeline, projects.get(("pipelines", pipeline.name)))
    for client in estate.clients:
        yield client_stack(estate, client, projects.get(("clients", client.name)))
    for registry in estate.registries:
        yield registry_stack(estate, registry, projects.get(("registries", registry.name)))
    for domain in estate.package_domains:
        yield from package_stacks(estate, domain)


def projects_of(estate: Estate) -> Mapping[tuple[str, str], str]:
    """Return whose each pipeline, client and registry is: by its kind and name, the one project that names it."""
    owners: dict[tuple[str, str], list[str]] = {}
    for project in estate.projects:
        named = {"pipelines": project.pipelines, "clients": project.clients, "registries": project.registries}
        for place in chain.from_iterable(((kind, name) for name in names) for kind, names in named.items()):
            owners.setdefault(place, []).append(project.name)
    return {place: names[0] for place, names in owners.items() if len(names) == 1}


def in_order(stacks: Iterable[WantedStack]) -> tuple[WantedStack, ...]:
    """Return stacks so that each comes after those it needs, else as they came. Raises `ValueError` for doubles."""
    left: dict[StackRef, WantedStack] = {}
    for stack in stacks:
        if stack.ref in left:
            raise ValueError(f"two stacks would be {stack.ref}")
        left[stack.ref] = stack
    ordered: list[WantedStack] = []
    while left:
        free = [stack for stack in left.values() if not any(one in left for one in stack.needs)]
        if not free:
            raise ValueError(f"these stacks need each other: {', '.join(sorted(map(str, left)))}")
        ordered += free
        for stack in free:
            del left[stack.ref]
    return tuple(ordered)
