"""SSM, STS and KMS: the calls that stage and its peers make, and the dispatch between services."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol
from urllib.parse import parse_qs

from drain.s3_xml import render
from drain.shelf import Value
from drain.wire import Answer, Handler, Request
from drain.world import EXTERNAL_ID, Caller, Place, caller, key_arn, make_token

_ROLE = re.compile(r"arn:aws:iam::(\d{12}):role/(.+)$")
_STS = "https://sts.amazonaws.com/doc/2011-06-15/"

Document = dict[str, Any]


class Parameters(Protocol):
    """The part of the shelf that SSM needs."""

    def history(self, place: Place, name: str) -> list[Value]: ...
    def set(self, place: Place, name: str, value: str, *, overwrite: bool) -> int | None: ...


class Refused(Exception):
    """A JSON service's error: its code, then its message."""


def route(s3: Handler, shelf: Parameters) -> Handler:
    """Return the handler of all services: told apart as AWS clients sign and name their calls."""

    def handle(request: Request) -> Answer:
        target = request.headers.get("x-amz-target")
        if target is not None:
            return _json_call(target, request, caller(request.headers), shelf)
        if request.method == "POST" and request.path == "/":
            return _sts(request, caller(request.headers))
        return s3(request)

    return handle


def _json_call(target: str, request: Request, who: Caller, shelf: Parameters) -> Answer:
    calls: Mapping[str, Callable[[Document, Place, Parameters], Document]] = {
        "AmazonSSM.GetParameter": _get_parameter,
        "AmazonSSM.GetParameters": _get_parameters,
        "AmazonSSM.GetParameterHistory": _get_history,
        "AmazonSSM.PutParameter": _put_parameter,
        "TrentService.DescribeKey": _describe_key,
    }
    headers = {"content-type": "application/x-amz-json-1.1"}
    if target not in calls:
        return Answer(status=501, headers=headers, body=b'{"__type":"UnknownOperationException"}')
    try:
        said = calls[target](json.loads(request.body.kept or b"{}"), who.place, shelf)
    except Refused as refusal:
        code, message = refusal.args
        return Answer(status=400, headers=headers, body=json.dumps({"__type": code, "message": message}).encode())
    return Answer(headers=headers, body=json.dumps(said).encode())


def _parameter(place: Place, known: Value) -> Document:
    return {
        "Name": known.name,
        "Type": "String",
        "Value": known.value,
        "Version": known.number,
        "LastModifiedDate": known.modified,
        "ARN": f"arn:aws:ssm:{place.region}:{place.account}:parameter/{known.name.lstrip('/')}",
        "DataType": "text",
    }


def _get_parameter(asked: Document, place: Place, shelf: Parameters) -> Document:
    known = shelf.history(place, asked["Name"])
    if not known:
        raise Refused("ParameterNotFound", "")
    return {"Parameter": _parameter(place, known[-1])}


def _get_parameters(asked: Document, place: Place, shelf: Parameters) -> Document:
    known = {name: shelf.history(place, name) for name in asked["Names"]}
    return {
        "Parameters": [_parameter(place, values[-1]) for values in known.values() if values],
        "InvalidParameters": [name for name, values in known.items() if not values],
    }


def _get_history(asked: Document, place: Place, shelf: Parameters) -> Document:
    known = shelf.history(place, asked["Name"])
    if not known:
        raise Refused("ParameterNotFound", "")
    start, most = int(asked.get("NextToken") or 0), int(asked.get("MaxResults") or 50)
    said: Document = {"Parameters": [_parameter(place, value) for value in known[start : start + most]]}
    if start + most < len(known):
        said["NextToken"] = str(start + most)
    return said


def _put_parameter(asked: Document, place: Place, shelf: Parameters) -> Document:
    number = shelf.set(place, asked["Name"], asked["Value"], overwrite=bool(asked.get("Overwrite")))
    if number is None:
        raise Refused("ParameterAlreadyExists", "The parameter already exists.")
    return {"Version": number, "Tier": "Standard"}


def _describe_key(asked: Document, place: Place, shelf: Parameters) -> Document:
    del shelf
    arn = str(asked["KeyId"])
    if not arn.startswith("arn:"):
        arn = key_arn(place)
    account, _, name = arn.split(":", 4)[4].partition(":key/")
    metadata: Document = {"Arn": arn, "KeyId": name, "AWSAccountId": account}
    metadata |= {
        "Enabled": True,
        "KeyState": "Enabled",
        "KeyUsage": "ENCRYPT_DECRYPT",
        "KeyManager": "CUSTOMER",
    }
    metadata |= {"CreationDate": time.time(), "MultiRegion": False, "KeySpec": "SYMMETRIC_DEFAULT"}
    return {"KeyMetadata": metadata}


def _sts(request: Request, who: Caller) -> Answer:
    form = {name: values[0] for name, values in parse_qs((request.body.kept or b"").decode()).items()}
    action = form.get("Action", "")
    if action == "GetCallerIdentity":
        said = {"Arn": who.arn, "UserId": "BENCH", "Account": who.place.account}
        return _sts_answer(action, said)
    if action == "AssumeRole":
        return _assume_role(form)
    return _sts_error(501, "InvalidAction", f"The bench server does not do {action}.")


def _assume_role(form: Mapping[str, str]) -> Answer:
    role = _ROLE.match(form["RoleArn"])
    if role is None or form.get("ExternalId") != EXTERNAL_ID:
        return _sts_error(403, "AccessDenied", f"Not authorized to perform sts:AssumeRole on {form['RoleArn']}")
    account, name = role.groups()
    arn = f"arn:aws:sts::{account}:assumed-role/{name}/{form['RoleSessionName']}"
    end = datetime.now(UTC) + timedelta(seconds=int(form.get("DurationSeconds", "3600")))
    credentials = {"AccessKeyId": f"ASIA{account}BNCH", "SecretAccessKey": "bench"}
    credentials |= {"SessionToken": make_token(arn), "Expiration": end.strftime("%Y-%m-%dT%H:%M:%SZ")}
    user = {"AssumedRoleId": f"AROABENCH:{form['RoleSessionName']}", "Arn": arn}
    said = {"Credentials": credentials, "AssumedRoleUser": user, "PackedPolicySize": "10"}
    if "SourceIdentity" in form:
        return _sts_answer("AssumeRole", {**said, "SourceIdentity": form["SourceIdentity"]})
    return _sts_answer("AssumeRole", said)


def _sts_answer(action: str, said: Mapping[str, Any]) -> Answer:
    inner = render({f"{action}Result": said, "ResponseMetadata": {"RequestId": "BENCH"}})
    text = f'<{action}Response xmlns="{_STS}">{inner}</{action}Response>'
    return Answer(headers={"content-type": "text/xml"}, body=text.encode())


def _sts_error(status: int, code: str, message: str) -> Answer:
    inner = render({"Error": {"Type": "Sender", "Code": code, "Message": message}, "RequestId": "BENCH"})
    text = f'<ErrorResponse xmlns="{_STS}">{inner}</ErrorResponse>'
    return Answer(status=status, headers={"content-type": "text/xml"}, body=text.encode())
