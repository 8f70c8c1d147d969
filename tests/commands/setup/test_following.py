"""What a stack's end means, and by which of its events it is explained."""

from __future__ import annotations

import pytest

from commands.setup.site import DEV_HOME
from waybill.commands.setup.applying.following import failed, in_the_way, root_of
from waybill.domain.setup.plan import HOLDS_DATA
from waybill.errors import AccessDenied, IdentityError
from waybill.ports.stacks import Stack, StackEvent, Standing

STANDINGS = {
    "CREATE_COMPLETE": Standing.WHOLE,
    "UPDATE_COMPLETE": Standing.WHOLE,
    "UPDATE_ROLLBACK_COMPLETE": Standing.WHOLE,
    "ROLLBACK_COMPLETE": Standing.BROKEN,
    "ROLLBACK_FAILED": Standing.BROKEN,
    "UPDATE_ROLLBACK_FAILED": Standing.HALTED,
    "DELETE_FAILED": Standing.BROKEN,
}


def stack(word: str, reason: str = "") -> Stack:
    return Stack(name=DEV_HOME.name, id="arn:stack", standing=STANDINGS[word], word=word, reason=reason)


def event(resource: str, status: str, reason: str = "") -> StackEvent:
    return StackEvent(
        id=f"{resource}-{status}", resource=resource, type="AWS::S3::Bucket", status=status, reason=reason
    )


@pytest.mark.parametrize("word", ["CREATE_COMPLETE", "UPDATE_COMPLETE"])
def test_a_stack_that_stands_did_not_fail(word: str) -> None:
    assert failed(DEV_HOME, stack(word), []) is None


@pytest.mark.parametrize(
    "said", ["Resource creation cancelled", "Resource update cancelled", "Resource deletion cancelled"]
)
def test_what_another_failure_stopped_is_no_root_wherever_it_stands_among_the_events(said: str) -> None:
    root = event("Bucket", "CREATE_FAILED", "it is taken")
    stopped = [event(name, "CREATE_FAILED", said) for name in ("Key", "Role")]
    for events in ([root, *stopped], [*stopped, root], [stopped[0], root, stopped[1]]):
        assert root_of(events) is root


def test_the_first_that_failed_by_itself_is_the_root() -> None:
    first, second = event("Bucket", "UPDATE_FAILED", "it is taken"), event("Role", "UPDATE_FAILED", "going back")
    assert root_of([event("Key", "UPDATE_COMPLETE"), first, second]) is first
    assert root_of([event("Key", "UPDATE_COMPLETE")]) is None


@pytest.mark.parametrize("word", ["ROLLBACK_COMPLETE", "UPDATE_ROLLBACK_COMPLETE"])
def test_what_was_taken_back_is_said_to_be(word: str) -> None:
    error = failed(DEV_HOME, stack(word), [event("Bucket", "CREATE_FAILED", "it is odd")])
    assert error is not None
    assert error.what == f"{DEV_HOME} failed, and was rolled back: Bucket (AWS::S3::Bucket): it is odd"


@pytest.mark.parametrize("word", ["ROLLBACK_FAILED", "UPDATE_ROLLBACK_FAILED", "DELETE_FAILED"])
def test_what_could_not_be_taken_back_is_not_said_to_be(word: str) -> None:
    error = failed(DEV_HOME, stack(word), [event("Bucket", "CREATE_FAILED", "it is odd")])
    assert error is not None
    assert error.what == f"{DEV_HOME} failed ({word}): Bucket (AWS::S3::Bucket): it is odd"


def test_without_an_event_the_stack_says_why() -> None:
    error = failed(DEV_HOME, stack("DELETE_FAILED", "an export is in use"), [])
    assert error is not None
    assert "an export is in use" in error.what


@pytest.mark.parametrize(
    "reason",
    [
        "User: arn:x is not authorized to perform: iam:CreateRole on resource: y",
        "Resource handler returned message: Access Denied (Service: S3, Status Code: 403) AccessDenied",
    ],
)
def test_a_refusal_is_told_as_one(reason: str) -> None:
    assert isinstance(
        failed(DEV_HOME, stack("ROLLBACK_COMPLETE"), [event("A", "CREATE_FAILED", reason)]), IdentityError
    )


def test_a_refusal_that_names_its_resource_comes_with_the_statement() -> None:
    who = "User: arn:aws:sts::222222222222:assumed-role/admin/ada is not authorized to perform: iam:CreateRole"
    role = "arn:aws:iam::222222222222:role/waybill-stage"
    reason = f'Resource handler returned message: "{who} on resource: {role} (Service: Iam, Status Code: 403)"'
    error = failed(DEV_HOME, stack("ROLLBACK_COMPLETE"), [event("A", "CREATE_FAILED", reason)])
    assert isinstance(error, AccessDenied)
    assert (error.action, error.resource) == ("iam:CreateRole", role)
    assert "identity policy of arn:aws:iam::222222222222:role/admin" in error.advice
    assert error.advice.endswith("Let who sets up do this (the role of the account in the file), and run again.")
    assert reason in error.what


def test_a_name_that_is_taken_is_told_as_that() -> None:
    error = failed(DEV_HOME, stack("ROLLBACK_COMPLETE"), [event("A", "CREATE_FAILED", "acme-media already exists")])
    assert error is not None
    assert "Choose another name" in error.advice


@pytest.mark.parametrize(
    ("type_", "says"),
    [
        ("AWS::IAM::OIDCProvider", "github-provider: existing"),
        ("AWS::SSM::Parameter", "setup adopt"),
        *((type_, "holds data") for type_ in sorted(HOLDS_DATA)),
        ("AWS::IAM::Role", "another name"),
    ],
)
def test_nobody_is_told_to_delete_what_is_in_the_way(type_: str, says: str) -> None:
    assert says in in_the_way(type_)
    assert "delete" not in in_the_way(type_)
