"""CodePipeline, made when first somebody asks for it: nobody else waits for its import and its pipelines."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from waybill.sandbox.engine.codepipeline.service import Service


class Automation:
    """The pipelines, and what may start them. `clock` tells seconds since the epoch; `prepared` has `layout`'s."""

    def __init__(self, clock: Callable[[], float], *, prepared: bool = True) -> None:
        self._clock = clock
        self._prepared = prepared
        self._lock = threading.Lock()
        self._service: Service | None = None

    def service(self) -> Service:
        """Return the pipelines; the prepared ones, if any, are among them."""
        with self._lock:
            if self._service is None:
                from waybill.sandbox.engine.codepipeline import opening  # noqa: PLC0415 - see above

                self._service = opening.opened(self._clock, prepared=self._prepared)
            return self._service

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
