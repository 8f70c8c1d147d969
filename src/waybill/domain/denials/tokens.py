"""Refusals of GitHub: its permissions are those of the token. Pure."""

from __future__ import annotations

from waybill.errors import AccessDenied, Refused


def token_denied(what: str, advice: str, *, permission: str, resource: str, said: str = "") -> AccessDenied:
    """Return the error for what GitHub does not let a token do, or does not show it (it answers 404 to both).

    `permission` is what the token needs (`contents: read`), `said` are GitHub's words, without the token.
    """
    return AccessDenied(what, advice, refused=Refused(action=permission, resource=resource, side="token", said=said))
