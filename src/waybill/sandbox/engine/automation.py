"""What is made when first somebody asks for it, since nobody else need wait for its import."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from waybill.sandbox.engine.refusals import Refusal

if TYPE_CHECKING:
    from waybill.sandbox.engine.cloudformation.face import Face
    from waybill.sandbox.engine.codeartifact.face import Face as Packages
    from waybill.sandbox.engine.codepipeline.service import Service


class Automation:
    """The pipelines, and what may start them; the stacks; the packages. `clock` tells seconds since the epoch.

    `prepared` has the pipelines of `layout`; `url` is where stacks' resources are made, this sandbox's own. By `ahead`
    seconds the clock is ahead that answers tell.
    """

    def __init__(self, clock: Callable[[], float], *, prepared: bool = True, url: str = "") -> None:
        self._clock = clock
        self._url = url
        self._prepared = prepared
        self._lock = threading.Lock()
        self.ahead = 0.0
        self._service: Service | None = None
        self._stacks: Face | None = None
        self._packages: Packages | None = None

    def stacks(self) -> Face:
        """Return the stacks, as a WSGI application that answers CloudFormation's requests."""
        with self._lock:
            if self._stacks is None:
                from waybill.sandbox.engine.cloudformation import opening  # noqa: PLC0415 - see above

                self._stacks = opening.opened(self._clock, self._url)
            return self._stacks

    def packages(self) -> Packages:
        """Return CodeArtifact, as a WSGI application that answers its requests."""
        with self._lock:
            if self._packages is None:
                from waybill.sandbox.engine.codeartifact import opening  # noqa: PLC0415 - see above

                self._packages = opening.opened(self._clock, prepared=self._prepared)
            return self._packages

    def service(self) -> Service:
        """Return the pipelines; the prepared ones, if any, are among them."""
        with self._lock:
            if self._service is None:
                from waybill.sandbox.engine.codepipeline import opening  # noqa: PLC0415 - see above

                self._service = opening.opened(self._clock, prepared=self._prepared)
            return self._service

    def disturb(self, method: str, document: Mapping[str, Any]) -> None:
        """POST: let a fault happen to a pipeline, a stack or the clock; DELETE: take it back (`{}`: all).

        Raises `Refusal`.
        """
        if document.keys() == {"clock"}:
            self.ahead = _seconds(document["clock"])
            return
        if method == "DELETE" and not document:
            self.ahead = 0.0
        if "stack" in document or document.get("service") == "cloudformation":
            self.stacks().service.disturb(method, document)
            return
        self.service().disturb(method, document)
        if self._stacks is not None and not document:
            self._stacks.service.disturb(method, document)

    def written(self, bucket: str, key: str) -> None:
        """An object was written: the pipelines that poll it start. (None of the prepared ones does.)"""
        if self._service is not None:
            from waybill.sandbox.engine.codepipeline import watch  # noqa: PLC0415 - it is there already

            watch.written(self._service, bucket, key)

    def fired(self, pipeline: str, rule: str, document: Mapping[str, Any]) -> None:
        """An EventBridge rule (its ARN) has a pipeline (its ARN) as its target, and sends it `document`."""
        service = self.service()
        from waybill.sandbox.engine.codepipeline import watch  # noqa: PLC0415 - see above

        watch.fired(service, pipeline, rule, document)


def _seconds(value: Any) -> float:
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise Refusal("ValidationException", "clock is how many seconds it is ahead: a number")
    return float(value)
