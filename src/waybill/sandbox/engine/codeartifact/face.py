"""CodeArtifact's requests over HTTP: a WSGI application that reads and writes JSON at its paths."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterable, Mapping
from http import HTTPStatus
from types import ModuleType
from typing import Any, Final
from urllib.parse import parse_qsl
from uuid import uuid4

from moto.core.utils import camelcase_to_underscores, get_service_model

from waybill.sandbox.engine.admission import Caller
from waybill.sandbox.engine.codeartifact import (
    domains,
    endpoints,
    names,
    packages,
    policies,
    publishing,
    repositories,
    tags,
    versions,
)
from waybill.sandbox.engine.codeartifact.desk import Desk, Raw
from waybill.sandbox.engine.codeartifact.holdings import Holdings, Missing, invalid
from waybill.sandbox.engine.refusals import Refusal, rendered

NAME: Final = "codeartifact"
_OPERATIONS: Final[tuple[ModuleType, ...]] = (
    domains,
    endpoints,
    packages,
    policies,
    publishing,
    repositories,
    tags,
    versions,
)

Who = Callable[[Mapping[str, Any]], tuple[Caller, str]]


class Face:
    """The application. `who` tells the caller and the region of a request's WSGI environment."""

    def __init__(self, clock: Callable[[], float], who: Who, holdings: Holdings) -> None:
        self._clock = clock
        self._who = who
        self._holdings = holdings
        self._lock = threading.Lock()
        model = get_service_model(NAME)
        found = (model.operation_model(name) for name in model.operation_names)
        self._models = {(each.http["method"], each.http["requestUri"]): each for each in found}

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answer one request; raises `NotImplementedError` for an operation that is not here."""
        try:
            status, headers, body = self._answer(environ)
        except Refusal as refusal:
            status, headers, body = rendered(refusal, NAME)
            if isinstance(refusal, Missing) and refusal.kind:
                body = json.dumps({**json.loads(body), "resourceType": refusal.kind}).encode()
        start_response(f"{status} {HTTPStatus(status).phrase}", [*headers.items(), ("content-length", str(len(body)))])
        return [body]

    def _answer(self, environ: dict[str, Any]) -> tuple[int, dict[str, str], bytes]:
        model = self._models.get((environ["REQUEST_METHOD"], environ["PATH_INFO"]))
        name = camelcase_to_underscores(model.name) if model is not None else environ["PATH_INFO"]
        operation = next((found for each in _OPERATIONS if (found := getattr(each, name, None))), None)
        if model is None or operation is None:
            raise NotImplementedError(f"CodeArtifact's {name}")
        request = _read(model.input_shape, environ)
        faults = names.faults(model, request)
        if faults:
            raise invalid(f"{len(faults)} validation error detected: {'; '.join(faults)}")
        caller, region = self._who(environ)
        with self._lock:
            desk = Desk(holdings=self._holdings, caller=caller, region=region, action=model.name, clock=self._clock)
            answer = operation(desk, request)
        told = {"x-amzn-requestid": str(uuid4())}
        if isinstance(answer, Raw):
            return 200, {**told, **answer.headers}, answer.body
        return 200, {**told, "content-type": "application/json"}, json.dumps(answer).encode()


def _read(shape: Any, environ: Mapping[str, Any]) -> dict[str, Any]:
    """Return a request's members: those in the query, in headers, and in the body, which may be one of them."""
    body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    payload = shape.serialization.get("payload")
    document = {payload: body} if payload else _document(body)
    query = dict(parse_qsl(environ.get("QUERY_STRING", ""), keep_blank_values=True))
    headers = {name.removeprefix("HTTP_").replace("_", "-").lower(): text for name, text in environ.items()}
    sources = {"querystring": query, "header": headers}
    request: dict[str, Any] = {}
    for name, member in shape.members.items():
        source = sources.get(member.serialization.get("location"))
        if source is None:
            if document.get(name) is not None:
                request[name] = document[name]
        elif member.serialization["name"] in source:
            request[name] = _typed(member.type_name, source[member.serialization["name"]])
    return request


def _document(body: bytes) -> dict[str, Any]:
    try:
        found = json.loads(body or b"{}")
    except ValueError:
        raise invalid("The request is not JSON") from None
    if not isinstance(found, dict):
        raise invalid("The request is no JSON object")
    return found


def _typed(kind: str, text: str) -> Any:
    if kind in {"integer", "long"} and text.isdigit():
        return int(text)
    return text == "true" if kind == "boolean" and text in {"true", "false"} else text
