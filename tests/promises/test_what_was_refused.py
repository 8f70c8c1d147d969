"""The result document has what is known of a refused call: of the region, and of a run that ended early."""

from __future__ import annotations

import json
from dataclasses import replace

from fakes.aws import REGIONS
from promises.stand import Stand
from waybill.aws.denials import denial
from waybill.commands.release.unfinished import unfinished
from waybill.domain.packages.result import PackageResult
from waybill.domain.packages.version import PackageId
from waybill.domain.result import Outcome, Result
from waybill.errors import AccessDenied, Unavailable
from waybill.progress import Known
from waybill.report.summary import summary
from waybill.report.text import failure, result

SESSION = "arn:aws:sts::222222222222:assumed-role/waybill-stage/waybill-42"
OBJECT = "arn:aws:s3:::acme-staging/SugarWater@1.2.3"
HOSTILE = "\n::error::no\r::set-output name=x::y\x1b[31m</details>`"


def refusal(rest: str = "") -> AccessDenied:
    said = f"User: {SESSION} is not authorized to perform: s3:PutObject because no permissions boundary allows it{rest}"
    return denial("s3:PutObject", OBJECT, "s3://acme-staging in us-east-1", said, SESSION)


def test_a_region_says_what_was_refused_there_and_the_others_nothing(stand: Stand) -> None:
    stand.world.fail(call="put", region=REGIONS[0], error=refusal(), times=None)
    end = stand.end()
    assert isinstance(end, Result)
    regions = {one["region"]: one for one in json.loads(json.dumps(end.to_json()))["regions"]}
    assert "refused" not in regions[REGIONS[1]]
    found = regions[REGIONS[0]]["refused"]
    assert (found["caller"], found["action"], found["resource"]) == (SESSION, "s3:PutObject", OBJECT)
    assert (found["side"], found["likely"], found["explicit"]) == ("boundary", None, False)
    assert found["missing"][0]["policy"] == "permissions boundary"
    assert found["missing"][0]["of"] == "arn:aws:iam::222222222222:role/waybill-stage"


def test_a_run_that_ended_early_says_what_was_refused() -> None:
    encoded = "aB3_" * 2500
    error = refusal(f". Encoded authorization failure message: {encoded}")
    end = unfinished("stage", {}, error, Known())
    assert end.to_json()["refused"] == error.refused.to_json()
    assert end.to_json()["refused"]["encoded"] == encoded
    assert encoded not in summary(end) + failure(error) + result(end)
    assert "refused" not in unfinished("stage", {}, Unavailable("down"), Known()).to_json()


def test_a_package_says_what_was_refused() -> None:
    package = PackageId(
        region="us-east-1",
        owner="222222222222",
        domain="my_domain",
        repository="my_repo",
        namespace="acme",
        name="sugar",
        version="1.2.3",
    )
    end = PackageResult(outcome=Outcome.FAILED, package=package, arn=package.arn()).failed(refusal())
    assert end.to_json()["refused"]["side"] == "boundary"
    assert "refused" not in replace(end, refused=None).to_json()


def test_what_is_hostile_in_awss_words_is_on_no_line_of_its_own() -> None:
    error = denial("s3:PutObject", f"{OBJECT}{HOSTILE}", "there", f"Access Denied{HOSTILE}", f"{SESSION}{HOSTILE}")
    for shown in (failure(error), summary(unfinished("stage", {}, error, Known()))):
        assert not [line for line in shown.splitlines() if line.strip().startswith("::")]
        assert "\x1b" not in shown
