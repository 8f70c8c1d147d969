"""A region whose stack failed on the way is made at the second attempt, with what `setup` gives its stacks."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from botocore.exceptions import WaiterError

from domain.setup.organisations import FILES, estate
from templates.made import Hands, request
from waybill.domain.setup.stacks.every import wanted_stacks
from waybill.domain.setup.stacks.wanted import OutputOf
from waybill.sandbox.server import running

pytestmark = pytest.mark.engine

HOME, SECOND = "us-east-1", "us-west-2"
NAME = "waybill-region"


@pytest.fixture(scope="module")
def hands() -> Iterator[Hands]:
    with running(os.environ, empty=True) as sandbox:
        yield Hands(sandbox)


def given(region: str, known: Mapping[str, str]) -> dict[str, str]:
    """Return what setup gives production's stack of a region; `known` are the outputs of the home region's."""

    def told(output: OutputOf) -> str:
        return known[output.output]

    stacks = wanted_stacks(estate(FILES["two accounts"]))
    (found,) = (
        one for one in stacks if (one.ref.account, one.ref.region, one.ref.name) == ("production", region, NAME)
    )
    return found.texts(told)


def wait(client: Any, state: str, **of: str) -> None:
    client.get_waiter(state).wait(**of, WaiterConfig={"Delay": 0.05, "MaxAttempts": 400})


def test_a_region_whose_bucket_could_not_be_made_is_made_when_setup_is_run_again(hands: Hands) -> None:
    home = hands.stack("region", given(HOME, {}), region=HOME, name=NAME)
    parameters = given(SECOND, home.outputs)
    client = hands.client("cloudformation", region=SECOND)
    hands.sandbox.disturb_stack(NAME, "Bucket", fail="A conflicting conditional operation is currently in progress.")
    made = client.create_change_set(
        StackName=NAME, ChangeSetName="first", ChangeSetType="CREATE", **request("region", parameters)
    )
    wait(client, "change_set_create_complete", ChangeSetName=made["Id"])
    client.execute_change_set(ChangeSetName=made["Id"])
    with pytest.raises(WaiterError, match="ROLLBACK_COMPLETE"):
        wait(client, "stack_create_complete", StackName=made["StackId"])
    client.delete_stack(StackName=made["StackId"])
    wait(client, "stack_delete_complete", StackName=made["StackId"])
    again = hands.stack("region", parameters, region=SECOND, name=NAME)
    (rule,) = again.client("s3").get_bucket_encryption(Bucket=again.ids["Bucket"])["ServerSideEncryptionConfiguration"][
        "Rules"
    ]
    key = rule["ApplyServerSideEncryptionByDefault"]["KMSMasterKeyID"]
    assert key == again.outputs["KeyArn"] != home.outputs["KeyArn"]
    found = again.client("kms").describe_key(KeyId=given(SECOND, home.outputs)["KeyAlias"])["KeyMetadata"]
    assert (found["Arn"], found["KeyState"]) == (key, "Enabled")
