"""What doctor says mends a finding mends it: broken, looked at, mended by those words, and looked at again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from botocore.exceptions import ClientError

from doctor.conftest import Look, troubles
from doctor.mending import carry_out
from real.here import waybill_here
from waybill.sandbox import layout
from waybill.sandbox.breaking import listed
from waybill.sandbox.breaking.hands import Hands
from waybill.sandbox.breaking.parameters import store
from waybill.sandbox.server import Sandbox

pytestmark = pytest.mark.engine

REGION = "us-west-2"

TOGETHER = (
    "configuration versioning bucket-key public-access ownership tls-only channel-value oidc-provider key-use "
    "pipeline-mode source-polling transition unfinished-uploads deploy-role boundary",
    "configuration-equal bucket-parameter source-versioning watched-twice oidc-audience artifact-key-policy "
    "pipeline-access",
    "encryption channel-label artifact-store pipeline-role configuration-extras oidc-subject",
    "customer-key artifact-store-policy source-override",
    "parameter-read parameter-write objects listing decrypt pipeline-start",
)
"""Kinds that are mended at once, none of which hides another."""

IN_ONE_REGION = (
    "key",
    "key-region",
    "key-enabled",
    "key-readers",
    "bucket-readers",
    "bucket",
    "bucket-owner",
    "bucket-region",
)
"""Kinds that would hide others there."""

HIDDEN: Mapping[str, str] = {"artifact-store": "artifact-store-policy", "channel-label": "channel-history"}
"""What shows only when something else is mended: a new bucket has no policy, a channel that moves again is full."""

BY_HAND: Mapping[str, str] = {
    "root": "another identity is to be used",
    "clock": "it is the machine's",
    "session-policy": "shorter names are to be found, and what is stored under them is to be moved",
    "channel-history": "nothing need be done",
    "channel-equal": "Waybill's own command mends it, where the versions are stored: see below",
    "pipeline-source": "which of two sources is to go only its owner knows",
    "artifact-key": "a key is to be made, or chosen, for the artifacts",
    "expiry": "which objects a rule is for only its owner knows",
}
"""Kinds that no command mends, and why."""


@pytest.fixture(scope="module")
def chosen(hands: Hands) -> Mapping[str, str]:
    """Return what a person gives where the shell asks."""
    for region in layout.REGIONS:
        store(region, "SugarWater@1.0.0", hands)
    key = hands.client("kms", REGION).describe_key(KeyId=layout.KEY_ALIAS)["KeyMetadata"]["Arn"]
    return {"BUCKET": layout.bucket(layout.DEVELOPMENT, REGION), "KEY_ARN": key, "VERSION": "1.0.0"}


def mended(kinds: str, look: Look, hands: Hands, chosen: Mapping[str, str], **where: str) -> None:
    names, begun = kinds.split(), []
    for name in names:
        breaking = listed.KINDS[name].breaks(hands)
        next(breaking)
        begun.append(breaking)
    try:
        found = troubles(look(**where))
        assert set(found) == set(names)
        while found:
            for finding in (one for some in found.values() for one in some if one.check not in BY_HAND):
                carry_out(finding, hands, chosen)
            found = troubles(look(**where))
            assert set(found) <= {HIDDEN[name] for name in names if name in HIDDEN}
            found = {name: some for name, some in found.items() if name not in BY_HAND}
    finally:
        for breaking in reversed(begun):
            _undo(breaking)


def _undo(breaking: Iterator[None]) -> None:
    try:
        next(breaking, None)
    except ClientError as error:
        # It is there again, or gone, already.
        if error.response["Error"]["Code"] not in {"EntityAlreadyExists", "DeleteConflict", "NoSuchEntity"}:
            raise


@pytest.mark.parametrize("kind", IN_ONE_REGION)
def test_what_doctor_says_mends_a_region(look: Look, hands: Hands, chosen: Mapping[str, str], kind: str) -> None:
    mended(kind, look, hands, chosen, regions=REGION)


@pytest.mark.parametrize("kinds", TOGETHER)
def test_what_doctor_says_mends_what_it_finds(look: Look, hands: Hands, chosen: Mapping[str, str], kinds: str) -> None:
    mended(kinds, look, hands, chosen, project="SugarWater")


def test_channels_that_differ_are_mended_by_the_command_that_is_said(
    look: Look, sandbox: Sandbox, hands: Hands, tmp_path: Path
) -> None:
    environment, project = sandbox.environment(), "Differs"
    (tmp_path / "app.bin").write_bytes(b"an artifact")
    for version in ("0.9.0", "1.0.0"):
        words = ("stage", "--project", project, "--version", version, "--path", "app.bin")
        assert waybill_here(environment, *words, cwd=tmp_path).code == 0
    name = f"{layout.PARAMETER_PREFIX}/{project}/latest"
    hands.client("ssm", REGION).put_parameter(Name=name, Value="0.9.0", Overwrite=True)
    (one,) = troubles(look(project=project))["channel-equal"]
    command = one.mend.partition("`waybill ")[2].partition("`")[0]
    assert waybill_here(environment, *command.split(), "--project", project).code == 0
    assert troubles(look(project=project)) == {}


def test_every_kind_is_mended_here_or_it_is_said_why_not() -> None:
    tried = [name for kinds in (*TOGETHER, *IN_ONE_REGION) for name in kinds.split()]
    assert sorted([*tried, *BY_HAND]) == sorted(listed.KINDS)
