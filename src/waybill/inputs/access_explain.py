"""The inputs of `access explain`, from texts to one valid request; or one error with every fault."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from waybill.domain.access.requests import ExplainRequest
from waybill.domain.arns import RoleArn
from waybill.domain.iam.context import Context, Value
from waybill.domain.iam.documents import Document, Kind
from waybill.domain.iam.question import Policies, Question
from waybill.domain.iam.requests import Request, Who, request_of
from waybill.domain.iam.services import ACTION, account_of, held, misplaced, own_kind, region_of
from waybill.domain.identity import CHAINED_SECONDS
from waybill.domain.setup.estate import Member
from waybill.errors import Fault, InputError
from waybill.inputs.identity import read_identity
from waybill.inputs.policy_files import read_documents
from waybill.inputs.reading import Reading
from waybill.inputs.surroundings import Surroundings
from waybill.inputs.tables.access_explain import ACCESS_EXPLAIN, OTHER_FILE
from waybill.inputs.ways import ReadWays, read_ways

_ACCOUNT = re.compile(r"\d{12}\Z")
_KEY = re.compile(r"[\w.-]+(:[\w./@+-]+)+\Z")
_FILES = {
    "identity-policy": Kind.IDENTITY,
    "domain-policy": Kind.DOMAIN,
    "boundary": Kind.BOUNDARY,
    "session-policy": Kind.SESSION,
    "scp": Kind.SCP,
    "rcp": Kind.RCP,
}
_IN_REGIONS = frozenset({Kind.DOMAIN, Kind.REPOSITORY, Kind.KEY})
_IDENTIFIED = frozenset({Who.USER, Who.ROLE, Who.SESSION, Who.FEDERATED})


def read(
    values: Mapping[str, str],
    around: Surroundings,
    faults: Sequence[Fault] = (),
    *,
    folder: Path,
    file: ReadWays = read_ways,
) -> ExplainRequest:
    """Return the request. Policies from files are below `folder`. Raises `InputError` with every fault.

    `around` need know no regions where no account is asked.
    """
    reading = Reading(ACCESS_EXPLAIN.inputs, values)
    reading.faults.extend(faults)
    reading.require("principal", "action", "resource")
    context = _context(reading)
    request = reading.parsed("principal", lambda text: request_of(text.strip(), context))
    request = _with_role(reading, request)
    action = reading.checked("action", lambda text: bool(ACTION.match(text)), "must be `service:Name`, without *.")
    resource = reading.checked("resource", _is_resource, "must be an ARN, without wildcards, or `*`.")
    owner = reading.checked("resource-account", lambda text: bool(_ACCOUNT.match(text)), "must be 12 digits.")
    _fits(reading, action, resource, owner)
    question = Question(request=request or Request("", ""), action=action, resource=resource, owner=owner)
    policies = _policies(reading, question, folder)
    if request is not None:
        _applies(reading, request)
    offline = reading.flag("offline")
    session = read_identity(reading, around.origin)
    ways = _ways(reading, around, file, offline=offline)
    if session.oidc_role and session.role_duration > CHAINED_SECONDS and any(one.role for one in ways):
        rule = "must be at most 3600, since the roles of the file are assumed from `oidc-role`'s session."
        reading.fault("role-duration", rule)
    if not offline:
        _reachable(reading, question, around.regions)
    reading.flag("summary")
    if reading.faults or request is None:
        raise InputError(reading.in_order(), "Nothing was asked.")
    stated = {kind for name, kind in _FILES.items() if reading.given(name)}
    stated |= {own_kind(action, resource)} if reading.given("resource-policy") else set()
    return ExplainRequest(
        question=question,
        given=replace(policies, skipped=_UNSAID - stated) if offline else policies,
        stated=frozenset(stated),
        ways=ways,
        session=session,
        region=around.places[-1] if around.places else "",
        offline=offline,
    )


_UNSAID = frozenset({Kind.SCP, Kind.RCP, Kind.BOUNDARY})
"""Kinds that there may be, and that nobody need give: without accounts nobody looks for them."""


def _ways(reading: Reading, around: Surroundings, file: ReadWays, *, offline: bool) -> tuple[Member, ...]:
    """Return the accounts of the file; none where nobody names one and it is not there."""
    name = reading.text("config")
    named = name != ACCESS_EXPLAIN.input("config").default
    if offline:
        if named:
            reading.fault("config", "is of no use with `offline`: no account is asked.")
        return ()
    found = [Path(one) for one in (name, OTHER_FILE) if named or Path(one).exists()]
    if not found:
        return ()
    try:
        return file(found[0], around.regions)
    except InputError as error:
        reading.faults.extend(error.faults)
        return ()


def _reachable(reading: Reading, question: Question, regions: frozenset[str]) -> None:
    """Say where a resource's ARN does not lead to its policies: a region or an account lacks."""
    told = {fault.name for fault in reading.faults}
    if (
        told & {"action", "resource"}
        or not question.resource
        or own_kind(question.action, question.resource) not in _IN_REGIONS
    ):
        return
    region = region_of(question.resource)
    if question.resource != "*" and region not in regions:
        reading.fault("resource", f"names {f'{region}, which is no region' if region else 'no region'}.")
    elif not question.account and "resource-account" not in told:
        reading.fault("resource", "names no account: twelve digits stand after the region.")


