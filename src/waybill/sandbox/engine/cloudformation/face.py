"""CloudFormation's requests over HTTP: a WSGI application that reads and writes its query protocol.

moto's own CloudFormation is not imported: it would bring all of moto along.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import parse_qsl
from uuid import uuid4

from moto.core.parse import PROTOCOL_PARSERS
from moto.core.serialize import SerializationContext, get_serializer_class
from moto.core.utils import camelcase_to_underscores, get_service_model
from werkzeug.datastructures import Headers, MultiDict

from waybill.sandbox.engine.cloudformation import change_sets, looking, set_looking, set_operations, stacks
from waybill.sandbox.engine.cloudformation.service import Service
from waybill.sandbox.engine.cloudformation.stack import Where
from waybill.sandbox.engine.codepipeline import shapes
from waybill.sandbox.engine.refusals import Refusal, rendered

NAME: Final = "cloudformation"

Operation = Callable[[Service, Where, Mapping[str, Any]], dict[str, Any]]
OPERATIONS: Final[tuple[Operation, ...]] = (
    stacks.create_stack,
    stacks.update_stack,
    stacks.delete_stack,
    stacks.continue_update_rollback,
    stacks.update_termination_protection,
    change_sets.create_change_set,
    change_sets.describe_change_set,
    change_sets.execute_change_set,
    change_sets.delete_change_set,
    change_sets.list_change_sets,
    change_sets.describe_events,
    looking.describe_stacks,
    looking.list_stacks,
    looking.describe_stack_events,
    looking.describe_stack_resources,
    looking.describe_stack_resource,
    looking.list_stack_resources,
    looking.list_exports,
    looking.list_imports,
    looking.get_template,
    looking.validate_template,
    looking.get_template_summary,
    set_operations.create_stack_set,
    set_operations.update_stack_set,
    set_operations.delete_stack_set,
    set_operations.create_stack_instances,
    set_operations.update_stack_instances,
    set_operations.delete_stack_instances,
    set_looking.describe_stack_set,
    set_looking.list_stack_sets,
    set_looking.list_stack_instances,
    set_looking.describe_stack_instance,
    set_looking.describe_stack_set_operation,
    set_looking.list_stack_set_operations,
    set_looking.list_stack_set_operation_results,
)


class Face:
    """The application. `where_of` tells the account and the region of a request's WSGI environment."""

    def __init__(self, service: Service, where_of: Callable[[Mapping[str, Any]], Where]) -> None:
        self.service = service
        self._where_of = where_of
        self._operations = {each.__name__: each for each in OPERATIONS}

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answer one request; raises `NotImplementedError` for an operation that is not here."""
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        form = MultiDict(parse_qsl(body.decode(), keep_blank_values=True))
        try:
            status, headers, text = self._answer(form, self._where_of(environ))
        except Refusal as refusal:
            status, headers, text = rendered(refusal, NAME)
        told = [*headers.items(), ("content-length", str(len(text)))]
        start_response(f"{status} {HTTPStatus(status).phrase}", told)
        return [text]

    def _answer(self, form: MultiDict[str, str], where: Where) -> tuple[int, dict[str, str], bytes]:
        name = form.get("Action", "")
        operation = self._operations.get(camelcase_to_underscores(name))
        if operation is None:
            raise NotImplementedError(f"CloudFormation's {name}")
        model = get_service_model(NAME).operation_model(name)
        request = PROTOCOL_PARSERS["query"](model).parse(
            {"method": "POST", "values": form, "headers": Headers(), "body": "", "url_path": "/", "url_params": {}}
        )
        faults = shapes.faults(model.input_shape, request) if model.input_shape is not None else []
        if faults:
            raise Refusal("ValidationError", f"{len(faults)} validation error detected: {'; '.join(faults)}")
        self.service.faults.check(name)
        with self.service.lock:
            answer = operation(self.service, where, request)
        context = SerializationContext(str(uuid4()))
        said = get_serializer_class(NAME, "query")(operation_model=model, context=context).serialize(answer)
        text = said["body"]
        return said["status_code"], dict(said["headers"]), text.encode() if isinstance(text, str) else text
