"""P10 of deploys that follow another command: what cannot be is refused before that command begins."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from commands.deployment.stand import Deploys
from fakes.site import INPUT
from waybill.cancel import Cancellation
from waybill.commands.deploy import enter
from waybill.domain.deploy.pipeline import Mode, PipelineType
from waybill.errors import InputError


def in_parallel(stand: Deploys) -> None:
    stand.pipe.definition = replace(stand.pipe.definition, mode=Mode.PARALLEL)


def unversioned(stand: Deploys) -> None:
    stand.world.buckets[INPUT].versioned = False


def as_it_is(stand: Deploys) -> None:
    """Nothing is changed."""


def v1(stand: Deploys) -> None:
    stand.pipe.definition = replace(stand.pipe.definition, type=PipelineType.V1)


@pytest.mark.parametrize(
    ("change", "given", "told"),
    [
        (in_parallel, {}, "PARALLEL"),
        (unversioned, {}, "not versioned"),
        (unversioned, {"source": "upload"}, "not versioned"),
        (as_it_is, {"source": "staged"}, "AllowOverrideForS3ObjectKey"),
        (as_it_is, {"variables": "x=1"}, "x"),
        (v1, {"variables": "x=1"}, "V1"),
    ],
)
def test_what_no_version_could_be_deployed_with_is_refused_on_entering(
    change: Callable[[Deploys], None], given: dict[str, str], told: str
) -> None:
    stand = Deploys()
    change(stand)
    order = stand.order(version="1.0.0", **given)
    with pytest.raises(InputError) as caught:
        enter(order.delivery, stand.tools("42", Cancellation()))
    assert told in str(caught.value)
    assert not stand.world.writes()


@pytest.mark.parametrize("change", [in_parallel, unversioned])
def test_what_is_allowed_on_purpose_is_not(change: Callable[[Deploys], None]) -> None:
    stand = Deploys()
    change(stand)
    order = stand.order(version="1.0.0", allow_unpinned="true")
    assert enter(order.delivery, stand.tools("42", Cancellation())).works.pipeline is stand.pipe.definition
