"""One region: its clock, its bucket's parameter, the bucket, and the key."""

from __future__ import annotations

from dataclasses import replace

from waybill.commands.doctor.asking import ask
from waybill.commands.doctor.scene import Scene
from waybill.domain.arns import KeyArn
from waybill.domain.doctor.clock import clock_finding
from waybill.domain.doctor.configuring import bucket_parameter_finding
from waybill.domain.doctor.keys import KeyLook, key_findings
from waybill.domain.doctor.verdicts import bad, unknown
from waybill.domain.findings import Finding, Seen, Unseen
from waybill.domain.names import is_bucket
from waybill.domain.setup.buckets import BucketFacts, Missing, judged
from waybill.errors import AccessDenied, WaybillError
from waybill.ports.examination import Examination


def region_findings(scene: Scene, region: str) -> list[Finding]:
    """Look at one region."""
    exam, tools = scene.examination(region), scene.tools
    before = tools.clock.now()
    time = ask(tools, exam.time)
    found = [clock_finding(time, before, tools.clock.now(), region)]
    parameter = scene.organisation.bucket_parameter
    if not parameter:
        return found

    def value() -> str | None:
        there = exam.parameter(parameter)
        return None if there is None else there.value

    named = ask(tools, value)
    found.append(bucket_parameter_finding(named, parameter, region))
    if isinstance(named, Seen) and named.value and is_bucket(named.value):
        found += _of_the_bucket(scene, region, named.value)
    return found


def _of_the_bucket(scene: Scene, region: str, name: str) -> list[Finding]:
    looked = ask(scene.tools, lambda: scene.account.buckets(region).look(name, owner=scene.caller.account))
    if isinstance(looked, Unseen):
        return [unknown("bucket", f"may not be looked at: {looked.why}", region=region, subject=name)]
    facts = looked.value
    if isinstance(facts, Missing):
        return [_gone(scene, region, name, facts)]
    key = _key(scene, region, facts)
    return [*judged(name, region, facts), *(_of_the_key(scene, region, key) if key else [])]


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


def _of_the_key(scene: Scene, region: str, named: KeyArn) -> list[Finding]:
    exam = scene.examination(region)
    look = KeyLook(named=named, key=Seen(None))
    if named.region == region:
        key = ask(scene.tools, lambda: exam.key(named))
        there = key.value if isinstance(key, Seen) else None
        own = there.arn if there else named
        look = replace(look, key=key, used=_tried(scene, exam, own))
    return list(key_findings(look, region, scene.caller.arn))


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
