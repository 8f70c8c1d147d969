"""CodeArtifact of the sandbox, as it is when first somebody asks for it: empty."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from moto.iam.models import get_account_id_from

from waybill.sandbox.engine import sts
from waybill.sandbox.engine.admission import Caller
from waybill.sandbox.engine.codeartifact.face import Face

_CREDENTIAL: Final = re.compile(r"Credential=([^/,\s]+)/\d{8}/([^/]+)/")


def opened(clock: Callable[[], float]) -> Face:
    """Return CodeArtifact, as a WSGI application; `clock` tells seconds since the epoch."""
    return Face(clock, _who)


def _who(environ: Mapping[str, Any]) -> tuple[Caller, str]:
    found = _CREDENTIAL.search(environ.get("HTTP_AUTHORIZATION", ""))
    if found is None:
        raise ValueError("the front lets only signed requests through")
    account = get_account_id_from(found[1])
    return Caller(account, lambda: sts.arn_of(account, found[1])), found[2]
