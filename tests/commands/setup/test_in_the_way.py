"""What is there already under the name that a stack would make is seen before anything is begun."""

from __future__ import annotations

import pytest

from commands.setup.site import DEV_HOME, HOME, WEST, Site
from fakes.aws import DEVELOPMENT, PRODUCTION
from waybill.errors import ConflictError

PARAMETER = "/buckets/staging"


def test_a_bucket_parameter_that_setup_did_not_make_is_told_before_anything_is_begun(site: Site) -> None:
    site.world.set_parameter(WEST, PRODUCTION, PARAMETER, "by-hand")
    site.world.set_parameter(HOME, DEVELOPMENT, PARAMETER, "by-hand-too")
    for run in (site.plan, site.apply):
        with pytest.raises(ConflictError) as refused:
            run()
        assert f"development/{HOME} (by-hand-too), production/{WEST} (by-hand)" in refused.value.what
        assert "setup adopt" in (refused.value.advice or "")
        assert "delete" not in (refused.value.advice or "")
    assert site.standing() == {}
    assert not site.called("prepare-stack")


def test_the_parameter_of_our_own_stack_is_not_in_its_way(applied: Site) -> None:
    for account, region in ((DEVELOPMENT, HOME), (PRODUCTION, WEST)):
        applied.world.set_parameter(region, account, PARAMETER, "ours")
    assert applied.plan().changed is False


def test_a_stack_that_was_rolled_back_made_no_parameter(site: Site) -> None:
    site.world.cloudformation.fail(DEV_HOME.name, "Bucket", "no", region=HOME)
    site.apply()
    site.world.set_parameter(HOME, DEVELOPMENT, PARAMETER, "by-hand")
    with pytest.raises(ConflictError, match="by-hand"):
        site.apply()
