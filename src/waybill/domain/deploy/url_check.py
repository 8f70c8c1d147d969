"""The inputs `verify-url`, `verify-status` and `verify-text`, and how an address is told without its secrets. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TypeVar
from urllib.parse import parse_qsl, unquote, urlsplit

from waybill.domain.deploy.delivery import UrlCheck
from waybill.errors import Fault

T = TypeVar("T")

LONGEST = 2000
"""Characters of an address, and of a text that is looked for."""

URL_RULE = "must be an http or https address of at most 2000 characters, without spaces."
STATUS_RULE = "must be an HTTP status from 100 to 599."
TEXT_RULE = "must be one to 2000 characters that are not all spaces."
VERSION = "{version}"
EXAMPLES = {
    "verify-url": "https://www.example.com/version.txt",
    "verify-status": "200",
    "verify-text": VERSION,
}

_VISIBLE = re.compile(r"[!-~]+")
_HOST = re.compile(r"[A-Za-z0-9._-]+|[0-9A-Fa-f:.%]+")


def read_url_check(url: str, status: str, text: str) -> tuple[UrlCheck | None, tuple[Fault, ...]]:
    """Return what the three inputs ask for; None where `url` is empty, or with faults. Empty texts are unset.

    No fault repeats the address: a password may stand in it.
    """
    if not url.strip():
        unused = [("verify-status", status), ("verify-text", text)]
        return None, tuple(Fault(name, given, "is of no use without `verify-url`.") for name, given in unused if given)
    faults: list[Fault] = []

    def parsed(name: str, given: str, parse: Callable[[str], T], *, shown: str) -> T | None:
        try:
            return parse(given) if given else None
        except ValueError as error:
            faults.append(Fault(name, shown, str(error), EXAMPLES[name]))
            return None

    address = parsed("verify-url", url, parse_url, shown="")
    number = parsed("verify-status", status, parse_status, shown=status)
    content = parsed("verify-text", text, parse_text, shown=text)
    if faults or address is None:
        return None, tuple(faults)
    return UrlCheck(url=address, status=number or 200, text=content), ()


def parse_url(text: str) -> str:
    """Return an address that may be asked. Raises `ValueError` with the rule, and without the address."""
    url = text.strip()
    if len(url) > LONGEST or not _VISIBLE.fullmatch(url) or "\\" in url:
        raise ValueError(URL_RULE)
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise ValueError(URL_RULE) from error
    if parts.scheme.lower() not in {"http", "https"} or not host or not _HOST.fullmatch(host) or port == 0:
        raise ValueError(URL_RULE)
    return url


def parse_status(text: str) -> int:
    """Return a status. Raises `ValueError` with the rule."""
    if not re.fullmatch(r"[1-5][0-9][0-9]", text.strip(), re.ASCII):
        raise ValueError(STATUS_RULE)
    return int(text)


def parse_text(text: str) -> str:
    """Return a text to look for. Raises `ValueError` with the rule."""
    if not text.strip() or len(text) > LONGEST:
        raise ValueError(TEXT_RULE)
    return text


def wanted_text(check: UrlCheck, version: str) -> str:
    """Return what the answer must contain; empty where anything will do."""
    return (check.text or "").replace(VERSION, version)


def shown_url(url: str) -> str:
    """Return an address fit to be told: without a password, and without what its query says, which may be a key."""
    parts = urlsplit(url)
    place = f"{parts.scheme}://{'***@' if '@' in parts.netloc else ''}{parts.netloc.rpartition('@')[2]}{parts.path}"
    names = [item.partition("=")[0] for item in parts.query.split("&") if item]
    asked = "&".join(f"{name}=***" for name in names)
    return f"{place}?{asked}" if asked else place


def secrets_in(url: str) -> tuple[str, ...]:
    """Return what of an address is to be masked before anything is told: its password, and its query's values."""
    parts = urlsplit(url)
    values = [value for _, value in parse_qsl(parts.query, keep_blank_values=False)]
    raw = [item.partition("=")[2] for item in parts.query.split("&")]
    password = parts.password or ""
    return tuple(dict.fromkeys(filter(None, (password, unquote(password), *raw, *values))))
