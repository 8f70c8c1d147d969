"""Creates the small JSON objects beside an artifact: metadata, waybill, events."""

from __future__ import annotations

import hashlib

from waybill.commands.account.observe import Site
from waybill.commands.account.version import SMALL
from waybill.errors import Unavailable
from waybill.ports.bucket import Exists, NewObject


def create_small(site: Site, key: str, body: bytes) -> bytes | None:
    """Create a small JSON object; returns what is stored there where something was first, and None where not."""
    new = NewObject(key=key, media_type="application/json", kms_key=site.found.kms_key)
    ended = site.bucket.put(new, body, sha256=hashlib.sha256(body).hexdigest())
    if not isinstance(ended, Exists):
        return None
    stored = site.bucket.read(key, limit=SMALL)
    if stored is None:
        raise Unavailable(f"s3://{site.bucket.name}/{key} in {site.region.name} was there and is gone.", "Run again.")
    return stored


def put_small(site: Site, key: str, body: bytes) -> bytes:
    """Create a small JSON object; returns what is stored there, which is another's where one was first."""
    stored = create_small(site, key, body)
    return body if stored is None else stored
