"""What `access explain` is asked in words, and in files as people have them, becomes a question, or every fault."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from inputs.given import around
from waybill.domain.access.requests import ExplainRequest
from waybill.domain.iam.documents import Document, Kind
from waybill.domain.iam.question import Policies, Question
from waybill.errors import Fault, InputError
from waybill.inputs.access_explain import read

BOB = "arn:aws:iam::222222222222:user/bob"
SESSION = "arn:aws:sts::222222222222:assumed-role/waybill-stage/run-1"
UI = "arn:aws:codeartifact:us-east-1:111111111111:package/my_domain/my_repo/npm/parity/ui"
GOOD = {"principal": BOB, "action": "codeartifact:PublishPackageVersion", "resource": UI}
ALLOW: Mapping[str, Any] = {"Effect": "Allow", "Action": "*", "Resource": "*"}
OPEN: Mapping[str, Any] = {**ALLOW, "Principal": "*"}


def document(*statements: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": list(statements), **more}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("bob", "group", "boundary", "session", "root", "guard", "unit"):
        (tmp_path / f"{name}.json").write_text(json.dumps(document(ALLOW)))
    for name in ("repository", "domain", "bucket", "resources"):
        (tmp_path / f"{name}.json").write_text(json.dumps(document(OPEN)))
    return tmp_path


def asked(folder: Path, **values: str) -> tuple[Question, Policies]:
    request = asked_for(folder, **values)
    return request.question, request.given


def asked_for(folder: Path, **values: str) -> ExplainRequest:
    given = {name.replace("_", "-"): text for name, text in values.items()}
    return read({**GOOD, **given}, around(), folder=folder)


def faults(folder: Path, **values: str) -> list[Fault]:
    with pytest.raises(InputError) as caught:
        asked(folder, **values)
    return list(caught.value.faults)


def told(document: Document) -> tuple[Kind, str, str]:
    return document.kind, document.name, document.account


def test_every_policy_is_put_where_it_belongs(folder: Path) -> None:
    question, policies = asked(
        folder,
        principal=SESSION,
        identity_policy="bob.json\ngroup.json",
        resource_policy="repository.json",
        domain_policy="domain.json",
        boundary="boundary.json",
        session_policy="session.json",
        scp="root.json, guard.json\nunit.json",
        rcp="resources.json",
    )
    caller, owner = "222222222222", "111111111111"
    assert [told(one) for one in policies.identity] == [
        (Kind.IDENTITY, "bob.json", caller),
        (Kind.IDENTITY, "group.json", caller),
    ]
    assert [told(one) for one in policies.own] == [
        (Kind.REPOSITORY, "repository.json", owner),
        (Kind.DOMAIN, "domain.json", owner),
    ]
    assert [told(one) for one in policies.boundary] == [(Kind.BOUNDARY, "boundary.json", caller)]
    assert [told(one) for one in policies.session] == [(Kind.SESSION, "session.json", caller)]
    assert [[one.name for one in level] for level in policies.scps] == [["root.json", "guard.json"], ["unit.json"]]
    assert [[told(one) for one in level] for level in policies.rcps] == [[(Kind.RCP, "resources.json", owner)]]
    assert (question.account, question.request.account) == (owner, caller)


@pytest.mark.parametrize(
    ("action", "resource", "kind"),
    [
        ("s3:GetObject", "arn:aws:s3:::bucket/x", Kind.BUCKET),
        ("kms:Decrypt", "arn:aws:kms:us-east-1:111111111111:key/1", Kind.KEY),
        ("sqs:SendMessage", "arn:aws:sqs:us-east-1:111111111111:queue", Kind.RESOURCE),
        ("codeartifact:GetAuthorizationToken", "arn:aws:codeartifact:us-east-1:111111111111:domain/d", Kind.DOMAIN),
    ],
)
def test_a_resource_policy_is_of_the_kind_that_the_resource_has(
    folder: Path, action: str, resource: str, kind: Kind
) -> None:
    _, policies = asked(folder, action=action, resource=resource, resource_policy="bucket.json")
    assert [one.kind for one in policies.own] == [kind]


def test_a_trust_policy_has_no_resource(folder: Path) -> None:
    role = "arn:aws:iam::111111111111:role/deploy"
    trust = document({"Effect": "Allow", "Principal": {"AWS": BOB}, "Action": "sts:AssumeRole"})
    (folder / "trust.json").write_text(json.dumps(trust))
    _, policies = asked(folder, action="sts:AssumeRole", resource=role, resource_policy="trust.json")
    assert [one.kind for one in policies.own] == [Kind.TRUST]
    (fault,) = faults(folder, action="sts:AssumeRole", resource=role, resource_policy="bucket.json")
    assert fault.name == "resource-policy"


PRINTED = [
    document(OPEN),
    {"Policy": json.dumps(document(OPEN))},
    {"Policy": json.dumps(document(OPEN)), "PolicyName": "default"},
    {"policy": {"resourceArn": UI, "revision": "1", "document": json.dumps(document(OPEN))}},
]


@pytest.mark.parametrize("printed", PRINTED, ids=range(len(PRINTED)))
def test_a_policy_may_be_as_the_aws_cli_prints_it(folder: Path, printed: Any) -> None:
    """get-bucket-policy, get-key-policy, get-repository-permissions-policy."""
    (folder / "printed.json").write_text(json.dumps(printed))
    _, policies = asked(folder, resource_policy="printed.json")
    assert json.loads(policies.own[0].text) == document(OPEN)


@pytest.mark.parametrize(
    "printed",
    [
        {"UserName": "bob", "PolicyName": "p", "PolicyDocument": document(ALLOW)},
        {"PolicyVersion": {"Document": document(ALLOW), "VersionId": "v1"}},
        {"Policy": {"Content": json.dumps(document(ALLOW)), "PolicySummary": {}}},
    ],
    ids=["get-user-policy", "get-policy-version", "describe-policy"],
)
def test_so_may_one_of_a_caller(folder: Path, printed: Any) -> None:
    (folder / "printed.json").write_text(json.dumps(printed))
    _, policies = asked(folder, identity_policy="printed.json")
    assert json.loads(policies.identity[0].text) == document(ALLOW)


BROKEN = [
    ("", "is no JSON"),
    ("{", "is no JSON"),
    ("[" * 100_000, "has more than|is no JSON"),
    ("[]", "must be a policy"),
    ('{"Policy": "no JSON"}', "is no JSON"),
    (json.dumps(document(ALLOW, Version="2020-01-01")), "has the Version"),
    (json.dumps(document({**ALLOW, "Effect": "allow"})), "statement 1 must have the Effect"),
    (json.dumps(document(ALLOW, {"Effect": "Deny", "Resource": "*"})), "statement 2 has neither Action"),
    (json.dumps(document({**ALLOW, "NotAction": "*"})), "has both Action"),
    (json.dumps(document({**ALLOW, "Actions": "*"})), "has Actions, which no statement has"),
    (json.dumps(document(OPEN)), "has a Principal, which a"),
    (json.dumps(document({**ALLOW, "Condition": ["x"]})), "has a Condition that is no map"),
    (json.dumps(document({**ALLOW, "Condition": {"StringEqual": {"a:b": "c"}}})), "condition operator StringEqual,"),
    (json.dumps(document("Allow")), "is no JSON object"),  # type: ignore[arg-type]
]


@pytest.mark.parametrize(("text", "rule"), BROKEN, ids=range(len(BROKEN)))
def test_a_file_that_is_no_policy_is_a_fault_of_its_input(folder: Path, text: str, rule: str) -> None:
    import re

    (folder / "broken.json").write_text(text)
    (fault,) = faults(folder, identity_policy="bob.json\nbroken.json")
    assert (fault.name, fault.value) == ("identity-policy", "broken.json")
    assert re.search(rule, fault.rule)


def test_a_statement_about_nobody_is_refused_of_a_resource(folder: Path) -> None:
    (fault,) = faults(folder, resource_policy="bob.json")
    assert "neither Principal nor NotPrincipal" in fault.rule


def test_values_of_condition_keys_are_given_by_name(folder: Path) -> None:
    lines = "aws:SourceVpce=vpce-1\naws:TagKeys=team\nAWS:tagkeys=cost\naws:PrincipalTag/team=a=b\naws:SourceIp="
    question, _ = asked(folder, context=lines)
    assert question.request.context.values == {
        "aws:sourcevpce": "vpce-1",
        "aws:tagkeys": ("team", "cost"),
        "aws:principaltag/team": "a=b",
        "aws:sourceip": None,
    }


@pytest.mark.parametrize("line", ["aws:SourceVpce", "=x", "no-colon=x", "two words:x=y"])
def test_what_is_no_condition_key_is_refused(folder: Path, line: str) -> None:
    (fault,) = faults(folder, context=f"aws:SourceVpce=vpce-1\n{line}")
    assert (fault.name, fault.value) == ("context", line)


@pytest.mark.parametrize(
    ("values", "name"),
    [
        ({"principal": "arn:aws:iam::222222222222:root", "identity_policy": "bob.json"}, "identity-policy"),
        ({"principal": "codepipeline.amazonaws.com", "boundary": "bob.json"}, "boundary"),
        ({"session_policy": "session.json"}, "session-policy"),
        ({"principal": SESSION.rpartition("/")[0]}, "principal"),
        ({"principal": "arn:aws:iam::222222222222:group/readers"}, "principal"),
        ({"principal_role": "arn:aws:iam::222222222222:role/team/waybill-stage"}, "principal-role"),
        ({"principal": SESSION, "principal_role": "arn:aws:iam::222222222222:role/team/other"}, "principal-role"),
        ({"resource": "arn:aws:s3:::bucket/*"}, "resource"),
        ({"resource": UI.replace("package", "repository").replace("/npm/parity/ui", "")}, "resource"),
        ({"action": "*"}, "action"),
        ({"resource_account": "222222222222"}, "resource-account"),
        ({"action": "s3:GetObject", "resource": "arn:aws:s3:::b/x", "domain_policy": "domain.json"}, "domain-policy"),
    ],
)
def test_what_does_not_go_together_is_refused(folder: Path, values: dict[str, str], name: str) -> None:
    (fault,) = faults(folder, **values)
    assert fault.name == name


def test_what_files_stand_for_is_said(folder: Path) -> None:
    assert asked_for(folder).stated == frozenset()
    assert asked_for(folder, domain_policy="domain.json").stated == {Kind.DOMAIN}
    both = asked_for(folder, identity_policy="bob.json", resource_policy="repository.json")
    assert both.stated == {Kind.IDENTITY, Kind.REPOSITORY}


FILE = """\
schema: 1
accounts: {{production: {{id: "222222222222", role: "arn:aws:iam::222222222222:role/{role}"}}}}
regions: [us-east-1]
"""


def test_a_file_of_either_form_names_the_ways_in(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    assert asked_for(folder).ways == ()
    for name, more, role in (("waybill.yaml", "", "one"), ("access.yaml", "grants: {}\n", "two")):
        (folder / name).write_text(FILE.format(role=role) + more)
        assert [str(one.role).rpartition("/")[2] for one in asked_for(folder).ways] == [role]
    assert [str(one.role).rpartition("/")[2] for one in asked_for(folder, config="waybill.yaml").ways] == ["one"]
    assert asked_for(folder, offline="true").ways == ()


def test_a_resource_that_leads_nowhere_is_refused_where_it_would_be_read(folder: Path) -> None:
    key = {"action": "kms:Decrypt", "resource": "arn:aws:kms:us-nowhere-1:111111111111:key/1"}
    assert [fault.rule for fault in faults(folder, **key)] == ["names us-nowhere-1, which is no region."]
    assert [fault.rule for fault in faults(folder, resource=UI.replace("us-east-1", ""))] == ["names no region."]
    assert "names no account" in faults(folder, resource=UI.replace("111111111111", ""))[0].rule
    assert asked_for(folder, **key, offline="true").offline
