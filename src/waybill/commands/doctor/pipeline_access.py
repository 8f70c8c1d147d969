"""What the roles of a pipeline may do, as IAM simulates it.

Its own: read its source, keep its artifacts, use their key. That of an action in another account: read them, decrypt
them, and write what is deployed; where that account was entered.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from waybill.commands.asking import ask
from waybill.commands.doctor.works import Works
from waybill.commands.tools import everywhere
from waybill.domain.access.refs import Ref
from waybill.domain.arns import KeyArn
from waybill.domain.deploy.pipeline import Pipeline
from waybill.domain.doctor.artifacts import Store, artifact_key
from waybill.domain.doctor.permissions import Wanted, permission_findings
from waybill.domain.doctor.permits import permits, through_s3
from waybill.domain.findings import Finding, Seen, Unseen
from waybill.domain.iam.documents import Kind
from waybill.domain.iam.truth import Truth
from waybill.ports.account import Account

CHECK = "pipeline-access"
UNREAD = "Look at the policy of what it is about as well, which may not be read here."


@dataclass(frozen=True, slots=True, kw_only=True)
class _Thing:
    """A bucket or a key that the role uses: the ARN that is asked for, and its own policy."""

    arn: str
    policy: Seen[str] | Unseen
    values: Mapping[str, str] = field(default_factory=dict)


def of_its_role(works: Works, pipeline: Pipeline, role: str, stores: Sequence[Store]) -> list[Finding]:
    """Look at what the role of a pipeline may do; what an action does by a role of its own is not that."""
    prefix = f"arn:{works.caller.partition}:s3:::"
    sources = [
        _Thing(
            arn=f"{prefix}{one.bucket}/{one.configuration.get('S3ObjectKey') or 'object'}",
            policy=_bucket_policy(works, one.region or pipeline.region, one.bucket),
        )
        for one in pipeline.s3_sources
        if not one.role and one.bucket
    ]
    kept = [
        _Thing(
            arn=f"{prefix}{one.bucket}/{artifact_key(pipeline)}", policy=_bucket_policy(works, one.region, one.bucket)
        )
        for one in stores
    ]
    own = next((one for one in stores if one.region == pipeline.region), None)
    keys = _key(works, own, role) if own is not None else []
    groups = [
        _wanted("read its source", ("s3:GetObject", "s3:GetObjectVersion"), sources, role),
        _wanted("keep its artifacts", ("s3:GetObject", "s3:PutObject"), kept, role),
        _wanted("use its artifacts' key", ("kms:Decrypt", "kms:GenerateDataKey"), keys, role),
    ]
    return _said(works, works.account, pipeline, role, groups)


def of_an_action_s_role(works: Works, pipeline: Pipeline, role: str, stores: Sequence[Store]) -> list[Finding]:
    """Look at what an action's role of another account may do; across accounts its own policies have to let it."""
    account = works.accounts.get(role.split(":")[4])
    if account is None or role.split(":")[4] == works.caller.account:
        return []
    prefix = f"arn:{works.caller.partition}:s3:::"
    actions = [one for one in pipeline.actions if one.role == role]
    regions = {one.region or pipeline.region for one in actions}
    kept = [one for one in stores if one.region in regions]
    keys = [thing for one in kept[:1] for thing in _key(works, one, role)]
    read = tuple(f"{prefix}{one.bucket}/{artifact_key(pipeline)}" for one in kept)
    written = tuple(dict.fromkeys(f"{prefix}{one.bucket}/object" for one in actions if one.is_s3_deploy and one.bucket))
    groups = [
        Wanted(check=CHECK, what="read the artifacts", actions=("s3:GetObject",), resources=read),
        replace(_wanted("decrypt the artifacts", ("kms:Decrypt",), keys, role), unless="", elsewhere=frozenset()),
        Wanted(check=CHECK, what="write what is deployed", actions=("s3:PutObject",), resources=written),
    ]
    return _said(works, account, pipeline, role, groups)


def _said(works: Works, account: Account, pipeline: Pipeline, role: str, wanted: Sequence[Wanted]) -> list[Finding]:
    identities, groups = account.identities(), [one for one in wanted if one.resources]

    def one(index: int) -> list[Finding]:
        group = groups[index]
        own = {"aws:ResourceAccount": works.caller.account} if account is works.account else {}
        context = {**own, **group.context}
        said = ask(works.tools, lambda: identities.simulate(role, group.actions, group.resources, context))
        found = permission_findings(group, said, role)
        return [replace(each, region=pipeline.region, says=f"{each.says} ({pipeline.name})") for each in found]

    found, errors = everywhere(one, range(len(groups)))
    for error in errors.values():
        raise error
    return [each for some in found.values() for each in some]


def _wanted(what: str, actions: tuple[str, ...], things: Sequence[_Thing], role: str) -> Wanted:
    services = {one.values["kms:viaservice"] for one in things if "kms:viaservice" in one.values}
    return Wanted(
        check=CHECK,
        what=what,
        actions=actions,
        resources=tuple(dict.fromkeys(one.arn for one in things)),
        unless=UNREAD if any(isinstance(one.policy, Unseen) for one in things) else "",
        elsewhere=frozenset((action, one.arn) for one in things for action in actions if _allows(one, action, role)),
        context={"kms:ViaService": services.pop()} if services else {},
    )


def _allows(thing: _Thing, action: str, role: str) -> bool:
    """Whether the own policy of a thing lets the role, which in one account suffices."""
    if isinstance(thing.policy, Unseen):
        return False
    try:
        found = permits(thing.policy.value or "{}", action, role, thing.arn, thing.values, itself=True)
    except ValueError:
        return False
    return found.truth is not Truth.NO


def _bucket_policy(works: Works, region: str, bucket: str) -> Seen[str] | Unseen:
    ref = Ref(account="", owner=works.caller.account, region=region, kind=Kind.BUCKET, name=bucket)

    def read() -> str:
        live = works.account.policies(region).read(ref)
        return live.text if live is not None else ""

    return ask(works.tools, read)


def _key(works: Works, store: Store, role: str) -> list[_Thing]:
    """Return the key of a store, where it is the account's own: AWS's lets in whoever may use S3."""
    caller, exam = works.caller, works.account.examination(store.region)
    try:
        named = KeyArn.normalise(store.key, partition=caller.partition, region=store.region, account=caller.account)
    except ValueError:
        return []
    key = ask(works.tools, lambda: exam.key(named))
    own = key.value if isinstance(key, Seen) else None
    if own is None or not own.customers or own.arn.account != caller.account:
        return []
    policy = ask(works.tools, lambda: exam.key_policy(own.arn))
    return [_Thing(arn=own.arn.text, policy=policy, values=through_s3(role, store.region))]
