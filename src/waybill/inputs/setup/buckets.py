"""No bucket has two uses: each is made once, and a client's are its own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from waybill.inputs.file.loose import at, child, children, items, text
from waybill.inputs.file.places import Place, Places, spelled
from waybill.inputs.setup.cross import tell


def check_buckets(file: Mapping[str, Any], places: Places) -> None:
    """Every bucket that is made has a name of its own, and no two clients reach the same."""
    seen: dict[str, str] = dict(_staging(file))
    for place, bucket in _made(file):
        if (other := seen.setdefault(bucket, spelled(place))) != spelled(place):
            tell(places, place, f"is the name of {other}, too; each bucket is made for one use.", "")
    _check_clients(file, places)


def _made(file: Mapping[str, Any]) -> Iterator[tuple[Place, str]]:
    """Yield the buckets that the file makes."""
    for name, body in children(file, "pipelines"):
        place: Place = ("pipelines", name)
        yield from at(child(body, "source"), (*place, "source"), "bucket")
        yield from at(child(body, "output"), (*place, "output"), "bucket")
        yield from at(child(body, "output"), (*place, "output"), "also")
    for name, body in children(file, "clients"):
        yield from at(child(body, "media"), ("clients", name, "media"), "bucket")


def _staging(file: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the names of the artifact buckets: PREFIX-ACCOUNT-REGION (region.yaml)."""
    prefix = text(child(file, "prefixes"), "bucket") or "waybill-staging"
    for _, body in children(file, "accounts"):
        for _, region in items(file.get("regions"), ()):
            yield f"{prefix}-{text(body, 'id')}-{region}", f"an artifact bucket in {region}"


def _check_clients(file: Mapping[str, Any], places: Places) -> None:
    owners: dict[str, str] = {}
    for name, body in children(file, "clients"):
        place: Place = ("clients", name)
        reached = [*at(child(body, "media"), (*place, "media"), "bucket"), *at(body, place, "buckets")]
        for where, bucket in reached:
            if (owner := owners.setdefault(bucket, name)) != name:
                tell(places, where, f"is a bucket of the client {owner}; clients share none.", "")
    staging = dict(_staging(file))
    for name, body in children(file, "clients"):
        for where, bucket in at(body, ("clients", name), "buckets"):
            if bucket in staging:
                tell(places, where, f"is {staging[bucket]}, which is no client's.", "")
