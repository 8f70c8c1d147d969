"""GitHub's token service, as the sandbox has it: tokens of whatever job is asked for, that nobody has signed. Pure.

https://docs.github.com/en/actions/reference/security/oidc
"""

from __future__ import annotations

import base64
import json
import re
import uuid
from typing import Any, Final
from urllib.parse import parse_qs

from waybill.sandbox import layout
from waybill.sandbox.engine.refusals import Refusal

_SUBJECT: Final = re.compile(
    r"repo:(?P<owner>[\w.-]+)(@(?P<owner_id>\d+))?/(?P<name>[\w.-]+)(@(?P<id>\d+))?:(?P<rest>.+)"
)
_AUDIENCE: Final = "sts.amazonaws.com"
_LASTS_SECONDS: Final = 300


def answer(query: str, now: float) -> bytes:
    """Return the JSON object `{"value": TOKEN}` for a query with `subject` and, where it matters, `audience`.

    `now` is in seconds since the epoch. Raises `Refusal` for a subject that no job of GitHub has.
    """
    asked = parse_qs(query)
    subject = next(iter(asked.get("subject", [])), "")
    claims = {**_claims(subject), "aud": next(iter(asked.get("audience", [])), _AUDIENCE)}
    times = {"iat": int(now), "nbf": int(now), "exp": int(now) + _LASTS_SECONDS, "jti": str(uuid.uuid4())}
    head = {"typ": "JWT", "alg": "RS256", "kid": "sandbox"}
    parts = (json.dumps(head), json.dumps({**claims, **times}), "signed by nobody")
    return json.dumps({"value": ".".join(map(_encoded, parts))}).encode()


def _claims(subject: str) -> dict[str, Any]:
    parts = _SUBJECT.fullmatch(subject)
    if parts is None:
        raise Refusal("InvalidRequest", f"{subject!r} is no subject of a job, such as repo:acme/site:environment:prod")
    kind, _, name = parts["rest"].partition(":")
    claims = {
        "iss": f"https://{layout.OIDC_ISSUER}",
        "sub": subject,
        "repository": f"{parts['owner']}/{parts['name']}",
        "repository_id": parts["id"],
        "repository_owner": parts["owner"],
        "repository_owner_id": parts["owner_id"],
        kind: name or None,
    }
    return {claim: value for claim, value in claims.items() if value is not None}


def _encoded(part: str) -> str:
    return base64.urlsafe_b64encode(part.encode()).decode().rstrip("=")
