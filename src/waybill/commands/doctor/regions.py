"""One region: its clock, its bucket's parameter, the bucket, the key, and who else may read there."""

from __future__ import annotations

from dataclasses import dataclass, replace

from waybill.commands.asking import ask
from waybill.commands.doctor.keys import key_named, likely_key, look_at_key
from waybill.commands.doctor.scene import Scene
from waybill.domain.arns import KeyArn
from waybill.domain.doctor.clock import clock_finding
from waybill.domain.doctor.configuring import BUCKET, bucket_parameter_finding, put_parameter
from waybill.domain.doctor.keys import KeyLook, key_findings
from waybill.domain.doctor.readers import Shared, reader_findings
from waybill.domain.doctor.verdicts import bad, unknown
from waybill.domain.findings import Finding, Seen, Unseen, Verdict, is_silent
from waybill.domain.names import is_bucket
from waybill.domain.setup.adoption.buckets import Missing, judged


@dataclass(frozen=True, slots=True, kw_only=True)
class RegionLook:
    """What was found in a region, and what else is to be looked at with it: its bucket, the key, their policies.

    `customers`: the key is no key of AWS's. `silent`: nobody answers there.
    """

    findings: tuple[Finding, ...]
    bucket: str = ""
    key: KeyArn | None = None
    customers: bool = True
    bucket_policy: str = ""
    key_policy: str = ""
    silent: bool = False


def look_at_region(scene: Scene, region: str) -> RegionLook:
    """Look at one region."""
    exam, tools = scene.examination(region), scene.tools
    if is_silent(scene.texts.get(region)):
        return _silent(region)
    before = tools.clock.now()
    time = ask(tools, exam.time)
    found = [clock_finding(time, before, tools.clock.now(), region)]
    if is_silent(time):
        return _silent(region)
    parameter = scene.organisation.bucket_parameter
    if not parameter:
        return RegionLook(findings=tuple(found))

    def value() -> str | None:
        there = exam.parameter(parameter)
        return None if there is None else there.value

    named = ask(tools, value)
    unnamed = isinstance(named, Seen) and not (named.value and is_bucket(named.value))
    likely = bucket_by_name(scene, region) if unnamed else ""
    found.append(bucket_parameter_finding(named, parameter, region, own=scene.own, bucket=likely))
    if isinstance(named, Unseen) or not named.value or unnamed:
        return RegionLook(findings=tuple(found))
    look = _of_the_bucket(scene, region, named.value)
    return replace(look, findings=(*found, *look.findings))


def _of_the_bucket(scene: Scene, region: str, name: str) -> RegionLook:
    looked = ask(scene.tools, lambda: scene.account.buckets(region).look(name, owner=scene.caller.account))
    if isinstance(looked, Unseen):
        why = f"may not be looked at: {looked.why}"
        return RegionLook(findings=(unknown("bucket", why, region=region, subject=name),))
    facts = looked.value
    if isinstance(facts, Missing):
        return RegionLook(findings=(_gone(scene, region, name, facts),))
    found = [_unneeded(one, scene) for one in judged(name, region, facts, key=likely_key(scene, region, facts))]
    policy = facts.policy.value if isinstance(facts.policy, Seen) else ""
    named = key_named(scene, region, facts)
    if named is None:
        return RegionLook(findings=tuple(found), bucket=name, bucket_policy=policy)
    keyed = look_at_key(scene, region, named, bucket="" if scene.request.kms.given else name)
    found += key_findings(keyed, region, scene.caller.arn)
    key = keyed.key.value if isinstance(keyed.key, Seen) else None
    if isinstance(facts.policy, Seen):
        found += _readers(scene, region, name, policy, keyed)
    return RegionLook(
        findings=tuple(found),
        bucket=name,
        key=key.arn if key else None,
        customers=key is None or key.customers,
        bucket_policy=policy,
        key_policy=keyed.policy.value if isinstance(keyed.policy, Seen) else "",
    )


def bucket_by_name(scene: Scene, region: str) -> str:
    """Return the one bucket of the account that is named as setup names a region's, or nothing."""
    own = ask(scene.tools, scene.examination(region).own_buckets)
    ending = f"-{scene.caller.account}-{region}"
    named = [name for name in own.value if name.endswith(ending)] if isinstance(own, Seen) else []
    return named[0] if len(named) == 1 else ""


def _silent(region: str) -> RegionLook:
    """Return that nobody answers there: each further question would take its whole time limit."""
    says = "nobody answers there, so nothing of it was looked at: a release would fail, or wait, as long as that lasts"
    return RegionLook(findings=(unknown("region", says, region=region),), silent=True)


def _unneeded(one: Finding, scene: Scene) -> Finding:
    """Return a finding as the run has it: a bucket's default encryption stops nobody who says which key he wants."""
    if one.check == "encryption" and one.verdict is Verdict.FAIL and scene.request.kms.given:
        return replace(one, verdict=Verdict.WARN)
    return one


def _readers(scene: Scene, region: str, bucket: str, policy: str, look: KeyLook) -> list[Finding]:
    """Compare the bucket's policy with its key's, where both are this account's."""
    key = look.key.value if isinstance(look.key, Seen) else None
    if key is None or look.policy is None:
        return []
    shared = Shared(
        account=scene.caller.account,
        partition=scene.caller.partition,
        region=region,
        bucket=bucket,
        key=key.arn.text,
        bucket_policy=policy,
        key_policy=look.policy,
        key_prefix=scene.organisation.key_prefix,
        project=scene.request.project or "",
    )
    return list(reader_findings(shared))


def _gone(scene: Scene, region: str, name: str, missing: Missing) -> Finding:
    """Tell apart what S3 tells in one word: another account's bucket, and one that may not be looked at."""
    mend = put_parameter(region, scene.organisation.bucket_parameter, bucket_by_name(scene, region) or BUCKET)
    if missing is Missing.ABSENT:
        return bad("bucket", missing.value, mend, region=region, subject=name)
    if missing is Missing.ELSEWHERE:
        return bad("bucket-region", missing.value, mend, region=region, subject=name)
    own = ask(scene.tools, scene.examination(region).own_buckets)
    if isinstance(own, Seen) and name not in own.value:
        says = f"is no bucket of account {scene.caller.account}: it belongs to somebody else"
        return bad("bucket-owner", says, mend, region=region, subject=name)
    return unknown("bucket", missing.value, region=region, subject=name)
