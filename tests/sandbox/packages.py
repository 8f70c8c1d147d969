"""CodeArtifact for tests: clients whose answers are held to botocore's service model, refusals, policies."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from sandbox.answers import departures
from waybill.sandbox import layout

Client = Any


def watched(client: Client) -> Client:
    """Let `client` fail on an answer that departs from the service model."""

    def check(operation_model: Any, response_dict: Any, **_: Any) -> None:
        if response_dict["status_code"] >= 300:
            body = json.loads(response_dict["body"])
            code = response_dict["headers"]["x-amzn-errortype"]
            errors = {shape.name: shape.metadata["error"]["httpStatusCode"] for shape in operation_model.error_shapes}
            assert errors.get(code) == response_dict["status_code"], code
            assert body["message"]
        elif operation_model.has_streaming_output:
            headers = {name.lower() for name in response_dict["headers"]}
            for name, member in operation_model.output_shape.members.items():
                if member.serialization.get("location") == "header":
                    assert member.serialization["name"].lower() in headers, name
        else:
            # The prepared domain is called as in AWS's documentation, which the model does not allow.
            known = layout.PACKAGE_DOMAIN
            text = json.dumps(json.loads(response_dict["body"]))
            body = json.loads(text.replace(known, known.replace("_", "-")))
            assert departures(operation_model.output_shape, body, operation_model.name) == []

    client.meta.events.register("before-parse.codeartifact", check)
    return client


def refused(call: Callable[..., Any], code: str, **request: Any) -> str:
    """Return what is said against a call that is refused with this code."""
    with pytest.raises(ClientError) as caught:
        call(**request)
    assert caught.value.response["Error"]["Code"] == code
    return str(caught.value.response["Error"]["Message"])


def allow(*actions: str, principal: str = layout.PRODUCTION, effect: str = "Allow", resource: str = "*") -> str:
    """Return a policy of one statement."""
    statement = {
        "Effect": effect,
        "Principal": {"AWS": principal},
        "Action": [f"codeartifact:{action}" for action in actions],
        "Resource": resource,
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})
