"""What the tests of `domain/access` make: grants, and what they are of."""

from __future__ import annotations

from typing import Any

from waybill.domain.access.grants import (
    TAKE,
    AccountWho,
    Grant,
    IdentityWho,
    May,
    PackagePattern,
    Packages,
    RepositoryWho,
    Staged,
    What,
    Who,
)
from waybill.domain.access.refs import Ref
from waybill.domain.arns import Caller, RoleArn
from waybill.domain.iam.context import Context
from waybill.domain.iam.documents import Kind
from waybill.domain.iam.policies import Decision, decide
from waybill.domain.iam.requests import Request
from waybill.domain.setup.estate import Member, Repository

DEVELOPMENT, PRODUCTION, OTHER = "111111111111", "222222222222", "333333333333"
REGION = "us-east-1"
HOME = Member(name="development", id=DEVELOPMENT)
THERE = Member(name="production", id=PRODUCTION)
NAMES = {DEVELOPMENT: "development", PRODUCTION: "production"}
BOB = f"arn:aws:iam::{PRODUCTION}:user/bob"
ALICE = f"arn:aws:iam::{DEVELOPMENT}:user/alice"
READER = AccountWho(id=PRODUCTION)
CALLER = Caller(f"arn:aws:iam::{DEVELOPMENT}:user/admin", DEVELOPMENT)

DOMAIN = Ref(account="development", owner=DEVELOPMENT, region=REGION, kind=Kind.DOMAIN, name="my_domain")
REPOSITORY = Ref(
    account="development", owner=DEVELOPMENT, region=REGION, kind=Kind.REPOSITORY, name="my_domain/my_repo"
)
BUCKET = Ref(account="development", owner=DEVELOPMENT, region=REGION, kind=Kind.BUCKET, name="staging")
KEY_ARN = f"arn:aws:kms:{REGION}:{DEVELOPMENT}:key/1234abcd-12ab-34cd-56ef-1234567890ab"
KEY = Ref(account="development", owner=DEVELOPMENT, region=REGION, kind=Kind.KEY, name=KEY_ARN)
TRUST = Ref(account="development", owner=DEVELOPMENT, region=REGION, kind=Kind.TRUST, name="waybill-publish")
ROLE = RoleArn.parse(TRUST.arn)


def packages(package: PackagePattern | None = None, repository: str | None = "my_repo") -> Packages:
    return Packages(account=HOME, region=REGION, domain="my_domain", repository=repository, package=package)


def staged(**more: Any) -> Staged:
    return Staged(account=HOME, regions=(REGION,), **more)


def grant(who: Who, may: May | tuple[May, ...], what: What, name: str = "some", **more: Any) -> Grant:
    return Grant(name=name, who=who, may=may if isinstance(may, tuple) else (may,), what=what, **more)


def bob() -> IdentityWho:
    return IdentityWho(arn=BOB)


def workflows(*words: str, **more: Any) -> RepositoryWho:
    return RepositoryWho(repository=Repository(name="acme/website", may={TAKE: words}, **more))


def said(text: str, action: str, resource: str, arn: str) -> Decision:
    """Return what a document says to somebody, by AWS's rules."""
    request = Request(caller=arn, account=arn.split(":")[4], context=Context({}), resource=resource)
    return decide(text, action, request).decision
