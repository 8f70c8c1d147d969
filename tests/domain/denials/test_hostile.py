"""Whatever an answer says, reading it neither fails nor is slow, and what is shown of it is short."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.denials.told import SESSION
from waybill.domain.denials.causes import Call, cause
from waybill.domain.denials.decoded import decoded
from waybill.domain.denials.sentences import LONGEST, LONGEST_SAID, read
from waybill.domain.denials.words import denied

PIECES = [
    "User: ",
    " is not authorized to perform: ",
    "not authorized to perform",
    "s3:PutObject",
    "kms:",
    " on resource: ",
    ' on resource: "',
    '"',
    " on the resource associated with ",
    " because no ",
    " with an explicit deny in a ",
    "service control policy: ",
    "resource-based policy",
    "arn:aws:organizations::1:policy/",
    "arn:aws:s3:::b/k",
    SESSION,
    "Encoded authorization failure message: ",
    "You are not authorized to perform this operation.",
    "::error file=a::",
    "\n::set-output name=a::b",
    "\r\n",
    "\x1b[31m",
    "  ",
    "\u202e",
    "`",
    "</details>",
    "%0A",
    "İ",
]
MESSAGES = st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=20)), max_size=30).map("".join)
ARNS = st.one_of(
    st.just(""),
    st.just("*"),
    st.text(max_size=40),
    st.lists(st.text(alphabet="abc123:/*-", max_size=12), min_size=1, max_size=9).map(":".join),
    st.builds(
        "arn:{}:{}:{}:{}:{}".format,
        st.sampled_from(["aws", "aws-cn", ""]),
        st.sampled_from(["s3", "kms", "codeartifact", "iam", "sts", "ssm"]),
        st.sampled_from(["us-east-1", ""]),
        st.sampled_from(["111111111111", "222222222222", ""]),
        st.text(alphabet="abc/*-:", max_size=20),
    ),
)
ACTIONS = st.sampled_from(
    [
        *("s3:GetObject", "kms:Decrypt", "ssm:GetParameter", "sts:AssumeRole", "sts:AssumeRoleWithWebIdentity"),
        *(
            "codeartifact:PublishPackageVersion",
            "codeartifact:CreateDomain",
            "organizations:ListAccounts",
            "iam:GetRole",
        ),
    ]
)


@settings(max_examples=200, deadline=None)
@given(
    message=MESSAGES, action=ACTIONS, resource=ARNS, caller=ARNS, key=ARNS, owner=st.sampled_from(["", "111111111111"])
)
def test_any_answer_of_any_call_becomes_one_error(
    message: str, action: str, resource: str, caller: str, key: str, owner: str
) -> None:
    said = read(message)
    error = denied(
        cause(Call(action=action, resource=resource, caller=caller, key=key, owner=owner), said), "s3://acme/key"
    )
    assert error.action
    assert all(line.isprintable() for line in str(error).split("\n"))
    json.dumps(error.refused.to_json())
    assert len(error.what) < 12_000
    assert len(said.words) <= LONGEST_SAID + 1


ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.text(max_size=10) | st.integers(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    *("allowed", "explicitDeny", "matchedStatements", "items", "context", "principal", "arn", "action"),
                    *("effect", "resource", "principals", "value", "statementId", "sourcePolicyType", "sourcePolicyId"),
                ]
            ),
            inner,
            max_size=5,
        )
    ),
    max_leaves=20,
)


@settings(max_examples=200, deadline=None)
@given(document=ANY_JSON)
def test_whatever_is_decoded_is_read(document: object) -> None:
    said, denies = decoded(read("Access Denied"), json.dumps(document))
    error = denied(cause(Call(action="s3:GetObject", resource="*", caller=SESSION), said, denies), "s3://acme")
    assert all(line.isprintable() for line in str(error).split("\n"))
    json.dumps(error.refused.to_json())


@pytest.mark.parametrize("piece", PIECES)
@pytest.mark.parametrize("before", ["", f"User: {SESSION} is not authorized to perform: s3:GetObject on resource: "])
def test_a_message_a_hundred_kilobytes_long_is_cut_before_it_is_read(before: str, piece: str) -> None:
    """Twice as much beyond the cut changes nothing: no reading of it, fast or slow, takes longer."""
    message = before + piece * (100_000 // len(piece) + 1)
    assert read(message) == read(message[:LONGEST]) == read(message + message)
    error = denied(cause(Call(action="s3:GetObject", resource="*"), read(message)), "s3://acme")
    assert len(str(error)) < 12_000


def test_what_stands_in_the_name_of_a_resource_is_not_taken_for_awss_words() -> None:
    name = "x with an explicit deny in a service control policy because no session policy allows"
    message = (
        f'User: {SESSION} is not authorized to perform: s3:PutObject on resource: "arn:aws:s3:::b/{name}" because no '
        "identity-based policy allows the s3:PutObject action"
    )
    said = read(message)
    assert (said.explicit, said.kind.value if said.kind else "") == (False, "identity policy")
