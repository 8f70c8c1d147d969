"""Carries out what doctor says mends a finding, as a person would: by the command, or by the statement that it gives.

Commands are AWS's own command line's; they are carried out by the SDK, by the same names, so that none of them costs a
process. Where the shell would ask for what a person has to choose, a test chooses it.
"""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from uuid import uuid4

from botocore import xform_name

from waybill.domain.findings import Finding
from waybill.sandbox.breaking.hands import Hands

_GUARD = re.compile(
    r'test "\$\(aws sts get-caller-identity --query Account --output text\)" = (?P<account>\d{12}) '
    r"\|\| ! echo '[^']+' && (?P<command>aws .+)"
)
_SET = re.compile(r"in the editor set (?:(?P<action>\w+)'s )?(?P<what>\w+) to (?P<value>\w+)")
_EDITED = re.compile(
    r"aws codepipeline get-pipeline --region (?P<region>\S+) --name (?P<name>\S+) --query '\{pipeline: pipeline\}' "
    r"> pipeline.json && \$\{EDITOR:-vi\} pipeline.json && "
    r"aws codepipeline update-pipeline --region \S+ --cli-input-json file://pipeline.json"
)
_BUCKET = re.compile(r"Add to the (?:bucket policy|policy of the bucket (?P<name>\S+)): (?P<json>.+)")
_KEY = re.compile(r"Add to the key policy(?: of (?P<arn>\S+))?: (?P<json>.+)")
_KEY_LESS = re.compile(r"Take this out of the key policy of (?P<arn>\S+), or narrow it, .+?: (?P<json>.+)")
_RULE = re.compile(r"Add to the lifecycle rules that the bucket has: (?P<json>.+)")
_TRUST = re.compile(r"Add to the trust policy of (?P<arn>\S+): (?P<json>.+)")
_LIKE = re.compile(r"In the trust policy of (?P<arn>\S+) change (?P<old>\{.+\}) to (?P<new>\{.+\})")
_IDENTITY = re.compile(r"Add to the identity policy of (?P<arn>\S+): (?P<json>.+)")
_BOUNDARY = re.compile(r"Let the permissions boundary of (?P<arn>\S+) have: (?P<json>.+)")
_DENYING = re.compile(r"Take this out of what the policy (?P<name>\S+) denies to (?P<arn>[^: ]+(?::[^: ]*)+): .+")


def carry_out(finding: Finding, hands: Hands, chosen: Mapping[str, str]) -> None:
    """Do what mends a finding. `chosen` are values for blanks. Raises `AssertionError` where nothing can."""
    text = re.sub(r'"\$\{(\w+):\?[^}]+\}"', lambda blank: chosen[blank[1]], finding.mend)
    if guarded := _GUARD.fullmatch(text):
        assert hands.client("sts").get_caller_identity()["Account"] == guarded["account"] == finding.owner
        if edited := _EDITED.fullmatch(guarded["command"]):
            _set(edited, finding, hands)
            return
        for command in commands(guarded["command"]):
            run(command, hands)
        return
    for pattern, mends in _STATEMENTS.items():
        if found := pattern.match(text):
            mends(found, finding, hands)
            return
    raise AssertionError(f"nothing to carry out: {text}")


def commands(text: str) -> Iterator[list[str]]:
    """Yield the words of each command of a mend, which `&&` parts."""
    lexer = shlex.shlex(text, posix=True)
    lexer.whitespace_split = True
    words: list[str] = []
    for word in lexer:
        if word == "&&":
            yield words
            words = []
        else:
            words.append(word)
    yield words


def run(words: list[str], hands: Hands) -> None:
    """Run one command of AWS's command line."""
    service, name = {"s3api": "s3"}.get(words[1], words[1]), words[2]
    options = dict(_options(words[3:]))
    client = hands.client(service, options.pop("region", "us-east-1"))
    model = client.meta.service_model
    operation = next(one for one in model.operation_names if xform_name(one, "-") == name)
    members = model.operation_model(operation).input_shape.members
    by_option = {xform_name(one, "-"): one for one in members}
    given = {by_option[option]: _value(text, members[by_option[option]].type_name) for option, text in options.items()}
    getattr(client, xform_name(operation))(**given)


def _options(words: list[str]) -> Iterator[tuple[str, str]]:
    names = [number for number, word in enumerate(words) if word.startswith("--")]
    for number, end in zip(names, [*names[1:], len(words)], strict=True):
        yield words[number].removeprefix("--"), " ".join(words[number + 1 : end])


def _value(text: str, kind: str) -> Any:
    if kind == "boolean":
        return True
    if kind in {"integer", "long"}:
        return int(text)
    if kind == "structure":
        return json.loads(text) if text.startswith("{") else shorthand(text)
    return text.split() if kind == "list" else text


def shorthand(text: str) -> Any:
    """Read the command line's short form of a structure: `A=b,C=[{D=e}]`."""
    quoted = re.sub(r"[^][{}=,]+", lambda word: json.dumps(word[0]), text)
    read: Any = json.loads(f"{{{quoted.replace('=', ':')}}}")
    return _typed(read)


def _typed(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _typed(one) for name, one in value.items()}
    if isinstance(value, list):
        return [_typed(one) for one in value]
    return value == "true" if value in {"true", "false"} else value


