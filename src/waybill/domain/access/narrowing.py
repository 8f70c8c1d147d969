"""The session policies of the verbs of `access` (P8): policies are looked at, and written where that is asked. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from waybill.domain.access.calls import ACCESS_CALLS, EXPLAIN_CALLS, LOOKING, OWN_CALLS, ROLE_CALLS, USER_CALLS
from waybill.domain.calls import Call, On
from waybill.domain.iam.documents import Kind
from waybill.domain.iam.requests import Who
from waybill.domain.statements import stated, whole


def access_policy(*, writes: bool) -> str:
    """Return the session policy. Which documents there are is found by looking, so that no resource can be named."""
    return _policy(ACCESS_CALLS if writes else LOOKING)


def explain_policy(who: Who | None, kinds: Iterable[Kind]) -> str:
    """Return the session policy of `access explain` for one account.

    `who` is the caller whose policies are read there, None where they are not; `kinds` are those of the resource.
    """
    of_callers = {Who.USER: USER_CALLS, Who.ROLE: ROLE_CALLS, Who.SESSION: ROLE_CALLS}
    calls = (*(of_callers.get(who, ()) if who else ()), *(call for kind in kinds for call in OWN_CALLS.get(kind, ())))
    return _policy(calls or OWN_CALLS[Kind.TRUST])


def published_explain_policy() -> dict[str, Any]:
    """Return the policy of whoever explains: to read policies, and nothing else."""
    return whole(stated(EXPLAIN_CALLS, {On.ANYTHING: ["*"]}))


def _policy(calls: Iterable[Call]) -> str:
    return json.dumps(whole(stated(calls, {On.ANYTHING: ["*"]})), separators=(",", ":"))
