"""CodeArtifact's operations on tags: a request's JSON in, an answer's JSON out. Each raises `Refusal`."""

from __future__ import annotations

from waybill.sandbox.engine.codeartifact import permits
from waybill.sandbox.engine.codeartifact.desk import Desk, Json, Request, tags_of
from waybill.sandbox.engine.codeartifact.holdings import Holder, missing


def list_tags_for_resource(desk: Desk, request: Request) -> Json:
    """ListTagsForResource."""
    found = _holder(desk, request).tags
    return {"tags": [{"key": key, "value": found[key]} for key in sorted(found)]}


def tag_resource(desk: Desk, request: Request) -> Json:
    """TagResource."""
    _holder(desk, request).tags.update(tags_of(request))
    return {}


def untag_resource(desk: Desk, request: Request) -> Json:
    """UntagResource."""
    found = _holder(desk, request)
    found.tags = {key: value for key, value in found.tags.items() if key not in request["tagKeys"]}
    return {}


def _holder(desk: Desk, request: Request) -> Holder:
    for domain in desk.holdings.in_region(desk.region):
        holders: list[Holder] = [domain, *domain.repositories.values()]
        for holder in holders:
            if holder.arn == request["resourceArn"]:
                permits.admit(desk.caller, desk.action, domain, resource=holder.arn)
                return holder
    raise missing(f"Resource not found: {request['resourceArn']}")
