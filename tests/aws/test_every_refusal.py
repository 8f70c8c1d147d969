"""Every call of every adapter, refused: none gets past the explainer, and each names an action and an ARN.

The clients refuse whatever they are asked, in the words of a service that says nothing. New ports of `AwsAccount` and
new methods of theirs are walked as they come.
"""

from __future__ import annotations

import enum
import hashlib
import importlib
import inspect
import pkgutil
import sys
import typing
from collections.abc import Callable, Iterator, Mapping
from dataclasses import MISSING, fields, is_dataclass, replace
from functools import cache
from types import SimpleNamespace
from typing import Any

import waybill.aws
import waybill.domain
import waybill.ports
from aws.answers import KEY, ROLE, SESSION, client_error
from fakes.clock import FakeClock
from fakes.site import site_pipeline
from waybill.aws.account import AwsAccount
from waybill.aws.buckets import S3Buckets
from waybill.aws.calls import Calls
from waybill.aws.leftovers import LOOK
from waybill.aws.sessions import Session
from waybill.domain.access.refs import Ref
from waybill.domain.arns import Caller, KeyArn, RoleArn
from waybill.domain.deploy.pipeline import Pipeline
from waybill.domain.findings import Unseen
from waybill.domain.iam.documents import Kind
from waybill.domain.setup.adoption.buckets import BucketFacts
from waybill.errors import AccessDenied
from waybill.ports.packages import NewAsset
from waybill.retry import Retry

REGION, OWNER = "us-east-1", "222222222222"
KNOWN: Mapping[str, str] = {
    "AwsPolicies.serves_packages": "asks nobody",
    "S3Buckets.look": "says that the bucket is closed to us",
    "CodePipelines.watchers": "says what of it could be seen",
}
"""Methods that answer, because a refusal is one of their answers; their errors are never told."""


class Refusing:
    """A client that may do nothing; its pages and waiters neither."""

    def __getattr__(self, name: str) -> Any:
        if name == "get_paginator":
            return lambda operation: self
        if name == "paginate":
            return self._paginate

        def refuse(*_: object, **__: object) -> Any:
            raise client_error("AccessDeniedException", status=400, operation=name)

        return refuse

    def _paginate(self, **_: object) -> Iterator[Any]:
        yield self.page()

    @property
    def meta(self) -> Any:
        hook = {"register": lambda *_: None, "unregister": lambda *_: None}
        return SimpleNamespace(endpoint_url="http://127.0.0.1:9", events=SimpleNamespace(**hook))


class RefusingSession(Session):
    """A session whose every client refuses."""

    def __init__(self) -> None:
        """Needs no botocore."""

    def client(self, service: str, region: str) -> Any:
        return Refusing()

    def serves(self, service: str, region: str) -> bool:
        return True


def account() -> AwsAccount:
    calls = Calls(Retry(clock=FakeClock(), random=lambda: 0.0), caller=SESSION)
    return AwsAccount(RefusingSession(), calls, Caller(SESSION, OWNER), told=lambda *_: None, check=lambda: None)


@cache
def names() -> dict[str, Any]:
    """Every name of the domain, the ports and the adapters, for annotations that are read late."""
    found: dict[str, Any] = dict(vars(typing)) | {"Mapping": Mapping, "Iterator": Iterator, "Callable": Callable}
    for package in (waybill.domain, waybill.ports, waybill.aws):
        for each in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            found = {**vars(importlib.import_module(each.name)), **found}
    return found


REFS = [
    Ref(account="here", owner=OWNER, region=REGION, kind=kind, name=name)
    for kind, name in [
        (Kind.DOMAIN, "my_domain"),
        (Kind.REPOSITORY, "my_domain/my_repo"),
        (Kind.BUCKET, "acme"),
        (Kind.KEY, KEY),
        (Kind.TRUST, "waybill"),
    ]
]
SHA256 = hashlib.sha256(b"a").hexdigest()
"""A text that may stand for most things, and is right for one."""
BY_NAME: Mapping[str, Any] = {
    "region": REGION,
    "owner": OWNER,
    "arn": ROLE,
    "principal": ROLE,
    "document": {"name": "site"},
}
GIVEN: Mapping[Any, Callable[[], Any]] = {
    str: lambda: SHA256,
    bool: lambda: True,
    int: lambda: 1,
    bytes: lambda: b"a",
    KeyArn: lambda: KeyArn.parse(KEY.replace("key/", "alias/")),
    NewAsset: lambda: NewAsset(name="a", sha256=SHA256, size=1, chunks=lambda: iter([b"a"])),
    Pipeline: site_pipeline,
    RoleArn: lambda: RoleArn.parse(ROLE),
    Any: lambda: None,
    type(None): lambda: None,
}


