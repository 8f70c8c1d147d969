"""The key that encrypts in a region: which one that is, what it is like, and whether the run may use it."""

from __future__ import annotations

from waybill.commands.asking import ask
from waybill.commands.doctor.scene import Scene
from waybill.domain.arns import KeyArn
from waybill.domain.doctor.facts import Key, Said
from waybill.domain.doctor.keys import KeyLook, Tried
from waybill.domain.doctor.permits import permits, through_s3
from waybill.domain.findings import Seen, Unseen
from waybill.domain.iam.requests import role_of
from waybill.domain.iam.truth import Truth
from waybill.domain.setup.adoption.buckets import BucketFacts
from waybill.errors import AccessDenied, WaybillError
from waybill.ports.examination import Examination

KEY_ALIAS = "alias/waybill-staging"
"""The alias of a region's key as `region.yaml` names it, unless its parameter says otherwise."""

MAKES = "kms:GenerateDataKey"


def key_named(scene: Scene, region: str, facts: BucketFacts) -> KeyArn | None:
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


def look_at_key(scene: Scene, region: str, named: KeyArn, *, bucket: str = "") -> KeyLook:
    """Look at a key, which is the default of a bucket, or was asked for.

    AWS's own has a policy that nobody may change, and lets in whoever comes through S3 only.
    """
    exam = scene.examination(region)
    if named.region != region:
        return KeyLook(named=named, bucket=bucket, key=Seen(None), instead=_by_alias(scene, region))
    key = ask(scene.tools, lambda: exam.key(named))
    there = key.value if isinstance(key, Seen) else None
    if isinstance(key, Seen) and there is None:
        return KeyLook(named=named, bucket=bucket, key=key, instead=_by_alias(scene, region))
    if named.text.endswith("alias/aws/s3") or (there is not None and not there.customers):
        return KeyLook(named=named, bucket=bucket, key=key)
    own = there is not None and there.arn.account == scene.caller.account
    policy = ask(scene.tools, lambda: exam.key_policy(there.arn)) if there is not None and own else None
    usable = scene.own and (there is None or there.state == "Enabled")
    tried = _tried(scene, exam, there, named, policy) if usable else None
    return KeyLook(named=named, bucket=bucket, key=key, used=tried, policy=policy)


def likely_key(scene: Scene, region: str, facts: BucketFacts) -> str:
    """Return the ARN of the key by which setup would have a bucket encrypt that has no key of its own; empty: none."""
    default = facts.encryption.value if isinstance(facts.encryption, Seen) else None
    own = default is None or (default.algorithm.startswith("aws:kms") and default.key not in {"", "alias/aws/s3"})
    return "" if own else _by_alias(scene, region)


def _by_alias(scene: Scene, region: str) -> str:
    caller = scene.caller
    alias = KeyArn.normalise(KEY_ALIAS, partition=caller.partition, region=region, account=caller.account)
    found = ask(scene.tools, lambda: scene.examination(region).key(alias))
    key = found.value if isinstance(found, Seen) else None
    return key.arn.text if key is not None and key.customers and key.state == "Enabled" else ""


def _tried(
    scene: Scene, exam: Examination, there: Key | None, named: KeyArn, policy: Seen[str] | Unseen | None
) -> Seen[Tried] | Unseen:
    """Try the key. A refusal is the answer here, and no ignorance: whoever stages is refused as well.

    But not where the policies let somebody use the key through S3 alone: a dry run does not come through S3.
    """
    scene.tools.cancellation.check()
    key = there.arn if there else named
    try:
        exam.try_key(key)
    except AccessDenied as error:
        text = policy.value if isinstance(policy, Seen) else ""
        values = through_s3(scene.caller.arn, key.region)
        found = permits(text or "{}", MAKES, scene.caller.arn, key.text, values)
        if found.truth is Truth.YES and _policies_let(scene, key, values):
            return Seen(Tried(only_through_s3=True))
        return Seen(Tried(refused=error.what, advice=error.advice, denials=found.denials))
    except WaybillError as error:
        return Unseen(error.what)
    return Seen(Tried())


def _policies_let(scene: Scene, key: KeyArn, values: dict[str, str]) -> bool:
    """Whether the caller's own policies let it make data keys through S3, as far as a simulation tells."""
    principal = role_of(scene.caller.arn)
    identities = scene.account.identities()
    context = {"kms:ViaService": values["kms:viaservice"], "kms:CallerAccount": values["kms:calleraccount"]}
    found = ask(scene.tools, lambda: identities.simulate(principal, [MAKES], [key.text], context))
    return isinstance(found, Seen) and all(one.said is Said.ALLOWED for one in found.value)
