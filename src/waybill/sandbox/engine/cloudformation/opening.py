"""The stacks of the sandbox, as they are when first somebody asks for them: none."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Final
from uuid import uuid4

from moto.iam.models import AccessKey, get_account_id_from, iam_backends

from waybill.sandbox import layout
from waybill.sandbox.engine.cloudformation.clients import Clients, Keys
from waybill.sandbox.engine.cloudformation.face import Face
from waybill.sandbox.engine.cloudformation.service import Service
from waybill.sandbox.engine.cloudformation.sets import Sets
from waybill.sandbox.engine.cloudformation.stack import Where
from waybill.sandbox.engine.cloudformation.types import KINDS

_CREDENTIAL: Final = re.compile(r"Credential=([^/,\s]+)/\d{8}/([^/]+)/")


def opened(clock: Callable[[], float], url: str) -> Face:
    """Return CloudFormation. Its types call the services at `url`; `clock` tells seconds since the epoch."""
    clients = Clients(url, _root_keys)
    service = Service(
        clock=clock,
        new_id=lambda: str(uuid4()),
        kinds=KINDS,
        client=clients.of,
        sets=Sets(layout.MANAGEMENT, layout.ACCOUNTS),
    )
    return Face(service, _where_of)


def _where_of(environ: Mapping[str, Any]) -> Where:
    found = _CREDENTIAL.search(environ.get("HTTP_AUTHORIZATION", ""))
    if found is None:
        raise ValueError("the front lets only signed requests through")
    return Where(get_account_id_from(found[1]), found[2])


def _root_keys(account: str) -> Keys:
    iam = iam_backends[account]["aws"]
    for key in list(iam.access_keys.values()):
        if key.user_name is None:
            return Keys(key.access_key_id, key.secret_access_key)
    root = AccessKey(user_name=None, prefix="AKIA", account_id=account)  # type: ignore[abstract]
    iam.access_keys[root.access_key_id] = root
    return Keys(root.access_key_id, root.secret_access_key)
