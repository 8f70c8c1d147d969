"""Why a resource failed, as its event says it."""

from __future__ import annotations

from typing import Final
from uuid import NAMESPACE_URL, uuid5

from botocore.exceptions import BotoCoreError, ClientError

from waybill.sandbox.engine.refusals import Refusal

# What may come of making a resource: a refusal, a request that botocore refuses to send, and properties of a form that
# the type does not expect.
EXPECTED: Final = (ClientError, BotoCoreError, Refusal, LookupError, TypeError, ValueError, AttributeError)
_NOT_FOUND: Final = 404
_FORBIDDEN: Final = 403


def reason_of(error: Exception, resource: str, type_name: str) -> str:
    """Return an event's reason, in CloudFormation's form."""
    if isinstance(error, ClientError):
        found = error.response.get("Error", {})
        about = error.response.get("ResponseMetadata", {})
        status = about.get("HTTPStatusCode", 0)
        said = (
            f"{found.get('Message') or found.get('Code')} (Service: {_service(type_name)}, Status Code: {status}, "
            f"Request ID: {about.get('RequestId', '')})"
        )
        code = _handler_code(str(found.get("Code", "")), status)
        token = uuid5(NAMESPACE_URL, f"{resource} {said}")
        return f'Resource handler returned message: "{said}" (RequestToken: {token}, HandlerErrorCode: {code})'
    if isinstance(error, Refusal):
        return error.message
    if isinstance(error, BotoCoreError):
        return f'Resource handler returned message: "{error}" (HandlerErrorCode: InvalidRequest)'
    told = f"{type(error).__name__}: {error}"
    return f"Properties validation failed for resource {resource} with message: {told}"


def _service(type_name: str) -> str:
    """Return how handlers name a type's service: `Iam` of `AWS::IAM::Role`."""
    name = type_name.split("::")[1]
    return name.title() if name.isupper() else name


def _handler_code(code: str, status: int) -> str:
    if "AlreadyExist" in code or "AlreadyOwned" in code:
        return "AlreadyExists"
    if status == _NOT_FOUND or code.startswith("NoSuch") or "NotFound" in code:
        return "NotFound"
    if status == _FORBIDDEN or "AccessDenied" in code:
        return "AccessDenied"
    return (
        "InvalidRequest"
        if "Invalid" in code or "Malformed" in code or "Validation" in code
        else "GeneralServiceException"
    )
