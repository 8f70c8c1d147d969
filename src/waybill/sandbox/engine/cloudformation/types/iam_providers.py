"""AWS::IAM::OIDCProvider."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from waybill.sandbox.engine.cloudformation.kinds import Made, Place
from waybill.sandbox.engine.cloudformation.types.asking import ask
from waybill.sandbox.engine.cloudformation.types.common import gone, only, tag_list, tags


class OIDCProvider:
    """A provider of web identities, by its URL."""

    type = "AWS::IAM::OIDCProvider"
    known = frozenset({"ClientIdList", "Tags", "ThumbprintList", "Url"})
    required = frozenset({"Url"})
    replaces = frozenset({"Url"})

    def create(self, properties: Mapping[str, Any], place: Place) -> Made:
        """CreateOpenIDConnectProvider."""
        request = {
            "Url": properties["Url"],
            **only(properties, "ThumbprintList", ClientIdList="ClientIDList"),
            "Tags": tag_list(tags(properties, place)),
        }
        arn = ask(place.client("iam"), "CreateOpenIDConnectProvider", request)["OpenIDConnectProviderArn"]
        return Made(arn, {"Arn": arn})

    def update(self, made: Made, before: Mapping[str, Any], after: Mapping[str, Any], place: Place) -> Made:
        """Change its audiences, thumbprints and tags."""
        iam, which = place.client("iam"), {"OpenIDConnectProviderArn": made.physical_id}
        was, then = before.get("ClientIdList", []), after.get("ClientIdList", [])
        for audience in (each for each in then if each not in was):
            ask(iam, "AddClientIDToOpenIDConnectProvider", {**which, "ClientID": audience})
        for audience in (each for each in was if each not in then):
            ask(iam, "RemoveClientIDFromOpenIDConnectProvider", {**which, "ClientID": audience})
        if before.get("ThumbprintList") != after.get("ThumbprintList"):
            request = {**which, "ThumbprintList": after.get("ThumbprintList", [])}
            ask(iam, "UpdateOpenIDConnectProviderThumbprint", request)
        there = {tag["Key"] for tag in ask(iam, "ListOpenIDConnectProviderTags", which)["Tags"]}
        found = tags(after, place)
        if there - found.keys():
            ask(iam, "UntagOpenIDConnectProvider", {**which, "TagKeys": sorted(there - found.keys())})
        if found:
            ask(iam, "TagOpenIDConnectProvider", {**which, "Tags": tag_list(found)})
        return made

    def delete(self, made: Made, properties: Mapping[str, Any], place: Place) -> None:
        """DeleteOpenIDConnectProvider."""
        with gone("NoSuchEntity"):
            ask(place.client("iam"), "DeleteOpenIDConnectProvider", {"OpenIDConnectProviderArn": made.physical_id})
