"""One region: its clock, its bucket's parameter, the bucket, the key, and who else may read there."""

from __future__ import annotations

from dataclasses import dataclass, replace

from waybill.commands.asking import ask
from waybill.commands.doctor.scene import Scene
from waybill.domain.arns import KeyArn
from waybill.domain.doctor.clock import clock_finding
from waybill.domain.doctor.configuring import bucket_parameter_finding
from waybill.domain.doctor.facts import Key
from waybill.domain.doctor.keys import KeyLook, key_findings
from waybill.domain.doctor.readers import Shared, reader_findings
from waybill.domain.doctor.verdicts import bad, unknown
from waybill.domain.findings import Finding, Seen, Unseen, Verdict
from waybill.domain.names import is_bucket
from waybill.domain.setup.adoption.buckets import BucketFacts, Missing, judged
from waybill.errors import AccessDenied, WaybillError
from waybill.ports.examination import Examination


@dataclass(frozen=True, slots=True, kw_only=True)
class RegionLook:
    """What was found in a region, and what else is to be looked at with it: its bucket, the key, the bucket policy."""

    findings: tuple[Finding, ...]
    bucket: str = ""
    key: KeyArn | None = None
    bucket_policy: str = ""


def look_at_region(scene: Scene, region: str) -> RegionLook:
    """Look at one region."""
    exam, tools = scene.examination(region), scene.tools
    before = tools.clock.now()
    time = ask(tools, exam.time)
    found = [clock_finding(time, before, tools.clock.now(), region)]
    parameter = scene.organisation.bucket_parameter
    if not parameter:
        return RegionLook(findings=tuple(found))

    def value() -> str | None:
        there = exam.parameter(parameter)
        return None if there is None else there.value

    named = ask(tools, value)
    found.append(bucket_parameter_finding(named, parameter, region))
    if isinstance(named, Unseen) or not named.value or not is_bucket(named.value):
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
    found = [_unneeded(one, scene) for one in judged(name, region, facts)]
    policy = facts.policy.value if isinstance(facts.policy, Seen) else ""
    named = _key(scene, region, facts)
    if named is None:
        return RegionLook(findings=tuple(found), bucket=name, bucket_policy=policy)
    look = _look_at_key(scene, region, named)
    found += key_findings(look, region, scene.caller.arn)
    key = look.key.value if isinstance(look.key, Seen) else None
    # AWS's own key has a policy that nobody may change.
    if key is not None and not named.text.endswith("alias/aws/s3") and isinstance(facts.policy, Seen):
        found += _readers(scene, region, name, policy, key)
    return RegionLook(findings=tuple(found), bucket=name, key=key.arn if key else None, bucket_policy=policy)


def _unneeded(one: Finding, scene: Scene) -> Finding:
    """Return a finding as the run has it: a bucket's default encryption stops nobody who says which key he wants."""
    if one.check == "encryption" and one.verdict is Verdict.FAIL and scene.request.kms.given:
        return replace(one, verdict=Verdict.WARN)
    return one


def _readers(scene: Scene, region: str, bucket: str, policy: str, key: Key) -> list[Finding]:
    """Compare the two policies, where both are this account's."""
    if not key.customers or key.arn.account != scene.caller.account:
        return []
    exam = scene.examination(region)
    project = scene.request.project or "project"
    shared = Shared(
        account=scene.caller.account,
        partition=scene.caller.partition,
        region=region,
        bucket=bucket,
        key=key.arn.text,
        bucket_policy=policy,
        key_policy=ask(scene.tools, lambda: exam.key_policy(key.arn)),
        object_key=f"{scene.organisation.key_prefix}{project}@1.2.3",
    )
    return list(reader_findings(shared))


def _gone(scene: Scene, region: str, name: str, missing: Missing) -> Finding:
    """Tell apart what S3 tells in one word: another account's bucket, and one that may not be looked at."""
    mend = f"Correct the parameter {scene.organisation.bucket_parameter} in {region}: `waybill setup adopt`."
    if missing is Missing.ABSENT:
        return bad("bucket", missing.value, mend, region=region, subject=name)
    if missing is Missing.ELSEWHERE:
        return bad("bucket-region", missing.value, mend, region=region, subject=name)
    own = ask(scene.tools, scene.examination(region).own_buckets)
    if isinstance(own, Seen) and name not in own.value:
        says = f"is no bucket of account {scene.caller.account}: it belongs to somebody else"
        return bad("bucket-owner", says, mend, region=region, subject=name)
    return unknown("bucket", missing.value, region=region, subject=name)


def _key(scene: Scene, region: str, facts: BucketFacts) -> KeyArn | None:
    """Return the key that a run would name: the one that is asked for, else the bucket's default."""
    kms = scene.request.kms
    if kms.none:
        return None
    given = kms.by_region.get(region) or kms.one
    if given is not None:
        return given
    if isinstance(facts.encryption, Unseen) or not facts.encryption.value.algorithm.startswith("aws:kms"):
        return None
    caller = scene.caller
    try:
        return KeyArn.normalise(
            facts.encryption.value.key or "alias/aws/s3",
            partition=caller.partition,
            region=region,
            account=caller.account,
        )
    except ValueError:
        return None


def _look_at_key(scene: Scene, region: str, named: KeyArn) -> KeyLook:
    exam = scene.examination(region)
    if named.region != region:
        return KeyLook(named=named, key=Seen(None))
    key = ask(scene.tools, lambda: exam.key(named))
    there = key.value if isinstance(key, Seen) else None
    usable = scene.own and (there is None or there.state == "Enabled")
    tried = _tried(scene, exam, there.arn if there else named) if usable else None
    return KeyLook(named=named, key=key, used=tried)


def _tried(scene: Scene, exam: Examination, key: KeyArn) -> Seen[str] | Unseen:
    """Try the key. A refusal is the answer here, and no ignorance: whoever stages is refused as well."""
    scene.tools.cancellation.check()
    try:
        exam.try_key(key)
    except AccessDenied as error:
        return Seen(error.what)
    except WaybillError as error:
        return Unseen(error.what)
    return Seen("")
