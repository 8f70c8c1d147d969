"""Where a pipeline keeps its artifacts, and who else must get at them: the roles of its deploy actions. Pure.

https://docs.aws.amazon.com/codepipeline/latest/userguide/pipelines-create-cross-account.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from waybill.domain.arns import KeyArn
from waybill.domain.deploy.pipeline import Pipeline
from waybill.domain.doctor.facts import Key
from waybill.domain.doctor.keys import enable
from waybill.domain.doctor.permits import mend, permits, through_s3, unclear
from waybill.domain.doctor.verdicts import bad, good, unseen
from waybill.domain.findings import Finding, Seen, Unseen
from waybill.domain.iam.truth import Truth
from waybill.domain.setup.adoption.buckets import BucketFacts, Missing


@dataclass(frozen=True, slots=True, kw_only=True)
class Store:
    """One region's store as it is declared: `key` as written there, empty where nothing is."""

    region: str
    bucket: str
    key: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreLook:
    """A store as it was looked at. `named` is its key's ARN, None where none is named that could be looked at."""

    store: Store
    facts: Seen[BucketFacts | Missing] | Unseen
    named: KeyArn | None = None
    key: Seen[Key | None] | Unseen | None = None
    key_policy: Seen[str] | Unseen | None = None


def stores_of(document: Mapping[str, Any], region: str) -> dict[str, Store]:
    """Return the stores of a declaration, by region; that of the pipeline's own region is named without it."""
    found: dict[str, Any] = dict(document.get("artifactStores") or {})
    if document.get("artifactStore"):
        found[region] = document["artifactStore"]
    return {
        where: Store(
            region=where,
            bucket=str(one.get("location", "")),
            key=str((one.get("encryptionKey") or {}).get("id", "")),
        )
        for where, one in found.items()
    }


def missing_stores(pipeline: Pipeline, stores: Mapping[str, Store]) -> Iterator[Finding]:
    """Yield the regions in which an action runs, and that have no store."""
    for region in dict.fromkeys(action.region or pipeline.region for action in pipeline.actions):
        if region not in stores:
            says = f"has no artifact store for {region}, where an action runs"
            mend = f'Give it in `artifactStores`: {{"{region}": {{"type": "S3", "location": BUCKET}}}}.'
            yield bad("artifact-store", says, mend, region=pipeline.region, subject=pipeline.name)


def store_findings(pipeline: Pipeline, look: StoreLook) -> Iterator[Finding]:
    """Yield what there is to say of one store: its bucket, its key, and the roles of other accounts."""
    where: dict[str, Any] = {"region": look.store.region, "subject": pipeline.name}
    bucket = look.store.bucket
    if isinstance(look.facts, Unseen):
        yield unseen("artifact-store", look.facts, **where)
    elif isinstance(look.facts.value, Missing):
        says = f"its artifact bucket {bucket} is not usable: {look.facts.value.value}"
        yield bad("artifact-store", says, _made(look), **where)
    else:
        yield good("artifact-store", "its artifact bucket is there", **where)
    roles = foreign_roles(pipeline, look.store.region)
    yield from _key(look, roles, where)
    facts = look.facts.value if isinstance(look.facts, Seen) else None
    if roles and isinstance(facts, BucketFacts):
        yield _bucket_policy(pipeline, look, facts, roles, where)


def _made(look: StoreLook) -> str:
    """Return what gives a pipeline an artifact bucket."""
    region, other = look.store.region, "name another one in the pipeline's artifact store"
    if not (isinstance(look.facts, Seen) and look.facts.value is Missing.ABSENT):
        return f"{other.capitalize()}, one of {region}."
    # S3 takes us-east-1 as no constraint.
    there = "" if region == "us-east-1" else f" --create-bucket-configuration LocationConstraint={region}"
    return f"aws s3api create-bucket --region {region} --bucket {look.store.bucket}{there} # or {other}"


def artifact_key(pipeline: Pipeline) -> str:
    """Return a key such as CodePipeline gives artifacts: policies may be narrowed to those of one pipeline.

    It keeps 20 characters of the pipeline's name, and 10 of the artifact's.
    """
    return f"{pipeline.name[:20]}/SourceArti/object"


def foreign_roles(pipeline: Pipeline, region: str) -> list[str]:
    """Return the roles of other accounts that act on a region's artifacts."""
    return list(
        dict.fromkeys(
            action.role
            for action in pipeline.actions
            if action.role and action.role.split(":")[4] != pipeline.account
            if (action.region or pipeline.region) == region
        )
    )


