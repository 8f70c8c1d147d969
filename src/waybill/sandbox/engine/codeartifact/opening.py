"""CodeArtifact of the sandbox, as it is when first somebody asks for it: one domain with one repository, or nothing."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Final

from moto.iam.models import get_account_id_from

from waybill.sandbox import layout
from waybill.sandbox.engine import sts
from waybill.sandbox.engine.admission import Caller
from waybill.sandbox.engine.codeartifact import domains, repositories
from waybill.sandbox.engine.codeartifact.desk import Desk
from waybill.sandbox.engine.codeartifact.face import Face
from waybill.sandbox.engine.codeartifact.holdings import Holdings

_CREDENTIAL: Final = re.compile(r"Credential=([^/,\s]+)/\d{8}/([^/]+)/")


def opened(clock: Callable[[], float], *, prepared: bool = True) -> Face:
    """Return CodeArtifact, as a WSGI application; `clock` tells seconds since the epoch."""
    holdings = Holdings()
    if prepared:
        _prepare(holdings, clock)
    return Face(clock, _who, holdings)


def _prepare(holdings: Holdings, clock: Callable[[], float]) -> None:
    caller = Caller(layout.DEVELOPMENT, lambda: f"arn:aws:iam::{layout.DEVELOPMENT}:root")
    desk = Desk(holdings=holdings, caller=caller, region=layout.HOME_REGION, action="CreateDomain", clock=clock)
    domains.create_domain(desk, {"domain": layout.PACKAGE_DOMAIN})
    made = {"domain": layout.PACKAGE_DOMAIN, "repository": layout.PACKAGE_REPOSITORY}
    repositories.create_repository(replace(desk, action="CreateRepository"), made)


def _who(environ: Mapping[str, Any]) -> tuple[Caller, str]:
    found = _CREDENTIAL.search(environ.get("HTTP_AUTHORIZATION", ""))
    if found is None:
        raise ValueError("the front lets only signed requests through")
    account = get_account_id_from(found[1])
    return Caller(account, lambda: sts.arn_of(account, found[1])), found[2]
