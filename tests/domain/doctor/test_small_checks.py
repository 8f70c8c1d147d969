"""The clock, channels, permissions, chains of roles: what is good, doubtful, and wrong."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from waybill.domain.arns import Caller, KeyArn, RoleArn
from waybill.domain.doctor.channels import ChannelLook, Channels, channel_findings, channels_in
from waybill.domain.doctor.clock import clock_finding
from waybill.domain.doctor.facts import History, Key, Parameter, Said, Simulated
from waybill.domain.doctor.identity import chain_finding, credentials_finding, session_policy_finding
from waybill.domain.doctor.keys import KeyLook, key_findings
from waybill.domain.doctor.permissions import Wanted, permission_findings
from waybill.domain.findings import Finding, Seen, Unseen, Verdict
from waybill.domain.identity import Identity
from waybill.domain.versions import Version, parse_or_none

USER = "arn:aws:iam::111111111111:user/ada"
SESSION = "arn:aws:sts::111111111111:assumed-role/ci/run"
ROLE = RoleArn.parse("arn:aws:iam::222222222222:role/waybill-stage")
KEY = KeyArn.parse("arn:aws:kms:us-east-1:111111111111:key/1234abcd-12ab-34cd-56ef-1234567890ab")


@pytest.mark.parametrize(
    ("theirs", "verdict", "way"),
    [
        ("12:00:01", Verdict.PASS, "right"),
        ("12:00:30", Verdict.PASS, "right"),
        ("12:02:00", Verdict.WARN, "behind"),
        ("11:58:00", Verdict.WARN, "ahead"),
        ("12:06:00", Verdict.FAIL, "behind"),
        ("11:50:00", Verdict.FAIL, "ahead"),
    ],
)
def test_a_clock_that_is_off_is_told_before_aws_refuses_what_it_signs(theirs: str, verdict: Verdict, way: str) -> None:
    one = clock_finding(Seen(f"2026-01-31T{theirs}Z"), "2026-01-31T12:00:00Z", "2026-01-31T12:00:02Z", "us-east-1")
    assert one.verdict is verdict
    assert way in one.says


def channels(*values: str | None, version: int = 1, history: History | None = None) -> dict[str, Finding]:
    """Return what is said of one channel that names these values, region by region; None: it is absent there."""
    name = "/artifacts/SugarWater/latest"
    named: Channels = {
        f"region-{number}": Seen({} if value is None else {name: Parameter(value=value, version=version)})
        for number, value in enumerate(values)
    }
    kept: dict[tuple[str, str], Seen[History | None] | Unseen] = {}
    if history:
        kept["region-0", name] = Seen(history)
    found = channel_findings(ChannelLook(prefix="/artifacts", channels=named, histories=kept))
    return {one.check: one for one in found if not one.good}


def test_a_channel_whose_version_is_not_stored_is_a_warning_with_what_brings_it_back() -> None:
    name, version = "/artifacts/SugarWater/latest", parse_or_none("1.0.0")
    assert version is not None
    named: Channels = {region: Seen({name: Parameter(value="1.0.0", version=1)}) for region in ("a", "b", "c")}

    def told(**has: Seen[frozenset[Version]] | Unseen) -> dict[str, str]:
        stored = {(region, "SugarWater"): fact for region, fact in has.items()}
        found = channel_findings(ChannelLook(prefix="/artifacts", channels=named, stored=stored))
        return {one.region: one.mend for one in found if one.verdict is Verdict.WARN and one.check == "channel-value"}

    whole, none = Seen(frozenset({version})), Seen(frozenset[Version]())
    assert told(a=whole, b=whole, c=whole) == told(a=Unseen("refused")) == told() == {}
    (mend,) = told(a=whole, b=none, c=whole).values()
    assert mend == "`waybill status --repair` completes it, from a and c."
    assert all(one.startswith("No region stores it") for one in told(a=none, b=none, c=none).values())


def test_a_denial_of_what_has_a_made_up_name_is_told_without_it_and_else_whole() -> None:
    resources = tuple(f"arn:aws:ssm:region-{number}:1:parameter/a/p/latest" for number in range(3))
    denied = [
        Simulated(action="ssm:PutParameter", resource=one, said=Said.EXPLICIT_DENY, denied_by=("p",))
        for one in resources
    ]
    wanted = Wanted(check="parameter-write", what="move", actions=("ssm:PutParameter",), resources=resources)
    (whole,) = permission_findings(wanted, Seen(denied), USER)
    assert whole.mend.endswith(f"denies to {USER}: ssm:PutParameter on {', '.join(resources)}.")
    (short,) = permission_findings(replace(wanted, made_up=True), Seen(denied), USER)
    assert short.mend.endswith(f"denies to {USER}: ssm:PutParameter.")
    assert "a name that was made up" in short.says


def test_channels_that_name_versions_alike_are_good() -> None:
    assert channels("1.0.0", "1.0.0") == {}
    assert channels(None, None) == {}


def test_what_is_no_version_and_what_is_not_alike_fails() -> None:
    assert channels("newest", "newest").keys() == {"channel-value"}
    assert channels("1.0.0", "1.0.1").keys() == {"channel-equal"}
    assert "nothing in region-1" in channels("1.0.0", None)["channel-equal"].says


def test_a_full_history_is_a_warning_and_a_label_in_its_way_a_failure() -> None:
    full = channels("1.0.0", version=100, history=History(versions=100, oldest=1))
    assert full["channel-history"].verdict is Verdict.WARN
    labelled = channels("1.0.0", version=95, history=History(versions=95, oldest=1, labels=("keep",)))
    assert labelled["channel-label"].verdict is Verdict.FAIL
    assert "after 5 more moves" in labelled["channel-label"].says
    assert "--parameter-version 1 --labels keep" in labelled["channel-label"].mend
    assert channels("1.0.0", version=95, history=History(versions=20, oldest=76, labels=("keep",))) == {}


def test_only_what_is_named_as_a_channel_is_one() -> None:
    one = Parameter(value="1.0.0", version=1)
    names = ["/artifacts/A/latest", "/artifacts/A/Latest", "/artifacts/A/b/latest", "/artifacts", "/other/A/latest"]
    assert list(channels_in(dict.fromkeys(names, one), "/artifacts", ())) == ["/artifacts/A/latest"]
    assert channels_in(dict.fromkeys(names, one), "/artifacts", ("B",)) == {}


def simulated(said: Said, *, unless: str = "", boundary: bool = True, organisation: bool = True) -> Finding:
    wanted = Wanted(check="objects", what="put", actions=("s3:PutObject",), resources=("arn:x",), unless=unless)
    answer = Simulated(action="s3:PutObject", resource="arn:x", said=said, boundary=boundary, organisation=organisation)
    (one,) = permission_findings(wanted, Seen([answer]), USER)
    return one


def test_what_hangs_on_a_key_that_a_simulation_is_not_told_is_unknown() -> None:
    wanted = Wanted(check="decrypt", what="decrypt", actions=("kms:Decrypt",), resources=("arn:x",))
    for said, verdict in ((Said.IMPLICIT_DENY, Verdict.UNKNOWN), (Said.ALLOWED, Verdict.PASS)):
        answer = Simulated(action="kms:Decrypt", resource="arn:x", said=said, missing=("kms:ResourceAliases",))
        (one,) = permission_findings(wanted, Seen([answer]), USER)
        assert one.verdict is verdict


def test_a_missing_allowance_comes_with_the_statement() -> None:
    one = simulated(Said.IMPLICIT_DENY)
    assert one.verdict is Verdict.FAIL
    statement = json.loads(one.mend.partition(": ")[2])
    assert statement == {"Effect": "Allow", "Action": "s3:PutObject", "Resource": "arn:x"}


def test_a_denial_fails_even_where_it_is_not_sure_that_the_run_needs_it() -> None:
    assert simulated(Said.IMPLICIT_DENY, unless="Give `project`.").verdict is Verdict.WARN
    denied = simulated(Said.EXPLICIT_DENY, unless="Give `project`.")
    assert denied.verdict is Verdict.FAIL
    assert "no allowance outweighs" in denied.says


def test_a_boundary_and_an_organisation_are_told_apart() -> None:
    assert simulated(Said.IMPLICIT_DENY, boundary=False).check == "boundary"
    assert "a policy denies it" in simulated(Said.IMPLICIT_DENY, organisation=False).says


def test_what_the_bucket_s_own_policy_allows_needs_no_other_policy() -> None:
    wanted = Wanted(
        check="objects",
        what="put",
        actions=("s3:PutObject",),
        resources=("arn:x",),
        elsewhere=frozenset({("s3:PutObject", "arn:x")}),
    )
    for said, verdict in ((Said.IMPLICIT_DENY, Verdict.PASS), (Said.EXPLICIT_DENY, Verdict.FAIL)):
        answer = Simulated(action="s3:PutObject", resource="arn:x", said=said)
        (one,) = permission_findings(wanted, Seen([answer]), USER)
        assert one.verdict is verdict


@pytest.mark.parametrize(
    ("identity", "beginner", "verdict", "told"),
    [
        (Identity(), "", Verdict.PASS, "no role is assumed"),
        (Identity(role=ROLE), USER, Verdict.PASS, "one role"),
        (Identity(role=ROLE, role_duration=7200), USER, Verdict.PASS, "7200"),
        (Identity(role=ROLE), SESSION, Verdict.PASS, "an hour at most"),
        (Identity(role=ROLE, role_duration=7200), SESSION, Verdict.FAIL, "not 7200"),
        (Identity(oidc_role=ROLE, role=ROLE), "", Verdict.PASS, "the runner's token"),
    ],
)
def test_a_chain_of_roles_lasts_an_hour(identity: Identity, beginner: str, verdict: Verdict, told: str) -> None:
    one = chain_finding(identity, Caller(SESSION, "111111111111"), beginner)
    assert one.verdict is verdict
    assert told in one.says


def test_a_long_lived_key_is_told_unless_it_is_a_sandbox_s() -> None:
    assert credentials_finding("AKIAEXAMPLE", real=True).verdict is Verdict.WARN
    assert credentials_finding("AKIAEXAMPLE", real=False).good
    assert credentials_finding("ASIAEXAMPLE", real=True).good


def test_a_session_policy_that_is_cut_or_too_long_is_told() -> None:
    assert session_policy_finding(1500, "a promotion", whole=True).good
    assert session_policy_finding(1500, "a promotion", whole=False).verdict is Verdict.WARN
    assert session_policy_finding(2049, "a promotion", whole=False).verdict is Verdict.FAIL


@pytest.mark.parametrize(
    ("key", "checks"),
    [
        (Seen(None), {"key"}),
        (Seen(Key(arn=KEY, state="Disabled")), {"key-enabled"}),
        (Seen(Key(arn=KEY, state="PendingDeletion")), {"key-enabled"}),
        (Unseen("no"), {"key"}),
    ],
)
def test_a_key_that_cannot_be_used_is_told_once(key: Seen[Key | None] | Unseen, checks: set[str]) -> None:
    found = key_findings(KeyLook(named=KEY, key=key), "us-east-1", USER)
    assert {one.check for one in found if not one.good} == checks


def test_a_key_of_another_region_is_told_and_nothing_else() -> None:
    (one,) = key_findings(KeyLook(named=KEY, key=Seen(None)), "eu-west-1", USER)
    assert (one.check, one.verdict) == ("key-region", Verdict.FAIL)
