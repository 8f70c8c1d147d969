"""Real plans and results, as the commands make them, for the renderings to show."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from waybill.domain.arns import KeyArn
from waybill.domain.channel import UpdateChannel
from waybill.domain.digests import Digests
from waybill.domain.observation import Observation, Stored
from waybill.domain.plan import Action, ChannelAction, Plan, RegionPlan
from waybill.domain.require import Require
from waybill.domain.result import ChannelOutcome, Outcome, RegionResult, Result
from waybill.domain.versions import Version
from waybill.errors import AccessDenied, ExitCode

SHA = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
OTHER = "60303ae22b998861bce3b28f33eec1be758a213c86c93c076dbe9f558c11c752"
ACCOUNT = "222222222222"
CALLER = f"arn:aws:sts::{ACCOUNT}:assumed-role/waybill-stage/SugarWater-17"
REGIONS = ("us-east-1", "us-west-2", "eu-west-1")
KEY = "staging/SugarWater@1.2.3"
RESUME = "waybill resume --project SugarWater --version 1.2.3 --role arn:aws:iam::222222222222:role/waybill-stage"
STATEMENT = """{
  "Effect": "Allow",
  "Action": "s3:PutObject",
  "Resource": "arn:aws:s3:::artifacts-eu-west-1/staging/SugarWater@1.2.3"
}"""


def region(name: str, outcome: Outcome = Outcome.CREATED, **changes: Any) -> RegionResult:
    """A region that ended well, with changes."""
    good = RegionResult(
        region=name,
        outcome=outcome,
        account=ACCOUNT,
        bucket=f"artifacts-{name}",
        key=KEY,
        version_id="3sL4kqtJlcpXroDTDmJ.rmSpXd3dIbrHY",
        channel=ChannelOutcome.MOVED,
        channel_before="1.2.2",
        channel_after="1.2.3",
        seconds=1.44,
    )
    return replace(good, **changes)


def result(outcome: Outcome, *regions: RegionResult, **changes: Any) -> Result:
    """A result that needs no more than its outcome and regions, with changes."""
    base = Result(
        command="stage",
        outcome=outcome,
        changed=True,
        exit_code=ExitCode.OK,
        project="SugarWater",
        version="1.2.3",
        sha256=SHA,
        size=16 * 1024 * 1024,
        channel="latest",
        parameter="/artifacts/SugarWater/latest",
        key=KEY,
        caller=CALLER,
        regions=regions,
        seconds=4.2,
    )
    return replace(base, **changes)


def created() -> Result:
    return result(Outcome.CREATED, *(region(name) for name in REGIONS))


def already() -> Result:
    kept: dict[str, Any] = {
        "channel": ChannelOutcome.KEPT,
        "channel_before": "1.2.3",
        "channel_after": "1.2.3",
        "seconds": 0.06,
    }
    return result(Outcome.ALREADY, *(region(name, Outcome.ALREADY, **kept) for name in REGIONS), changed=False)


def conflict() -> Result:
    """A conflict met while writing: the others were created, and no channel moves."""
    unmoved: dict[str, Any] = {"channel": ChannelOutcome.NOT_REACHED, "channel_after": "1.2.2"}
    error = (
        f"s3://artifacts-us-west-2/{KEY} in us-west-2 holds other bytes: sha256 {OTHER}, 16777300 bytes; "
        f"yours is sha256 {SHA}. It was staged by octocat at 2026-01-31T12:00:00Z."
    )
    return result(
        Outcome.CONFLICT,
        region("us-east-1", **unmoved),
        region("us-west-2", Outcome.CONFLICT, **unmoved, version_id=None, seconds=0.0, error=error),
        region("eu-west-1", **unmoved),
        exit_code=ExitCode.CONFLICT,
        error="2 of 3 regions succeeded (us-east-1, eu-west-1); failed: us-west-2. `require: all` asks for 3.",
        advice="A stored version never changes. Take the next version.",
    )


def refused() -> Result:
    """A conflict seen while observing: nothing was begun, so there is a plan and no region's end."""
    return result(
        Outcome.CONFLICT,
        changed=False,
        exit_code=ExitCode.CONFLICT,
        error=f"s3://artifacts-us-west-2/{KEY} in us-west-2 holds other bytes: sha256 {OTHER}.",
        advice="A rebuild seldom gives the same bytes: take the next version.",
    )


def clash() -> Plan:
    """The plan of `refused`."""
    return plan(
        RegionPlan(
            region="us-east-1", action=Action.CREATE, why="nothing is stored", observation=observation("us-east-1")
        ),
        RegionPlan(
            region="us-west-2",
            action=Action.CONFLICT,
            why="sha256, size",
            observation=observation("us-west-2", stored=True),
        ),
        RegionPlan(
            region="eu-west-1",
            action=Action.FAILED,
            why="AWS refused s3:ListBucket.",
            error=AccessDenied(
                "AWS refused s3:ListBucket.",
                "Add it to the role's policy.",
                action="s3:ListBucket",
                resource="arn:aws:s3:::artifacts-eu-west-1",
            ),
        ),
    )


