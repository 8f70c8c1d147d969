"""What is pasted into a shell does nothing in another account, and stops where a person has to give something."""

from __future__ import annotations

import subprocess

import pytest

from waybill.domain.doctor.places import placed
from waybill.domain.doctor.verdicts import bad
from waybill.domain.findings import Finding
from waybill.domain.shell import quoted

OWN, OTHER = "222222222222", "111111111111"
ROLE = f"arn:aws:sts::{OWN}:assumed-role/waybill-stage/waybill"


def mended(mend: str) -> Finding:
    (one,) = placed([bad("check", "is wrong", mend)], OWN, ROLE)
    return one


def pasted(mend: str, account: str, **given: str) -> subprocess.CompletedProcess[str]:
    """Run a mend in a shell whose `aws` is of an account, and otherwise says what it was asked."""
    aws = f'aws() {{ if [ "$1" = sts ]; then echo {account}; else echo "did $*"; fi; }}'
    return subprocess.run(
        ["/bin/sh", "-c", f"{aws}\n{mend}"], capture_output=True, text=True, env=given, check=False, timeout=20
    )


def test_a_command_is_done_in_its_account_and_refused_in_every_other() -> None:
    one = mended("aws ssm put-parameter --name /startifact && aws kms enable-key # or `waybill setup apply`")
    assert (one.owner, one.seen_as) == (OWN, f"arn:aws:iam::{OWN}:role/waybill-stage")
    assert one.note == "or 'waybill setup apply'", "a shell would run what stands in backquotes"
    done = pasted(one.mend, OWN)
    assert (done.returncode, done.stdout) == (0, "did ssm put-parameter --name /startifact\ndid kms enable-key\n")
    refused = pasted(one.mend, OTHER)
    assert refused.returncode == 1
    assert refused.stdout == f"Not done: these are no credentials of account {OWN}.\n"


def test_a_call_of_a_bucket_says_whose_it_is() -> None:
    one = mended("aws s3api put-bucket-versioning --region r --bucket acme --versioning-configuration Status=Enabled")
    assert f"--bucket acme --expected-bucket-owner {OWN} --versioning" in one.mend
    assert "expected-bucket-owner" not in mended("aws s3api create-bucket --region r --bucket acme").mend


@pytest.mark.parametrize("where", [f"identity policy of arn:aws:iam::{OTHER}:role/prods3role", "key policy"])
def test_a_statement_belongs_to_the_account_of_the_policy_that_it_is_for(where: str) -> None:
    one = mended(f"Add to the {where}: {{}}")
    assert one.mend == f"Add to the {where}: {{}}"
    assert (one.owner, bool(one.seen_as)) == ((OTHER, False) if OTHER in where else (OWN, True))
    assert placed([one], "333333333333", ROLE) == [one], "it has its account already"


@pytest.mark.parametrize("text", ["KEY_ARN", '{"KMSMasterKeyID": "KEY_ARN"}'])
def test_a_blank_stops_the_shell_until_it_is_filled(text: str) -> None:
    command = f"aws s3api put {quoted(text, KEY_ARN='the ARN of a key')}"
    stopped = pasted(command, OWN)
    assert (stopped.returncode != 0, stopped.stdout) == (True, "")
    assert "give the ARN of a key" in stopped.stderr
    assert pasted(command, OWN, KEY_ARN="arn:x").stdout == f"did s3api put {text.replace('KEY_ARN', 'arn:x')}\n"
