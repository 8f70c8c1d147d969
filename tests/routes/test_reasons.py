"""The reason that a person gives is kept for good: no secret of the run's environment gets into it."""

from __future__ import annotations

from pathlib import Path

import pytest

from fakes.clock import FakeClock
from fakes.reporter import RecordingReporter
from waybill.cancel import Cancellation
from waybill.compose import Face, Run, Shop
from waybill.domain.waybill import Origin
from waybill.errors import InputError, WaybillError
from waybill.progress import Journal
from waybill.routes import prune, rollback
from waybill.routes.reason import without_secrets

SECRET = "hunter2-hunter2"


class Silent(RecordingReporter):
    """Implements `progress.FinalReporter`."""

    def fail(self, error: WaybillError) -> None:
        """Show nothing."""

    def close(self) -> None:
        """Have no screen."""


def refuse(_: str) -> str:
    raise AssertionError("nobody asks for a token")


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    reporter = Silent()
    face = Face(
        environ={"DEPLOY_TOKEN": SECRET},
        workspace=tmp_path,
        reporter=reporter,
        mask=lambda _: None,
        id_token=refuse,
        origin=Origin(actor="ada"),
        tag=None,
    )
    return Shop(face=face, journal=Journal(reporter), clock=FakeClock(), cancellation=Cancellation())


@pytest.mark.parametrize("run", [prune.run, rollback.run], ids=["prune", "rollback"])
def test_no_verb_reads_a_secret_as_part_of_its_reason(run: Run, shop: Shop) -> None:
    """What is refused is shown as it was read."""
    values = {"project": "SugarWater", "keep": "1", "to": "previous", "reason": f"{SECRET} {'x' * 1001}"}
    own = {name: text for name, text in values.items() if name != ("to" if run is prune.run else "keep")}
    with pytest.raises(InputError) as caught:
        run(own, [], shop)
    shown = [fault.value for fault in caught.value.faults if fault.name == "reason"]
    assert shown
    assert all(SECRET not in value and value.startswith("***") for value in shown)


def test_other_inputs_are_left_as_they_are(shop: Shop) -> None:
    assert without_secrets({"project": SECRET}, shop) == {"project": SECRET}
    assert without_secrets({"project": "p", "reason": f"a {SECRET}"}, shop) == {"project": "p", "reason": "a ***"}
