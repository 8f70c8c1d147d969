"""P6: what packing made is gone when the run ends, be it told to stop or left behind stuck."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from process.working import FinalRecording
from waybill import process
from waybill.cancel import Cancellation
from waybill.compose import Face, carry
from waybill.domain.waybill import Origin
from waybill.errors import ExitCode
from waybill.packing import Packed
from waybill.process import SystemClock, attentive
from waybill.routes import stage as route


@pytest.mark.parametrize("stuck", [False, True], ids=["told", "stuck"])
def test_the_scratch_folder_is_gone(stuck: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scratch, space, over = tmp_path / "scratch", tmp_path / "space", Event()
    scratch.mkdir()
    (space / "dist").mkdir(parents=True)
    (space / "dist" / "file").write_bytes(b"x" * (2 << 20))
    packing: list[list[Path]] = []

    def stage(_: object, pack: Any, tools: Any) -> Packed:
        """Stand for the use case: pack, the signal coming in the middle."""
        packing.append(list(scratch.iterdir()))
        os.kill(os.getpid(), signal.SIGTERM)
        if stuck:
            (packing[0][0] / "artifact.zip").write_bytes(b"half")
            over.wait(60)
        assert tools.cancellation.wait(20)
        return pack()  # type: ignore[no-any-return]

    monkeypatch.setattr(process, "GRACE", 0.3)
    monkeypatch.setattr("waybill.routes.stage.stage", stage)
    cancellation, reporter = Cancellation(), FinalRecording()
    face = Face(
        environ={"AWS_REGION": "us-east-1"},
        workspace=space,
        reporter=reporter,
        mask=lambda _: None,
        id_token=lambda _: "",
        origin=Origin(),
        tag=None,
        scratch=str(scratch),
    )
    values = {"project": "SugarWater", "version": "1.2.3", "path": "dist"}
    with attentive(cancellation, limit=60):
        ended = carry("stage", route.run, values, (), face, clock=SystemClock(cancellation), cancellation=cancellation)
    left = list(scratch.iterdir())
    over.set()
    assert len(packing[0]) == 1, "the folder was there"
    assert ended.result.exit_code == ExitCode.TERMINATED, ended.result
    assert left == []