def partial() -> Result:
    return result(
        Outcome.PARTIAL,
        region("us-east-1", channel=ChannelOutcome.NOT_REACHED, channel_after=None),
        region("us-west-2", channel=ChannelOutcome.NOT_REACHED, channel_after=None),
        region(
            "eu-west-1",
            Outcome.FAILED,
            version_id=None,
            channel=ChannelOutcome.NOT_REACHED,
            channel_after=None,
            error="s3:UploadPart to artifacts-eu-west-1 did not answer (SlowDown).",
            advice="Tried 8 times in 31 s and gave up: the limits are 8 tries and 60 s.",
            exit_code=ExitCode.UNAVAILABLE,
            seconds=0.0,
        ),
        exit_code=ExitCode.PARTIAL,
        error="2 of 3 regions succeeded (us-east-1, us-west-2); failed: eu-west-1. `require: all` asks for 3.",
        advice="The command below completes the other regions from one that is whole; it does not need the build.",
        resume=RESUME,
        warnings=("The role does not allow session tags: add `sts:TagSession` to its trust policy.",),
    )


def enough() -> Result:
    """The same under `require: majority`: exit 0, the channel moved in two regions, one is to be finished."""
    moved: dict[str, Any] = {"channel": ChannelOutcome.MOVED, "channel_after": "1.2.3"}
    base = partial()
    first, second, last = base.regions
    error = "2 of 3 regions succeeded (us-east-1, us-west-2); failed: eu-west-1. `require: majority` asks for 2."
    return replace(
        base,
        exit_code=ExitCode.OK,
        error=error,
        regions=(replace(first, **moved), replace(second, **moved), last),
        warnings=(f"{error} That is enough, so the channel moved; finish the others.",),
    )


def denied() -> Result:
    return result(
        Outcome.FAILED,
        *(
            region(
                name,
                Outcome.FAILED,
                version_id=None,
                channel=ChannelOutcome.NOT_REACHED,
                channel_before=None,
                channel_after=None,
                error=f"AWS refused s3:PutObject on arn:aws:s3:::artifacts-{name}/{KEY} to {CALLER}.",
                advice=f"Add this statement to the policy of the role `waybill-stage`:\n"
                f"{STATEMENT.replace('eu-west-1', name)}",
                exit_code=ExitCode.IDENTITY,
                seconds=0.32,
            )
            for name in ("eu-west-1",)
        ),
        changed=False,
        exit_code=ExitCode.IDENTITY,
        resume=RESUME,
    )


def observation(name: str, stored: bool = False, history: tuple[str, ...] = ("1.2.1", "1.2.2")) -> Observation:
    """What was found in one region."""
    return Observation(
        region=name,
        account=ACCOUNT,
        bucket=f"artifacts-{name}",
        kms_key=KeyArn.parse(f"arn:aws:kms:{name}:{ACCOUNT}:key/1234abcd-12ab-34cd-56ef-1234567890ab"),
        artifact=Stored(key=KEY, size=16 * 1024 * 1024, sha256=SHA) if stored else None,
        history=history,
    )


def plan(*regions: RegionPlan) -> Plan:
    """A plan with one region to create, one that has all, and one in conflict; or with the given ones."""
    some = (
        RegionPlan(
            region="us-east-1",
            action=Action.CREATE,
            why="nothing is stored",
            observation=observation("us-east-1"),
            channel=ChannelAction.MOVE,
        ),
        RegionPlan(
            region="us-west-2",
            action=Action.NOTHING,
            why="already stored, same bytes",
            observation=observation("us-west-2", stored=True, history=("1.2.3",)),
            channel=ChannelAction.KEEP,
        ),
        RegionPlan(
            region="eu-west-1",
            action=Action.COMPLETE,
            why="stored without metadata and waybill",
            observation=replace(observation("eu-west-1", stored=True, history=()), kms_key=None),
            channel=ChannelAction.MOVE,
        ),
    )
    return Plan(
        project="SugarWater",
        version=Version("1.2.3"),
        key=KEY,
        channel="latest",
        update_channel=UpdateChannel.NEWER,
        require=Require("all"),
        size=16 * 1024 * 1024,
        digests=Digests(SHA, "AAAAAAAAAAA=", 16 * 1024 * 1024),
        regions=regions or some,
    )


def planned() -> Result:
    return result(Outcome.PLANNED, changed=False)
