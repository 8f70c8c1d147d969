"""Shows a browser what is in the prepared websites' buckets, without keys: a stand-in for a static site's front."""

from __future__ import annotations

from html import escape
from typing import Final

from moto.s3.models import FakeKey

from waybill.sandbox import layout
from waybill.sandbox.engine import admission

Page = tuple[int, dict[str, str], bytes]
_INDEX: Final = "index.html"


def page(method: str, path: str) -> Page:
    """Return status, headers and body for a path below `layout.SITE_PATH`; a folder shows its index.html."""
    if method not in ("GET", "HEAD"):
        return _words(405, "Only GET and HEAD are answered here.")
    # WSGI gives the bytes of a path as Latin-1.
    path = path.encode("latin-1").decode("utf-8", "replace")
    name, _, key = path.removeprefix(f"{layout.SITE_PATH}/").partition("/")
    if name not in layout.WEBSITES:
        return _words(404, f"The bucket {name} is no website. Websites: {', '.join(layout.WEBSITES)}.")
    for candidate in _candidates(key):
        found = _object(name, candidate)
        if found is not None:
            body = bytes(found.value)
            told = {"content-type": str(found.metadata.get("Content-Type", "binary/octet-stream"))}
            cache = found.metadata.get("Cache-Control")
            return 200, {**told, **({"cache-control": str(cache)} if cache else {})}, b"" if method == "HEAD" else body
    return _words(404, f"There is no {key or _INDEX} in the bucket {name}.")


def _candidates(key: str) -> tuple[str, ...]:
    if not key or key.endswith("/"):
        return (f"{key}{_INDEX}",)
    return (key, f"{key}/{_INDEX}")


def _object(bucket_name: str, key: str) -> FakeKey | None:
    bucket = admission.find(bucket_name)
    if bucket is None or key not in bucket.keys:
        return None
    found = bucket.keys[key]
    return found if isinstance(found, FakeKey) else None


def _words(status: int, text: str) -> Page:
    body = f"<!doctype html><title>{status}</title><p>{escape(text)}</p>".encode()
    return status, {"content-type": "text/html; charset=utf-8"}, body