def _statements(text: str) -> list[Any]:
    read, _ = json.JSONDecoder().raw_decode(text)
    return read if isinstance(read, list) else [read]


def _more(document: str, text: str) -> str:
    policy = json.loads(document)
    return json.dumps({**policy, "Statement": [*policy["Statement"], *_statements(text)]})


def _set(edited: re.Match[str], finding: Finding, hands: Hands) -> None:
    found = _SET.match(finding.note)
    assert found, finding.note
    client = hands.client("codepipeline", edited["region"])
    pipeline = client.get_pipeline(name=edited["name"])["pipeline"]
    if found["action"] is None:
        pipeline[found["what"]] = found["value"]
    for action in (action for stage in pipeline["stages"] for action in stage["actions"]):
        if action["name"] == found["action"]:
            action["configuration"][found["what"]] = found["value"]
    client.update_pipeline(pipeline=pipeline)


def _bucket(found: re.Match[str], finding: Finding, hands: Hands) -> None:
    s3, name = hands.client("s3", finding.region), found["name"] or finding.subject
    try:
        before = s3.get_bucket_policy(Bucket=name)["Policy"]
    except s3.exceptions.from_code("NoSuchBucketPolicy"):
        before = '{"Version": "2012-10-17", "Statement": []}'
    s3.put_bucket_policy(Bucket=name, Policy=_more(before, found["json"]))


def _rule(found: re.Match[str], finding: Finding, hands: Hands) -> None:
    s3 = hands.client("s3", finding.region)
    s3.put_bucket_lifecycle_configuration(
        Bucket=finding.subject, LifecycleConfiguration={"Rules": _statements(found["json"])}
    )


def _key(found: re.Match[str], finding: Finding, hands: Hands) -> None:
    kms, key = hands.client("kms", finding.region), found["arn"] or finding.subject
    before = kms.get_key_policy(KeyId=key, PolicyName="default")["Policy"]
    kms.put_key_policy(KeyId=key, PolicyName="default", Policy=_more(before, found["json"]))


def _key_less(found: re.Match[str], finding: Finding, hands: Hands) -> None:
    kms, key = hands.client("kms", finding.region), found["arn"]
    document = json.loads(kms.get_key_policy(KeyId=key, PolicyName="default")["Policy"])
    denied = _statements(found["json"])
    assert [one for one in document["Statement"] if one in denied] == denied, "the statement is as it stands there"
    document["Statement"] = [one for one in document["Statement"] if one not in denied]
    kms.put_key_policy(KeyId=key, PolicyName="default", Policy=json.dumps(document))


def _trust(found: re.Match[str], _: Finding, hands: Hands) -> None:
    iam, name = hands.client("iam"), found["arn"].rpartition("/")[2]
    before = iam.get_role(RoleName=name)["Role"]["AssumeRolePolicyDocument"]
    iam.update_assume_role_policy(RoleName=name, PolicyDocument=_more(json.dumps(before), found["json"]))


def _like(found: re.Match[str], _: Finding, hands: Hands) -> None:
    iam, name = hands.client("iam"), found["arn"].rpartition("/")[2]
    document = iam.get_role(RoleName=name)["Role"]["AssumeRolePolicyDocument"]
    old = json.loads(found["old"])
    assert old in document["Statement"], "the statement is as it stands there"
    document["Statement"] = [json.loads(found["new"]) if one == old else one for one in document["Statement"]]
    iam.update_assume_role_policy(RoleName=name, PolicyDocument=json.dumps(document))


def _identity(found: re.Match[str], _: Finding, hands: Hands) -> None:
    iam, kind = hands.client("iam"), found["arn"].split(":")[5]
    name = kind.rpartition("/")[2]
    document = json.dumps({"Version": "2012-10-17", "Statement": _statements(found["json"])})
    put = iam.put_role_policy if kind.startswith("role") else iam.put_user_policy
    put(
        **{"RoleName" if kind.startswith("role") else "UserName": name},
        PolicyName=f"mended-{uuid4().hex}",
        PolicyDocument=document,
    )


def _boundary(found: re.Match[str], _: Finding, hands: Hands) -> None:
    iam, name = hands.client("iam"), found["arn"].rpartition("/")[2]
    arn = iam.get_user(UserName=name)["User"]["PermissionsBoundary"]["PermissionsBoundaryArn"]
    version = iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
    document = iam.get_policy_version(PolicyArn=arn, VersionId=version)["PolicyVersion"]["Document"]
    text = _more(json.dumps(document), found["json"])
    iam.create_policy_version(PolicyArn=arn, PolicyDocument=text, SetAsDefault=True)


def _denying(found: re.Match[str], _: Finding, hands: Hands) -> None:
    hands.client("iam").delete_user_policy(UserName=found["arn"].rpartition("/")[2], PolicyName=found["name"])


_STATEMENTS: Mapping[re.Pattern[str], Callable[[re.Match[str], Finding, Hands], None]] = {
    _BUCKET: _bucket,
    _KEY: _key,
    _KEY_LESS: _key_less,
    _RULE: _rule,
    _TRUST: _trust,
    _LIKE: _like,
    _IDENTITY: _identity,
    _BOUNDARY: _boundary,
    _DENYING: _denying,
}