def _with_role(reading: Reading, request: Request | None) -> Request | None:
    """Return the request of a session whose role is named, which its own ARN does not do whole."""
    role = reading.parsed("principal-role", RoleArn.parse)
    if role is None or request is None:
        return request
    arn, context = request.caller, request.context
    return reading.parsed("principal-role", lambda text: request_of(arn, context, role=text)) or request


def _context(reading: Reading) -> Context:
    found: dict[str, Value] = {}
    for line in filter(None, map(str.strip, reading.text("context").splitlines())):
        key, sign, value = line.partition("=")
        if not sign or not _KEY.match(key):
            reading.fault("context", "must be `KEY=VALUE`, with a condition key such as `aws:SourceVpce`.", value=line)
            continue
        before = found.get(key.lower())
        more = (before,) if isinstance(before, str) else before or ()
        found[key.lower()] = None if not value and not more else (*more, value) if more else value
    return Context(found)


def _is_resource(text: str) -> bool:
    return text == "*" or (text.startswith("arn:") and text.count(":") >= 5 and not any(sign in text for sign in "*?"))


def _fits(reading: Reading, action: str, resource: str, owner: str) -> None:
    """Say where the action is not asked on such a resource, or its account is another."""
    told = {fault.name for fault in reading.faults}
    if not action or not resource or told & {"action", "resource"}:
        return
    if wrong := misplaced(action, resource):
        reading.fault("resource", wrong)
        return
    try:
        held(action, resource)
    except ValueError as error:
        reading.fault("resource", str(error))
    named = account_of(resource)
    if named and owner and named != owner and "resource-account" not in told:
        reading.fault("resource-account", f"is another than that of the resource, {named}.")


def _policies(reading: Reading, question: Question, folder: Path) -> Policies:
    mine, its = question.request.account, question.account
    own = own_kind(question.action, question.resource)
    if reading.given("domain-policy") and own not in {Kind.REPOSITORY, Kind.DOMAIN}:
        reading.fault("domain-policy", "is for actions of CodeArtifact.")
    if reading.given("domain-policy") and reading.given("resource-policy") and own is Kind.DOMAIN:
        reading.fault("resource-policy", "is the domain's policy too: give it once.")

    def levels(name: str, kind: Kind, account: str) -> tuple[tuple[Document, ...], ...]:
        lines = filter(None, map(str.strip, reading.text(name).splitlines()))
        return tuple(
            read_documents(reading, name, kind, folder, account=account, texts=line.split(",")) for line in lines
        )

    return Policies(
        identity=read_documents(reading, "identity-policy", Kind.IDENTITY, folder, account=mine),
        boundary=read_documents(reading, "boundary", Kind.BOUNDARY, folder, account=mine),
        session=read_documents(reading, "session-policy", Kind.SESSION, folder, account=mine),
        own=(
            *read_documents(reading, "resource-policy", own, folder, account=its),
            *read_documents(reading, "domain-policy", Kind.DOMAIN, folder, account=its),
        ),
        scps=levels("scp", Kind.SCP, mine),
        rcps=levels("rcp", Kind.RCP, its),
    )


def _applies(reading: Reading, request: Request) -> None:
    """Say where a policy is given that such a principal has none of."""
    who = request.who
    if who not in _IDENTIFIED:
        for name in ("identity-policy", "boundary"):
            if reading.given(name):
                reading.fault(name, f"cannot be: {_A[who]} has none.")
    if who not in _IDENTIFIED - {Who.USER} and reading.given("session-policy"):
        reading.fault("session-policy", "is for sessions: of a role, or of a federated user.")


_A = {Who.ROOT: "an account's root", Who.SERVICE: "a service", Who.WEB: "an identity provider's token"}
