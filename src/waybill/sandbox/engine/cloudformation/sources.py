"""What a request says that a stack should be: where its template comes from, its parameters, its tags."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote, urlparse

from waybill.sandbox.engine.cloudformation import capabilities, parameters, scopes, template
from waybill.sandbox.engine.cloudformation.reasons import EXPECTED, reason_of
from waybill.sandbox.engine.cloudformation.service import Service
from waybill.sandbox.engine.cloudformation.stack import Stack, Target, Where
from waybill.sandbox.engine.refusals import Refusal

Request = Mapping[str, Any]


def text(service: Service, where: Where, request: Request, stack: Stack | None = None) -> str:
    """Return the text of the template that a request means; raises `Refusal`."""
    given = [name for name in ("TemplateBody", "TemplateURL", "UsePreviousTemplate") if request.get(name)]
    if len(given) != 1:
        raise _wrong("Either Template URL or Template Body must be specified.")
    if given == ["TemplateBody"]:
        body = str(request["TemplateBody"])
        if len(body.encode()) > template.LONGEST_BODY:
            raise _wrong(
                "1 validation error detected: Value at 'templateBody' failed to satisfy constraint: Member must have "
                f"length less than or equal to {template.LONGEST_BODY}"
            )
        return body
    if given == ["TemplateURL"]:
        return _fetched(service, where, str(request["TemplateURL"]))
    if stack is None or stack.target is None:
        raise _wrong("A previous template does not exist.")
    return stack.target.template.text


def target(service: Service, request: Request, stack: Stack, given: str | None = None) -> Target:
    """Return what a request wants a stack to be; raises `Refusal`. `given` is a template besides the request's."""
    read = template.read(text(service, stack.where, request, stack) if given is None else given)
    capabilities.check(read, request.get("Capabilities", []))
    before = stack.target
    tags = tags_of(request) if "Tags" in request or before is None else dict(before.tags)
    return scopes.target(
        read,
        parameters.chosen(read.parameters, request.get("Parameters", []), before.values if before else {}),
        tags,
        tuple(request.get("Capabilities", [])),
        where=stack.where,
        stack_id=stack.id,
        name=stack.name,
        stored=lambda name: _stored(service, stack.where, name),
    )


def tags_of(request: Request) -> dict[str, str]:
    """Return the tags of a request; raises `Refusal`."""
    found: dict[str, str] = {}
    for each in request.get("Tags", []):
        if each["Key"] in found:
            raise _wrong(f"Duplicate tag keys found: {each['Key']}")
        if each["Key"].lower().startswith("aws:"):
            raise _wrong(f"aws: prefixed tag key names are not allowed for external use: {each['Key']}")
        found[each["Key"]] = each.get("Value", "")
    return found


def _fetched(service: Service, where: Where, url: str) -> str:
    parsed = urlparse(url)
    path = unquote(parsed.path).lstrip("/")
    host = parsed.netloc.partition(":")[0]
    bucket, key = path.partition("/")[::2]
    if ".s3." in host or ".s3-" in host:
        bucket, key = host.partition(".s3")[0], path
    try:
        answer = service.hands.client(where)("s3").get_object(Bucket=bucket, Key=key)
        body: bytes = answer["Body"].read()
    except EXPECTED as error:
        raise _wrong(f"S3 error: {reason_of(error, url, 'AWS::S3::Object')}") from None
    if len(body) > template.LONGEST_OBJECT:
        raise _wrong(f"Template may not exceed {template.LONGEST_OBJECT} bytes in size.")
    return body.decode(errors="replace")


def _stored(service: Service, where: Where, name: str) -> str:
    try:
        return str(service.hands.client(where)("ssm").get_parameter(Name=name)["Parameter"]["Value"])
    except EXPECTED:
        raise _wrong(f"Unable to fetch parameters [{name}] from parameter store for this account.") from None


def _wrong(message: str) -> Refusal:
    return Refusal("ValidationError", message)