def made(kind: Any) -> Any:
    """Return some value of a type."""
    if kind in GIVEN:
        return GIVEN[kind]()
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if isinstance(kind, type) and issubclass(kind, enum.Enum):
        return next(iter(kind))
    if is_dataclass(kind) and isinstance(kind, type):
        hints = typing.get_type_hints(kind, {**names(), **vars(sys.modules[kind.__module__])})
        needed = (one.name for one in fields(kind) if one.default is MISSING and one.default_factory is MISSING)
        return kind(**{name: made(hints[name]) for name in needed})
    if origin is not None and (origin in {typing.Union} or origin.__name__ == "UnionType"):
        return made(arguments[0])
    if origin is not None and origin.__name__ in {"Iterator", "Iterable", "Generator"}:
        return iter([made(arguments[0])])
    if origin is not None and origin.__name__ in {"Mapping", "dict"}:
        return {}
    if origin is not None and origin.__name__ in {"Sequence", "tuple", "frozenset", "Collection", "list"}:
        return ()
    return lambda *_, **__: None


def asked(method: Callable[..., Any]) -> dict[str, Any]:
    """Return arguments for a method: those that it needs."""
    hints = typing.get_type_hints(method, {**names(), **method.__globals__})
    needed = inspect.signature(method).parameters.values()
    return {
        one.name: BY_NAME[one.name] if one.name in BY_NAME else made(hints[one.name])
        for one in needed
        if one.default is inspect.Parameter.empty and one.name != "self"
    }


def ports() -> Iterator[Any]:
    """Every adapter that an account hands out."""
    whole = account()
    for name, method in inspect.getmembers(AwsAccount, inspect.isfunction):
        if name.startswith("_") or name == "caller":
            continue
        port = getattr(whole, name)(**asked(method))
        yield from (port.parameters, port.keys) if name == "region" else (port,)


def test_every_refused_call_is_explained() -> None:
    methods = {
        f"{type(port).__name__}.{name}": (port, name)
        for port in ports()
        for name, method in inspect.getmembers(type(port), inspect.isfunction)
        if not name.startswith("_")
    }
    walked = {name.partition(".")[0] for name in methods}
    assert {"SsmParameters", "KmsKeys", "S3Bucket", "CodePipelines", "CloudFormation", "CodeArtifact"} <= walked
    for name, (port, method) in methods.items():
        found = refusals(port, method)
        assert bool(found) is (name not in KNOWN), f"{name} may be refused, and says nothing of it"
        for error in found:
            assert error.refused.likely, f"{name}: the explainer says what is likely where AWS says nothing"
            assert error.caller == SESSION, name
            assert error.resource == "*" or error.resource.startswith("arn:"), f"{name}: {error.resource}"
            said = f"may not {error.action} on {error.resource}"
            assert said in error.what or "does not say on which side" in error.what, name


def refusals(port: Any, method: str) -> list[AccessDenied]:
    """Return the refusals that a method raises, of everything that it may be asked about."""
    arguments = asked(getattr(type(port), method))
    errors = []
    for one in variants(port, arguments):
        try:
            answer = getattr(port, method)(**one)
            if isinstance(answer, Iterator):
                list(answer)
        except AccessDenied as error:
            errors.append(error)
        else:
            return []
    return errors


def variants(port: Any, arguments: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the arguments with everything that they may be about: each kind of policy, each type of resource."""
    if "ref" in arguments:
        yield from ({**arguments, "ref": ref} for ref in REFS)
    elif "resource" in arguments:
        for kind in LOOK:
            yield {**arguments, "resource": replace(arguments["resource"], type=kind)}
    else:
        yield arguments


def test_what_of_a_bucket_may_not_be_looked_at_comes_with_the_statement() -> None:
    class Half(Refusing):
        def head_bucket(self, **_: object) -> Any:
            return {"BucketRegion": REGION}

    calls = Calls(Retry(clock=FakeClock(), random=lambda: 0.0), caller=SESSION)
    found = S3Buckets(Half(), calls, region=REGION, partition="aws").look("acme", owner=OWNER)
    assert isinstance(found, BucketFacts)
    assert isinstance(found.versioning, Unseen)
    assert found.versioning.refused
    assert '"Action": "s3:GetBucketVersioning"' in found.versioning.advice
