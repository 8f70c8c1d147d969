"""Parameters that are not as they should be: the configuration, buckets' names, channels."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import partial
from typing import Any, Final

from waybill.sandbox import layout
from waybill.sandbox.breaking.buckets import valued
from waybill.sandbox.breaking.hands import Hands
from waybill.sandbox.breaking.kinds import Kind, kind

_REGION: Final = "us-west-2"
_CHANNEL: Final = f"{layout.PARAMETER_PREFIX}/SugarWater/latest"
_FULL: Final = 100


def deleted(name: str, value: str, hands: Hands) -> Iterator[None]:
    """Delete a parameter of one region."""
    ssm = hands.client("ssm", _REGION)
    ssm.delete_parameter(Name=name)
    yield
    ssm.put_parameter(Name=name, Value=value, Type="String", Overwrite=True)


def configured(change: dict[str, str], regions: tuple[str, ...], hands: Hands) -> Iterator[None]:
    """Change the configuration in some regions."""
    text = json.dumps({**json.loads(layout.configuration()), **change})
    every = [valued(region, layout.CONFIGURATION_PARAMETER, text, layout.configuration(), hands) for region in regions]
    for each in every:
        next(each)
    yield
    for each in every:
        next(each, None)


def store(region: str, key: str, hands: Hands) -> None:
    """Store some artifact in a region, whatever became of the region's key."""
    bucket = layout.bucket(layout.DEVELOPMENT, region)
    hands.client("s3", region).put_object(Bucket=bucket, Key=key, Body=key.encode(), ServerSideEncryption="AES256")


def _channel(values: dict[str, tuple[str, ...]], label: str, hands: Hands) -> Iterator[None]:
    """Put a channel's values, by region, one after the other; a label is for the first of them.

    The versions that it names in the end are stored everywhere: what is broken is the channel alone.
    """
    clients: dict[str, Any] = {region: hands.client("ssm", region) for region in values}
    named = {f"SugarWater@{each[-1]}" for each in values.values() if each[-1][0].isdigit()}
    objects = [(region, key) for region in values for key in sorted(named)]
    for region, key in objects:
        store(region, key, hands)
    for region, ssm in clients.items():
        for value in values[region]:
            ssm.put_parameter(Name=_CHANNEL, Value=value, Type="String", Overwrite=True)
        if label:
            ssm.label_parameter_version(Name=_CHANNEL, ParameterVersion=1, Labels=[label])
    yield
    for ssm in clients.values():
        ssm.delete_parameter(Name=_CHANNEL)
    for region, key in objects:
        hands.client("s3", region).delete_object(Bucket=layout.bucket(layout.DEVELOPMENT, region), Key=key)


_OFTEN: Final = tuple(f"1.0.{number}" for number in range(_FULL))

KINDS: Final[tuple[Kind, ...]] = (
    kind(
        "configuration",
        f"the organisation configuration is not there in {_REGION}",
        partial(deleted, layout.CONFIGURATION_PARAMETER, layout.configuration()),
    ),
    kind(
        "configuration-equal",
        f"the organisation configuration of {_REGION} names other regions",
        partial(configured, {"regions": _REGION}, (_REGION,)),
    ),
    kind(
        "configuration-extras",
        f"a key that Waybill does not know is another in {_REGION}",
        partial(configured, {"save_ok": "no"}, (_REGION,)),
    ),
    kind(
        "bucket-parameter",
        f"no parameter names the bucket of {_REGION}",
        partial(deleted, layout.BUCKET_PARAMETER, layout.bucket(layout.DEVELOPMENT, _REGION)),
    ),
    kind(
        "channel-value",
        "a channel names what is no version",
        partial(_channel, dict.fromkeys(layout.REGIONS, ("newest",)), ""),
    ),
    kind(
        "channel-equal",
        "a channel names another version in one region",
        partial(_channel, {**dict.fromkeys(layout.REGIONS, ("1.0.0",)), _REGION: ("0.9.0",)}, ""),
    ),
    kind(
        "channel-history",
        "a channel was moved a hundred times",
        partial(_channel, dict.fromkeys(layout.REGIONS, _OFTEN), ""),
    ),
    kind(
        "channel-label",
        "a label on a channel's oldest version stops it from being moved",
        partial(_channel, dict.fromkeys(layout.REGIONS, _OFTEN), "keep"),
    ),
    kind(
        "session-policy",
        "the configured prefixes are so long that a session policy must be cut",
        partial(configured, {"bucket_key_prefix": f"{'staging/' * 50}"}, layout.REGIONS),
    ),
)
