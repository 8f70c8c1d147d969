"""Who of other accounts may read a bucket, and whether they may use its key as well. Pure.

Reading what a key encrypts needs both, in two documents that nobody compares: a promotion fails without one of them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from waybill.domain.arns import s3_in
from waybill.domain.doctor.permits import Permit, mend, permits, through_s3, unclear
from waybill.domain.doctor.verdicts import bad, doubtful, good, unseen
from waybill.domain.findings import Finding, Seen, Unseen
from waybill.domain.iam.conditions import many
from waybill.domain.iam.documents import Statement, statements_of
from waybill.domain.iam.truth import Truth

_ACCOUNT = re.compile(r"\d{12}")
_ARN = re.compile(r"arn:[^:]+:(?:iam|sts)::(\d{12}):.+")
_OPERATORS = frozenset({"arnequals", "arnlike", "stringequals", "stringlike"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Shared:
    """A bucket, and the key that encrypts there, with their policies. `account` owns both.

    `project` is the one whose artifacts are meant; left out, whoever may read any artifact is somebody who reads.
    """

    account: str
    partition: str
    region: str
    bucket: str
    key: str
    bucket_policy: str
    key_policy: Seen[str] | Unseen
    key_prefix: str = ""
    project: str = ""

    @property
    def bucket_arn(self) -> str:
        """Its ARN."""
        return f"arn:{self.partition}:s3:::{self.bucket}"

    @property
    def artifacts(self) -> tuple[str, ...]:
        """The ARNs of artifacts in it: a statement may be about some only, so those of each statement are tried, too.

        Raises `ValueError` where its policy is no JSON.
        """
        begins = f"{self.bucket_arn}/{self.key_prefix}{f'{self.project}@' if self.project else ''}"
        some = (re.sub(r"[*?]", "x", one) for one in _resources(self.bucket_policy))
        named = [one for one in some if one.startswith(begins)]
        return tuple(dict.fromkeys([f"{begins}{'' if self.project else 'project@'}1.2.3", *named]))


def reader_findings(shared: Shared) -> Iterator[Finding]:
    """Yield whether whoever may read may decrypt, and the other way round."""
    region = shared.region
    try:
        named = _foreigners(shared.bucket_policy, shared.account)
        reads = {one: _reads(shared, one) for one in named}
        readers = [one for one, found in reads.items() if found.truth is Truth.YES]
    except ValueError as error:
        says = f"has a policy that cannot be read: {error}"
        yield bad("key-readers", says, "Correct the bucket policy.", region=region, subject=shared.bucket)
        return
    if isinstance(shared.key_policy, Unseen):
        if readers:
            yield unseen("key-readers", shared.key_policy, region=region, subject=shared.key)
        return
    policy = shared.key_policy.value
    every = named | _foreigners(policy, shared.account)
    uses = {one: _decrypts(shared, policy, one) for one in every}
    yield _one_sided(shared, {one: every[one] for one in _lacking(readers, uses)}, uses)
    reads |= {one: _reads(shared, one) for one in every if one not in reads}
    users = [one for one in every if uses[one].truth is Truth.YES]
    yield _other_sided(shared, {one: every[one] for one in _lacking(users, reads)}, reads)


def _lacking(some: Sequence[str], others: Mapping[str, Permit]) -> list[str]:
    """Return those of some whom the other policy does not surely let, nor anybody that speaks for them."""
    sure = [one for one, found in others.items() if found.truth is Truth.YES]
    return [one for one in some if not _covered(one, sure)]


def _one_sided(shared: Shared, some: Mapping[str, str], uses: Mapping[str, Permit]) -> Finding:
    region, subject = shared.region, shared.key
    lacking = {one: named for one, named in some.items() if uses[one].truth is Truth.NO}
    if some and not lacking:
        what = f"whether {_listed(some)} may decrypt what is in {shared.bucket}"
        return unclear("key-readers", what, [uses[one] for one in some], region=region, subject=subject)
    if not lacking:
        return good("key-readers", "whoever else may read the bucket may decrypt", region=region, subject=subject)
    says = f"{_listed(lacking)} may read {shared.bucket}, and may not decrypt what is in it"
    through = {"StringEquals": {"kms:ViaService": s3_in(region)}}
    statements = list(_letting(lacking, "kms:Decrypt", "*", through))
    how = mend("the key policy", statements, [uses[one] for one in lacking])
    return bad("key-readers", says, how, region=region, subject=subject)


def _other_sided(shared: Shared, some: Mapping[str, str], reads: Mapping[str, Permit]) -> Finding:
    region, subject = shared.region, shared.bucket
    lacking = {one: named for one, named in some.items() if reads[one].truth is Truth.NO}
    if some and not lacking:
        what = f"whether {_listed(some)}, who may decrypt what is in it, may read it"
        return unclear("bucket-readers", what, [reads[one] for one in some], region=region, subject=subject)
    if not lacking:
        return good("bucket-readers", "whoever else may decrypt may read the bucket", region=region, subject=subject)
    says = f"{_listed(lacking)} may decrypt what is in it, and may not read it: nobody can promote from here so"
    begins = f"{shared.key_prefix}{shared.project or 'PROJECT'}@*"
    statements = [
        *_letting(lacking, ["s3:GetObject", "s3:GetObjectVersion"], f"{shared.bucket_arn}/{begins}", {}),
        *_letting(lacking, "s3:ListBucket", shared.bucket_arn, {"StringLike": {"s3:prefix": begins}}),
    ]
    how = mend("the bucket policy", statements, [reads[one] for one in lacking])
    if "PROJECT" in how and not shared.project:
        how += ", with the project's name for PROJECT (give `project`, and it stands there)"
    how += "; or take them out of the key policy."
    return doubtful("bucket-readers", says, how, region=region, subject=subject)


def _letting(
    callers: Mapping[str, str], action: str | list[str], resource: str, condition: Mapping[str, Any]
) -> Iterator[dict[str, Any]]:
    """Yield the statements that let callers of other accounts do something.

    Roles and users are named by their account and a condition, as `access` does: AWS takes no policy that names
    somebody who is not there.
    """
    narrowed = [named for named in callers.values() if re.search(r":(role|user)/", named)]
    roots = list(dict.fromkeys(re.sub(r":(role|user)/.*", ":root", named) for named in narrowed))
    rest = [named for named in callers.values() if named not in narrowed]
    for names, more in ((roots, {"ArnLike": {"aws:PrincipalArn": narrowed}}), (rest, {})):
        body = {"Effect": "Allow", "Principal": {"AWS": names}, "Action": action, "Resource": resource}
        both = {**condition, **more}
        if names:
            yield {**body, "Condition": both} if both else body


def _reads(shared: Shared, caller: str) -> Permit:
    """Return whether somebody may read some artifact."""
    values, policy = {"aws:resourceaccount": shared.account}, shared.bucket_policy or "{}"
    found = [permits(policy, "s3:GetObject", caller, artifact, values) for artifact in shared.artifacts]
    denials = {json.dumps(dict(one)): one for each in found for one in each.denials}
    keys = dict.fromkeys(key for each in found for key in each.hangs_on)
    return Permit(truth=max(each.truth for each in found), hangs_on=tuple(keys), denials=tuple(denials.values()))


def _resources(policy: str) -> Iterator[str]:
    for statement in statements_of(policy or "{}"):
        yield from map(str, many(statement.body.get("Resource", []))) if statement.allows else ()


def _decrypts(shared: Shared, policy: str, caller: str) -> Permit:
    return permits(policy, "kms:Decrypt", caller, shared.key, through_s3(caller, shared.region))


def foreigners(policy: str, account: str) -> tuple[str, ...]:
    """Return those of other accounts whom a policy allows something, each as an ARN. Raises `ValueError` for no JSON.

    Where an account is named and a condition narrows it to principals of it, these are.
    """
    return tuple(_foreigners(policy, account))


def _foreigners(policy: str, account: str) -> dict[str, str]:
    """Return them, each with the ARN or the pattern by which it is named."""
    found: dict[str, str] = {}
    for statement in statements_of(policy or "{}"):
        principal = statement.body.get("Principal") if statement.allows else None
        named = many(principal.get("AWS", [])) if isinstance(principal, dict) else []
        for one in map(str, named):
            found |= {pattern.replace("*", "x"): pattern for pattern in _arns(one, statement)}
    return {arn: named for arn, named in found.items() if (match := _ARN.fullmatch(arn)) and match[1] != account}


def _arns(named: str, statement: Statement) -> list[str]:
    whole = f"arn:aws:iam::{named}:root" if _ACCOUNT.fullmatch(named) else named
    match = _ARN.fullmatch(whole)
    if match is None or not whole.endswith(":root"):
        return [whole]
    narrowed = [value.replace("::*:", f"::{match[1]}:") for value in _narrowed(statement)]
    return [value for value in narrowed if f"::{match[1]}:" in value] or [whole]


def _narrowed(statement: Statement) -> Iterator[str]:
    condition: Any = statement.body.get("Condition")
    for operator, keys in (condition or {}).items():
        if operator.lower() in _OPERATORS and isinstance(keys, dict):
            for key, values in keys.items():
                if key.lower() == "aws:principalarn":
                    yield from map(str, many(values))


def _covered(caller: str, others: Sequence[str]) -> bool:
    """Tell whether a caller is among others: an account as a whole is, where anybody of it is."""
    account = caller.split(":")[4]
    return caller in others or (caller.endswith(":root") and any(one.split(":")[4] == account for one in others))


def _listed(some: Iterable[str]) -> str:
    callers = list(some)
    return ", ".join(callers[:5]) + (f" and {len(callers) - 5} more" if len(callers) > 5 else "")
