"""Who may ask at all: the front refuses what moto lets through or breaks on. A WSGI application around moto's.

Unknown access keys and unsigned requests get AWS's answers; so do regions that do not exist (an HTTP 500 in moto) and
operations that moto does not have (another, which SDKs retry).
"""

from __future__ import annotations

import io
import json
import re
import time
from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any, Final

from moto.iam.models import iam_backends
from moto.ssm.models import ssm_backends

from waybill.sandbox import layout
from waybill.sandbox.engine import site, tokens
from waybill.sandbox.engine.automation import Automation
from waybill.sandbox.engine.refusals import Refusal, access_denied, rendered

_CREDENTIAL: Final = re.compile(r"Credential=([^/,\s]+)/\d{8}/([^/]+)/([^/]+)/aws4_request")
_PRESIGNED: Final = re.compile(r"(?:^|&)(?:X-Amz-)?Signature=")
_FORM: Final = "application/x-www-form-urlencoded"

Environ = dict[str, Any]
StartResponse = Callable[..., Any]
Application = Callable[[Environ, StartResponse], Iterable[bytes]]


def guarded(application: Application, automation: Automation) -> Application:
    """Return `application` behind the front.

    `layout.READY_PATH` answers a JSON object once it can be asked; below it are websites, and the faults of
    `automation`.
    """

    def answer(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        if path == layout.READY_PATH:
            document = json.dumps({"accounts": layout.ACCOUNTS, "regions": layout.REGIONS}).encode()
            return _respond(start_response, 200, {"content-type": "application/json"}, document)
        if path.startswith(f"{layout.SITE_PATH}/"):
            return _respond(start_response, *site.page(environ["REQUEST_METHOD"], path))
        service = "s3"
        try:
            if path == layout.FAULTS_PATH:
                service = "codepipeline"
                return _respond(start_response, *_disturb(environ, automation))
            if path == layout.TOKEN_PATH:
                document = tokens.answer(environ.get("QUERY_STRING", ""), time.time())
                return _respond(start_response, 200, {"content-type": "application/json"}, document)
            if not path.startswith("/moto-api"):
                service = _service(environ)
                _admit(environ, service)
            _read_body(environ)
            return application(environ, start_response)
        except NotImplementedError as gap:
            refusal = Refusal("NotImplemented", f"The sandbox does not have this: {gap}", 501)
            return _respond(start_response, *rendered(refusal, service))
        except Refusal as refusal:
            return _respond(start_response, *rendered(refusal, service))
        finally:
            # The thread lives on until its client closes the connection; the body need not.
            environ["wsgi.input"] = io.BytesIO()
            environ.pop("werkzeug.request", None)

    return answer


def _respond(start_response: StartResponse, status: int, headers: dict[str, str], body: bytes) -> Iterable[bytes]:
    told = [*headers.items(), ("content-length", str(len(body)))]
    start_response(f"{status} {HTTPStatus(status).phrase}", told)
    return [body]


def _disturb(environ: Environ, automation: Automation) -> tuple[int, dict[str, str], bytes]:
    """POST lets a fault happen, DELETE forgets and releases those that the body names; the body is a JSON object."""
    _read_body(environ)
    # Without a length there is no body, and reading on would wait for one for ever.
    body = environ["wsgi.input"].read() if environ.get("wsgi.input_terminated") else b""
    try:
        document = json.loads(body or b"{}")
    except ValueError:
        raise Refusal("SerializationException", "The body is not JSON") from None
    automation.disturb(environ["REQUEST_METHOD"], document)
    return 200, {"content-type": "application/json"}, b"{}"


def _service(environ: Environ) -> str:
    credential = _CREDENTIAL.search(environ.get("HTTP_AUTHORIZATION", ""))
    return credential[3] if credential else "s3"


def _admit(environ: Environ, service: str) -> None:
    credential = _CREDENTIAL.search(environ.get("HTTP_AUTHORIZATION", ""))
    if credential is None:
        _admit_unsigned(environ)
        return
    access_key, region = credential[1], credential[2]
    temporary = access_key.startswith("ASIA")
    if not _is_known(access_key) or (temporary and "HTTP_X_AMZ_SECURITY_TOKEN" not in environ):
        raise _unknown_key(service)
    if region not in ssm_backends[layout.DEVELOPMENT].regions:
        raise _unknown_region(service, region)


def _admit_unsigned(environ: Environ) -> None:
    if _PRESIGNED.search(environ.get("QUERY_STRING", "")):
        return
    if environ.get("CONTENT_TYPE", "").startswith(_FORM) and "HTTP_TRANSFER_ENCODING" not in environ:
        _read_body(environ)
        if b"Action=AssumeRoleWithWebIdentity" in environ["wsgi.input"].getvalue():
            return
    raise access_denied()


def _read_body(environ: Environ) -> None:
    """Read the body in one piece: werkzeug would copy it several times, 64 KiB at a time."""
    length = int(environ.get("CONTENT_LENGTH") or 0)
    if environ.get("wsgi.input_terminated") or not length:
        return
    body = environ["wsgi.input"].read(length)
    if len(body) != length:
        raise ConnectionResetError("the client went away in the middle of a body")
    environ["wsgi.input"] = io.BytesIO(body)
    environ["wsgi.input_terminated"] = True


def _is_known(access_key: str) -> bool:
    return any(access_key in account["aws"].access_keys for account in list(iam_backends.values()))


def _unknown_key(service: str) -> Refusal:
    if service == "s3":
        message = "The AWS Access Key Id you provided does not exist in our records."
        return Refusal("InvalidAccessKeyId", message, 403)
    message = "The security token included in the request is invalid."
    if service in ("sts", "iam"):
        return Refusal("InvalidClientTokenId", message, 403)
    return Refusal("UnrecognizedClientException", message)


def _unknown_region(service: str, region: str) -> Refusal:
    message = f"Credential should be scoped to a valid region, not '{region}'."
    if service == "s3":
        return Refusal("AuthorizationHeaderMalformed", message)
    if service in ("sts", "iam"):
        return Refusal("SignatureDoesNotMatch", message, 403)
    return Refusal("InvalidSignatureException", message)
