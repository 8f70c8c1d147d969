"""Puts generated questions (`questions`) to ministack, and to our own evaluator."""

from __future__ import annotations

from typing import Any

from botocore.exceptions import ClientError

from engines.ministack import DEVELOPMENT, PRODUCTION, Credentials, Engine
from engines.questions import BUCKET, REGION, ROLE, ROOT, USER, Asked, Body, Case, text
from waybill.domain.iam.answers import Outcome
from waybill.domain.iam.context import Context, Value
from waybill.domain.iam.documents import Document, Kind
from waybill.domain.iam.evaluation import evaluate
from waybill.domain.iam.question import Policies, Question
from waybill.domain.iam.requests import request_of

REFUSED = frozenset({"AccessDenied", "AccessDeniedException", "UnauthorizedAccess"})


def ours(case: Case) -> Outcome:
    """Return what our evaluator says, told of the request what ministack knows of it."""
    known: dict[str, Value] = {
        "aws:securetransport": "false",
        "aws:sourceip": "127.0.0.1",
        "aws:requestedregion": REGION,
        "aws:currenttime": "2026-01-01T00:00:00Z",
        "aws:epochtime": "1767225600",
        "aws:tagkeys": None,
        **case.asked.says,
    }
    context = Context(known, families=("aws:principaltag/",))
    told = {kind: _document(kind, told) for kind, told in _by_kind(case).items() if told is not None}
    policies = Policies(
        identity=(told[Kind.IDENTITY],),
        boundary=(told[Kind.BOUNDARY],) if Kind.BOUNDARY in told else (),
        session=(told[Kind.SESSION],) if Kind.SESSION in told else (),
        own=tuple(told[kind] for kind in told if kind is case.asked.kind),
    )
    request = request_of(case.caller, context)
    question = Question(request=request, action=case.asked.action, resource=case.asked.resource, owner=case.asked.owner)
    return evaluate(question, policies).outcome


def _by_kind(case: Case) -> dict[Kind, list[Body] | None]:
    found: dict[Kind, list[Body] | None] = {
        Kind.IDENTITY: case.identity,
        Kind.BOUNDARY: case.boundary,
        Kind.SESSION: case.session,
    }
    return found | ({case.asked.kind: case.own} if case.asked.kind else {})


def _document(kind: Kind, statements: list[Body]) -> Document:
    return Document(kind=kind, text=text(statements))


class Judge:
    """ministack with what the cases ask of, which puts each case's policies and makes its call."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._clients: dict[tuple[str, str], Any] = {}
        self._put_before: dict[str, list[Body] | None] = {}
        self._iam = {account: engine.root(account, "iam") for account in (DEVELOPMENT, PRODUCTION)}
        self._s3, self._kms = engine.root(DEVELOPMENT, "s3"), engine.root(DEVELOPMENT, "kms")
        iam = self._iam[DEVELOPMENT]
        iam.create_user(UserName="bob")
        key = iam.create_access_key(UserName="bob")["AccessKey"]
        self._bob = Credentials(access_key=key["AccessKeyId"], secret_key=key["SecretAccessKey"])
        anybody = [{"Effect": "Allow", "Principal": {"AWS": ROOT}, "Action": "sts:AssumeRole"}]
        iam.create_role(RoleName="worker", AssumeRolePolicyDocument=text(anybody))
        for account in (DEVELOPMENT, PRODUCTION):
            self._iam[account].create_role(RoleName="deploy", AssumeRolePolicyDocument=text(anybody))
        everything = [{"Effect": "Allow", "Action": "*", "Resource": "*"}]
        iam.create_user(UserName="beginner")
        first = iam.create_access_key(UserName="beginner")["AccessKey"]
        iam.put_user_policy(UserName="beginner", PolicyName="all", PolicyDocument=text(everything))
        beginner = Credentials(access_key=first["AccessKeyId"], secret_key=first["SecretAccessKey"])
        self._sts = engine.client(beginner, "sts", REGION)
        self._s3.create_bucket(Bucket=BUCKET)
        self._s3.delete_public_access_block(Bucket=BUCKET)
        for name in ("team/a.txt", "other/b.txt"):
            self._s3.put_object(Bucket=BUCKET, Key=name, Body=b"")
        for name in ("/team/app", "/other/app"):
            engine.root(DEVELOPMENT, "ssm").put_parameter(Name=name, Value="x", Type="String")
        self.key = str(self._kms.create_key()["KeyMetadata"]["Arn"])

    def allows(self, case: Case) -> bool:
        """Put the case's policies, make its call, and tell whether it was let through."""
        self._put(case)
        try:
            case.asked.call(self._client(case))
        except ClientError as error:
            if error.response["Error"]["Code"] in REFUSED:
                return False
            raise
        return True

    def _put(self, case: Case) -> None:
        """Put what is another than before; every call that is not made is a second that is not spent."""
        iam, user = self._iam[DEVELOPMENT], case.caller == USER
        whom = {"UserName": "bob"} if user else {"RoleName": "worker"}
        kind = "user" if user else "role"
        if self._changes(f"{kind} identity", case.identity or None):
            if case.identity:
                getattr(iam, f"put_{kind}_policy")(**whom, PolicyName="judged", PolicyDocument=text(case.identity))
            else:
                getattr(iam, f"delete_{kind}_policy")(**whom, PolicyName="judged")
        if self._changes(f"{kind} boundary", case.boundary):
            if case.boundary is None:
                getattr(iam, f"delete_{kind}_permissions_boundary")(**whom)
            else:
                made = iam.create_policy(PolicyName=f"boundary-{case.number}", PolicyDocument=text(case.boundary))
                arn = made["Policy"]["Arn"]
                getattr(iam, f"put_{kind}_permissions_boundary")(**whom, PermissionsBoundary=arn)
        if self._changes(f"{case.asked.kind} {case.asked.owner}", case.own):
            self._put_own(case.asked, case.own)

    def _put_own(self, asked: Asked, own: list[Body] | None) -> None:
        if own is None:
            self._s3.delete_bucket_policy(Bucket=BUCKET)
        elif asked.kind is Kind.BUCKET:
            self._s3.put_bucket_policy(Bucket=BUCKET, Policy=text(own))
        elif asked.kind is Kind.KEY:
            self._kms.put_key_policy(KeyId=self.key, PolicyName="default", Policy=text(own))
        else:
            self._iam[asked.owner].update_assume_role_policy(RoleName="deploy", PolicyDocument=text(own))

    def _changes(self, what: str, told: list[Body] | None) -> bool:
        changes = self._put_before.get(what) != told
        self._put_before[what] = told
        return changes

    def _client(self, case: Case) -> Any:
        """Return a client of the caller; a session without a policy of its own stays the same from case to case."""
        known = (case.caller, case.asked.service)
        if case.session is None and known in self._clients:
            return self._clients[known]
        credentials = self._bob if case.caller == USER else self._begun(case)
        client = self._engine.client(credentials, case.asked.service, REGION)
        if case.session is None:
            self._clients[known] = client
        return client

    def _begun(self, case: Case) -> Credentials:
        more = {} if case.session is None else {"Policy": text(case.session)}
        answer = self._sts.assume_role(RoleArn=ROLE, RoleSessionName="run-1", **more)["Credentials"]
        return Credentials(
            access_key=answer["AccessKeyId"], secret_key=answer["SecretAccessKey"], token=answer["SessionToken"]
        )
