"""The pipelines: how they are declared, their stores, their roles, and what starts them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from waybill.commands.asking import ask, at_once
from waybill.commands.doctor.pipeline_access import of_an_action_s_role, of_its_role
from waybill.commands.doctor.works import Works
from waybill.commands.tools import everywhere
from waybill.domain.arns import KeyArn
from waybill.domain.deploy.pipeline import Pipeline, PipelineRef
from waybill.domain.doctor.artifacts import Store, StoreLook, missing_stores, store_findings, stores_of
from waybill.domain.doctor.facts import Role, Simulated
from waybill.domain.doctor.pipelines import PipelineLook, pipeline_findings
from waybill.domain.doctor.roles import RolesLook, action_roles, role_findings
from waybill.domain.doctor.verdicts import bad, good, unseen
from waybill.domain.findings import Finding, Seen, Unseen

DECLARED = ("artifact-store", "pipeline-role")
"""Checks of what the declaration alone tells."""


def of_the_pipelines(works: Works, ref: PipelineRef | None) -> list[Finding]:
    """Look at the pipeline that is named, or at every one that takes its source from S3."""
    regions = [ref.region] if ref and ref.region else list(works.regions)
    named = ref.name if ref else None

    def names(region: str) -> Seen[Sequence[str]] | Unseen:
        return Seen([named]) if named else ask(works.tools, works.account.examination(region).pipelines)

    listed, errors = everywhere(names, regions)
    for error in errors.values():
        raise error
    found = [unseen("pipeline", fact, region=region) for region, fact in listed.items() if isinstance(fact, Unseen)]
    places = [(region, name) for region, fact in listed.items() if isinstance(fact, Seen) for name in fact.value]
    defined, errors_there = everywhere(lambda place: _defined(works, *place), places)
    for error in errors_there.values():
        raise error
    looks: dict[str, Callable[[], list[Finding]]] = {}
    for (region, name), fact in defined.items():
        if isinstance(fact, Unseen):
            found.append(unseen("pipeline", fact, region=region, subject=name))
        elif fact.value is not None and (named or fact.value.s3_sources):
            looks[f"{region}:{name}"] = partial(_of_one, works, fact.value, named=named is not None)
    if named and not looks and not found:
        where = " and ".join(regions) or "any region"
        says = f"there is none of this name in {where} of account {works.caller.account}"
        found.append(bad("pipeline", says, "Correct `pipeline` (`region:name`), or `pipeline-role`.", subject=named))
    return [*found, *at_once(looks)]


def _defined(works: Works, region: str, name: str) -> Seen[Pipeline | None] | Unseen:
    return ask(works.tools, lambda: works.account.pipelines(region).definition(name))


def _of_one(works: Works, pipeline: Pipeline, *, named: bool) -> list[Finding]:
    region = pipeline.region
    document = ask(works.tools, lambda: works.account.declarations(region).read(pipeline.name))
    there = good("pipeline", "is there", region=region, subject=pipeline.name)
    if isinstance(document, Unseen):
        hidden = [unseen(check, document, region=region, subject=pipeline.name) for check in DECLARED]
        return [there, *pipeline_findings(_look(works, pipeline, named=named)), *hidden]
    declared: Mapping[str, Any] = document.value.document if document.value is not None else {}
    found = at_once(
        {
            "pipeline": lambda: list(pipeline_findings(_look(works, pipeline, named=named))),
            "stores": lambda: _stores(works, pipeline, declared),
            "roles": lambda: _roles(works, pipeline, str(declared.get("roleArn", "")), declared),
        }
    )
    return [there, *found]


def _look(works: Works, pipeline: Pipeline, *, named: bool) -> PipelineLook:
    pipelines, tools = works.account.pipelines(pipeline.region), works.tools

    def versioned() -> bool:
        source = pipeline.s3_sources[0]
        region = source.region or pipeline.region
        return works.account.source_bucket(region, source.bucket, owner=works.caller.account).versioned()

    watchers = ask(tools, lambda: pipelines.watchers(pipeline))
    rules: Seen[Sequence[str]] | Unseen = watchers if isinstance(watchers, Unseen) else Seen(watchers.value.rules)
    if isinstance(watchers, Seen) and not watchers.value.known:
        rules = Unseen("events:ListRuleNamesByTarget is refused")
    return PipelineLook(
        pipeline=pipeline,
        named=named,
        staging=works.staging,
        versioned=ask(tools, versioned) if pipeline.s3_sources else Unseen("it has no S3 source"),
        rules=rules,
        stages=ask(tools, lambda: pipelines.stages(pipeline.name)),
    )


def _stores(works: Works, pipeline: Pipeline, declared: Mapping[str, Any]) -> list[Finding]:
    stores = stores_of(declared, pipeline.region)
    looks, errors = everywhere(lambda region: _store(works, stores[region]), list(stores))
    for error in errors.values():
        raise error
    missing = list(missing_stores(pipeline, stores)) if declared else []
    return [*missing, *(one for look in looks.values() for one in store_findings(pipeline, look))]


def _store(works: Works, store: Store) -> StoreLook:
    tools, owner = works.tools, works.caller.account
    facts = ask(tools, lambda: works.account.buckets(store.region).look(store.bucket, owner=owner))
    named = _key_named(works, store)
    if named is None or named.region != store.region:
        return StoreLook(store=store, facts=facts, named=named)
    exam = works.account.examination(store.region)
    key = ask(tools, lambda: exam.key(named))
    own = key.value if isinstance(key, Seen) else None
    policy = ask(tools, lambda: exam.key_policy(named)) if own and own.arn.account == owner else None
    return StoreLook(store=store, facts=facts, named=named, key=key, key_policy=policy)


def _key_named(works: Works, store: Store) -> KeyArn | None:
    if not store.key:
        return None
    caller = works.caller
    try:
        return KeyArn.normalise(store.key, partition=caller.partition, region=store.region, account=caller.account)
    except ValueError:
        return None


def _roles(works: Works, pipeline: Pipeline, arn: str, declared: Mapping[str, Any]) -> list[Finding]:
    if not arn:
        return []
    identities, tools = works.account.identities(), works.tools
    own: Seen[Role | None] | Unseen = ask(tools, lambda: identities.role(arn.rpartition("/")[2]))
    roles = action_roles(pipeline)
    taken: Seen[Sequence[Simulated]] | Unseen = Seen(())
    if roles and not (isinstance(own, Seen) and own.value is None):
        taken = ask(tools, lambda: identities.simulate(arn, ["sts:AssumeRole"], roles, {}))
    trusts: dict[str, Seen[Role | None] | Unseen] = {}
    for role in roles:
        account = works.accounts.get(role.split(":")[4])
        if account is not None:
            name = role.rpartition("/")[2]
            trusts[role] = ask(tools, partial(account.identities().role, name))
    found = list(role_findings(pipeline, RolesLook(arn=arn, own=own, taken=taken, trusts=trusts)))
    if isinstance(own, Seen) and own.value is None:
        return found
    stores = list(stores_of(declared, pipeline.region).values())
    found += of_its_role(works, pipeline, arn, stores)
    return [*found, *(one for role in roles for one in of_an_action_s_role(works, pipeline, role, stores))]
