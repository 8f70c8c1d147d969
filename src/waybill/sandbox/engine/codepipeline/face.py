"""CodePipeline's requests as moto brings them, answered by `operations` instead of by moto's own models."""

from __future__ import annotations

import json
from typing import Any, ClassVar
from uuid import uuid4

from moto.codepipeline import urls
from moto.codepipeline.responses import CodePipelineResponse
from moto.core.common_types import TYPE_RESPONSE
from moto.core.utils import camelcase_to_underscores, get_service_model

from waybill.sandbox.engine import sts
from waybill.sandbox.engine.admission import Caller
from waybill.sandbox.engine.codepipeline import shapes
from waybill.sandbox.engine.codepipeline.operations import Operations
from waybill.sandbox.engine.codepipeline.service import Place, Service
from waybill.sandbox.engine.refusals import Refusal, rendered

_NAME = "codepipeline"
_JSON = "application/x-amz-json-1.1"


class RunningPipelines(CodePipelineResponse):
    """Requests to CodePipeline, one instance a request; `service` is shared by all of them."""

    service: ClassVar[Service]

    def call_action(self) -> TYPE_RESPONSE:
        """Answer one request."""
        try:
            answer = self._answer(self._get_action())
        except Refusal as refusal:
            return rendered(refusal, _NAME)
        return 200, {"content-type": _JSON, "x-amzn-requestid": str(uuid4())}, json.dumps(answer)

    def _answer(self, name: str) -> dict[str, Any]:
        account = self.current_account
        caller = Caller(account, lambda: sts.arn_of(account, self.get_access_key()))
        operations = Operations(self.service, Place(account, self.region), caller)
        operation = getattr(operations, camelcase_to_underscores(name), None)
        if operation is None:
            raise NotImplementedError(f"CodePipeline's {name}")
        request = self._request(name)
        self.service.faults.check(name)
        with self.service.lock:
            answer: dict[str, Any] = operation(request)
        return answer

    def _request(self, name: str) -> dict[str, Any]:
        try:
            request: dict[str, Any] = json.loads(self.body or "{}")
        except ValueError:
            raise Refusal("SerializationException", "The request is not JSON") from None
        shape = get_service_model(_NAME).operation_model(name).input_shape
        faults = shapes.faults(shape, request) if shape is not None else []
        if faults:
            raise Refusal("ValidationException", f"{len(faults)} validation error detected: {'; '.join(faults)}")
        return request


def install(service: Service) -> None:
    """Let `service` answer CodePipeline's requests."""
    RunningPipelines.service = service
    for pattern in urls.url_paths:
        urls.url_paths[pattern] = RunningPipelines.dispatch
