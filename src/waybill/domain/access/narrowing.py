"""The session policies of the verbs of `access` (P8): policies are looked at, and written where that is asked. Pure."""

from __future__ import annotations

import json

from waybill.domain.access.calls import ACCESS_CALLS, LOOKING
from waybill.domain.calls import On
from waybill.domain.statements import stated, whole


def access_policy(*, writes: bool) -> str:
    """Return the session policy. Which documents there are is found by looking, so that no resource can be named."""
    statements = stated(ACCESS_CALLS if writes else LOOKING, {On.ANYTHING: ["*"]})
    return json.dumps(whole(statements), separators=(",", ":"))
