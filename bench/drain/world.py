"""The accounts, regions, buckets and keys that the server pretends to be."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass

DEVELOPMENT = "111111111111"
PRODUCTION = "222222222222"
REGIONS = ("us-east-1", "us-west-2", "eu-west-1")
ROLE = f"arn:aws:iam::{PRODUCTION}:role/waybill-stage"
EXTERNAL_ID = "waybill-bench"

ACCESS_KEY = f"AKIA{DEVELOPMENT}BNCH"
SECRET_KEY = "bench"  # nothing is signed for real, and the server checks no signature

_CREDENTIAL = re.compile(r"Credential=([^/]+)/\d+/([^/]+)/([^/]+)/")


@dataclass(frozen=True, slots=True)
class Place:
    """An account and a region."""

    account: str
    region: str


@dataclass(frozen=True, slots=True)
class Caller:
    """Who signed a request, as far as its headers claim."""

    place: Place
    service: str
    arn: str


def caller(headers: Mapping[str, str]) -> Caller:
    """Read account, region, service and identity from a request's signature headers."""
    found = _CREDENTIAL.search(headers.get("authorization", ""))
    key_id, region, service = found.groups() if found else (ACCESS_KEY, REGIONS[0], "s3")
    account = key_id[4:16]
    token = headers.get("x-amz-security-token")
    arn = f"arn:aws:iam::{account}:user/bench" if token is None else read_token(token)
    return Caller(Place(account, region), service, arn)


def make_token(arn: str) -> str:
    """Write an identity into a session token, so that no session needs to be remembered."""
    return base64.urlsafe_b64encode(arn.encode()).decode()


def read_token(token: str) -> str:
    return base64.urlsafe_b64decode(token).decode()


def bucket_name(place: Place) -> str:
    return f"staging-{place.account}-{place.region}"


def place_of(bucket: str) -> Place:
    """Tell a bucket's account and region by its name; a name of another form is production's first region."""
    _, _, rest = bucket.partition("-")
    account, _, region = rest.partition("-")
    return Place(account, region) if region in REGIONS else Place(PRODUCTION, REGIONS[0])


def key_arn(place: Place) -> str:
    return f"arn:aws:kms:{place.region}:{place.account}:key/00000000-0000-4000-8000-{place.account}"


def parameters_at_start(place: Place) -> dict[str, str]:
    """Return the parameters that a prepared account has, in each prepared region."""
    if place.region not in REGIONS:
        return {}
    configuration = {
        "bucket_key_prefix": "",
        "bucket_name_param": "/buckets/staging",
        "parameter_name_prefix": "/artifacts",
        "regions": ",".join(REGIONS),
        "save_ok": "",
    }
    return {"/startifact": json.dumps(configuration), "/buckets/staging": bucket_name(place)}
