"""Creates the small JSON objects beside an artifact: metadata, waybill, events."""

from __future__ import annotations

import hashlib

from waybill.commands.account.observe import Site
from waybill.commands.account.version import SMALL
from waybill.domain.events import Event
from waybill.errors import ConflictError, Unavailable
from waybill.ports.bucket import Exists, NewObject


def put_small(site: Site, key: str, body: bytes) -> bytes:
    """Create a small JSON object; returns what is stored there, which is another's where one was first."""
    stored = _create(site, key, body)
    return body if stored is None else stored


def put_event(site: Site, key: str, event: Event) -> bool:
    """Write one event; returns whether it was not there. Raises `ConflictError` where another event is."""
    stored = _create(site, key, event.to_bytes())
    if stored is not None and not _same(event, stored):
        raise ConflictError(
            f"s3://{site.bucket.name}/{key} in {site.region.name} is another event than what was to be written.",
            "Nothing is overwritten. Run again: a new event is then written by another name. `waybill info` shows what "
            "each region has.",
        )
    return stored is None


def _create(site: Site, key: str, body: bytes) -> bytes | None:
    """Create a small JSON object; returns what is stored there where something was first, and None where not."""
    new = NewObject(key=key, media_type="application/json", kms_key=site.found.kms_key)
    ended = site.bucket.put(new, body, sha256=hashlib.sha256(body).hexdigest())
    if not isinstance(ended, Exists):
        return None
    stored = site.bucket.read(key, limit=SMALL)
    if stored is None:
        raise Unavailable(f"s3://{site.bucket.name}/{key} in {site.region.name} was there and is gone.", "Run again.")
    return stored


def _same(event: Event, stored: bytes) -> bool:
    try:
        return Event.from_bytes(event.name, stored) == event
    except ValueError:
        return False
