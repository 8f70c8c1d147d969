"""The environment that an AWS client needs in the sandbox, and nothing of the person's own AWS set-up. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from waybill.sandbox import layout

# Looks and limits of a person's tools; everything else that begins with AWS_ says where to go or who to be.
_HARMLESS: Final = frozenset(
    {"AWS_PAGER", "AWS_DEFAULT_OUTPUT", "AWS_CLI_AUTO_PROMPT", "AWS_RETRY_MODE", "AWS_MAX_ATTEMPTS"}
)
_INTERFERING_PREFIXES: Final = ("AWS_", "STARTIFACT_", "MOTO_")
_LOOPBACK: Final = ("127.0.0.1", "localhost")


def without_aws(environ: Mapping[str, str]) -> dict[str, str]:
    """Return `environ` without what would lead an AWS client elsewhere: profiles, tokens, endpoints, other accounts."""
    return {
        name: value
        for name, value in environ.items()
        if name in _HARMLESS or not name.startswith(_INTERFERING_PREFIXES)
    }


def for_job(url: str, subject: str) -> dict[str, str]:
    """Return the variables of a job of GitHub that may ask for tokens; the sandbox at `url` gives them."""
    return {
        "ACTIONS_ID_TOKEN_REQUEST_URL": url + layout.token_path(subject),
        "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "sandbox",
    }


def for_client(
    *, url: str, access_key_id: str, secret_access_key: str, region: str, home: Path, no_proxy: str = ""
) -> dict[str, str]:
    """Return the variables that lead any AWS client, and Startifact, into the sandbox at `url` and nowhere else.

    `home` is a directory that has the empty files `config` and `credentials`; `no_proxy` is the person's own list.
    """
    direct = ",".join(dict.fromkeys([*filter(None, no_proxy.split(",")), *_LOOPBACK]))
    return {
        "AWS_ENDPOINT_URL": url,
        "AWS_ACCESS_KEY_ID": access_key_id,
        "AWS_SECRET_ACCESS_KEY": secret_access_key,
        "AWS_REGION": region,
        "AWS_DEFAULT_REGION": region,
        "AWS_CONFIG_FILE": str(home / "config"),
        "AWS_SHARED_CREDENTIALS_FILE": str(home / "credentials"),
        "AWS_EC2_METADATA_DISABLED": "true",
        "STARTIFACT_REGIONS": ",".join(layout.REGIONS),
        "NO_PROXY": direct,
        "no_proxy": direct,
    }