def _key(look: StoreLook, roles: Sequence[str], where: dict[str, Any]) -> Iterator[Finding]:
    written, check = look.store.key, "artifact-key"
    how = (
        'Give the artifact store "encryptionKey": {"id": KEY_ARN, "type": "KMS"}, with a key of your own in '
        f"{look.store.region} whose policy lets {', '.join(roles) or 'the pipeline'} use it."
    )
    if not written:
        if roles:
            says = f"names no key, so AWS's own encrypts, which {', '.join(roles)} cannot use"
            yield bad(check, says, how, **where)
        return
    if "alias/" in written and roles:
        yield bad(check, f"names its key by the alias {written}, which no other account can use", how, **where)
        return
    if look.named is not None and look.named.region != look.store.region:
        says = f"names a key of {look.named.region} for the artifacts of {look.store.region}"
        yield bad(check, says, how, **where)
        return
    yield from _of_the_key(look, roles, how, where)


def _of_the_key(look: StoreLook, roles: Sequence[str], how: str, where: dict[str, Any]) -> Iterator[Finding]:
    check, written = "artifact-key", look.store.key
    if look.key is None:
        return
    if isinstance(look.key, Unseen):
        yield unseen(check, look.key, **where)
        return
    key = look.key.value
    if key is None:
        yield bad(check, f"names the key {written}, which is not there", how, **where)
        return
    if key.state != "Enabled":
        says = f"its artifacts' key {key.arn} is {key.state}"
        yield bad(check, says, enable(key.arn), **where)
        return
    if roles and not key.customers:
        says = f"its artifacts' key is one that AWS manages, which {', '.join(roles)} cannot use"
        yield bad(check, says, how, **where)
        return
    yield good(check, "its artifacts' key is there, and enabled", **where)
    if roles and look.key_policy is not None:
        yield _key_policy(look.key_policy, key, roles, where)


def _key_policy(policy: Seen[str] | Unseen, key: Key, roles: Sequence[str], where: dict[str, Any]) -> Finding:
    check = "artifact-key-policy"
    if isinstance(policy, Unseen):
        return unseen(check, policy, **where)
    region = key.arn.region
    found = {role: permits(policy.value, "kms:Decrypt", role, key.arn.text, through_s3(role, region)) for role in roles}
    lacking = [role for role, one in found.items() if one.truth is Truth.NO]
    if not lacking and any(one.truth is Truth.MAYBE for one in found.values()):
        return unclear(check, "whether the roles of other accounts may use its artifacts' key", found.values(), **where)
    if not lacking:
        return good(check, "the roles of other accounts may use its artifacts' key", **where)
    statement = {
        "Effect": "Allow",
        "Principal": {"AWS": lacking},
        "Action": ["kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*"],
        "Resource": "*",
    }
    says = f"{', '.join(lacking)} may not decrypt its artifacts: the action fails"
    how = mend(f"the key policy of {key.arn}", statement, [found[role] for role in lacking])
    return bad(check, says, how, **where)


def _bucket_policy(
    pipeline: Pipeline, look: StoreLook, facts: BucketFacts, roles: Sequence[str], where: dict[str, Any]
) -> Finding:
    check, bucket = "artifact-store-policy", look.store.bucket
    if isinstance(facts.policy, Unseen):
        return unseen(check, facts.policy, **where)
    arn = f"arn:{roles[0].split(':')[1]}:s3:::{bucket}"
    policy = facts.policy.value or "{}"
    found = {role: permits(policy, "s3:GetObject", role, f"{arn}/{artifact_key(pipeline)}") for role in roles}
    lacking = [role for role, one in found.items() if one.truth is Truth.NO]
    if not lacking and any(one.truth is Truth.MAYBE for one in found.values()):
        return unclear(check, "whether the roles of other accounts may read its artifacts", found.values(), **where)
    if not lacking:
        return good(check, "the roles of other accounts may read its artifacts", **where)
    statement = {
        "Effect": "Allow",
        "Principal": {"AWS": lacking},
        "Action": ["s3:GetObject", "s3:GetObjectVersion"],
        "Resource": f"{arn}/*",
    }
    says = f"{', '.join(lacking)} may not read its artifacts: the action fails"
    how = mend(f"the policy of the bucket {bucket}", statement, [found[role] for role in lacking])
    return bad(check, says, how, **where)
