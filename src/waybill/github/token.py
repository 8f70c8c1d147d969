"""The token that GitHub's API is asked with."""

from __future__ import annotations

from collections.abc import Callable, Mapping


def token_of(given: str, environ: Mapping[str, str], mask: Callable[[str], object]) -> str:
    """Return the token: the input's, else GITHUB_TOKEN's, else none (empty). `mask` is called with it first (P9)."""
    token = given.strip() or environ.get("GITHUB_TOKEN", "").strip()
    if token:
        mask(token)
    return token
