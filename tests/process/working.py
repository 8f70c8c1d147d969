"""A face whose work is a stage in the fake world: what stands between a person and `stage`, tried by itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from fakes.reporter import RecordingReporter
from promises.stand import REQUEST, SMALL, Stand
from waybill.cancel import Cancellation
from waybill.commands.stage import stage
from waybill.compose import Ended, Face, Shop, carry
from waybill.domain.result import Result
from waybill.domain.waybill import Origin
from waybill.errors import Fault, WaybillError
from waybill.process import attentive
from waybill.progress import Asked


class FinalRecording(RecordingReporter):
    """Implements `progress.FinalReporter`."""

    def __init__(self) -> None:
        super().__init__()
        self.failures: list[WaybillError] = []
        self.closed = False

    def fail(self, error: WaybillError) -> None:
        """Take the error."""
        self.failures.append(error)

    def close(self) -> None:
        """Take note."""
        self.closed = True


@dataclass(slots=True)
class Working:
    """Runs `carry`. `hooks` may change the stand once the run is cancellable."""

    stand: Stand
    monkeypatch: pytest.MonkeyPatch

    def carry(
        self, body: bytes | None = SMALL, *, reporter: FinalRecording | None = None, **changes: Any
    ) -> tuple[Ended, FinalRecording]:
        """Stage in the fake world as `carry` stages in the real one; how it ended, and what was told."""
        reporter = reporter or FinalRecording()
        stand = self.stand

        def run_stage(values: Mapping[str, str], faults: Sequence[Fault], shop: Shop) -> Result:
            request = replace(REQUEST, resume=body is None, **changes)
            shop.journal.tell(Asked(request))
            pack = None if body is None else (lambda: stand.packed(body))
            tools = stand.tools(stand.world.gateway(), shop.cancellation)
            return stage(request, pack, replace(tools, reporter=shop.journal))

        cancellation = Cancellation()
        with attentive(cancellation, limit=60):
            ended = carry(
                "stage",
                run_stage,
                {"project": "SugarWater"},
                (),
                self.face(reporter),
                clock=stand.clock,
                cancellation=cancellation,
            )
        return ended, reporter

    def face(self, reporter: FinalRecording) -> Face:
        """Return a face that shows nothing."""
        return Face(
            environ={},
            workspace=Path.cwd(),
            reporter=reporter,
            mask=lambda _: None,
            id_token=lambda _: "",
            origin=Origin(),
            tag=None,
        )
