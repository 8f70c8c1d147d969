"""What stacks give each other."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from sandbox.cloudformation.stand import Stand, refused, template, thing


def exporting(name: str, value: str = "a") -> dict[str, Any]:
    body = template(One=thing(value))
    output = {"Value": {"Fn::GetAtt": ["One", "Value"]}, "Description": "given", "Export": {"Name": {"Fn::Sub": name}}}
    return {**body, "Outputs": {"Given": output}}


def importing(name: str) -> dict[str, Any]:
    return template(Two=thing({"Fn::ImportValue": name}))


def test_an_export_is_listed_imported_and_kept_while_it_is_used(stand: Stand) -> None:
    name = f"export-{uuid4().hex[:6]}"
    giver = stand.made(exporting(name))
    listed = {each["Name"]: each["Value"] for each in stand.client.list_exports()["Exports"]}
    assert listed[name] == "a"
    (found,) = stand.client.describe_stacks(StackName=giver)["Stacks"]
    assert found["Outputs"] == [{"OutputKey": "Given", "OutputValue": "a", "Description": "given", "ExportName": name}]
    taker = stand.made(importing(name))
    assert stand.client.list_imports(ExportName=name)["Imports"] == [taker]
    kept = stand.deleted(giver, status="DELETE_FAILED")
    assert kept["StackStatusReason"] == f"Export {name} cannot be deleted as it is in use by {taker}"
    stand.deleted(taker)
    assert "is not imported by any stack" in refused(stand.client.list_imports, ExportName=name)[1]
    stand.deleted(giver)


def test_an_export_in_use_does_not_change_and_the_update_goes_back(stand: Stand) -> None:
    name = f"export-{uuid4().hex[:6]}"
    giver, taker = stand.made(exporting(name)), stand.made(importing(name))
    stand.updated(giver, exporting(name, "b"), status="UPDATE_ROLLBACK_COMPLETE")
    reason = stand.reason(giver, giver, "UPDATE_ROLLBACK_IN_PROGRESS")
    assert reason == f"Export {name} cannot be updated as it is in use by {taker}."
    assert {each["Name"]: each["Value"] for each in stand.client.list_exports()["Exports"]}[name] == "a"


def test_an_exports_name_is_taken_once(stand: Stand) -> None:
    name = f"export-{uuid4().hex[:6]}"
    giver = stand.made(exporting(name))
    other = stand.made(exporting(name), status="ROLLBACK_COMPLETE")
    assert stand.reason(other, other, "ROLLBACK_IN_PROGRESS").startswith(
        f"Export with name {name} is already exported by stack {giver}."
    )


def test_what_nobody_exports_cannot_be_imported(stand: Stand) -> None:
    taker = stand.made(importing("nobodys"), status="ROLLBACK_COMPLETE")
    assert stand.reason(taker, "Two", "CREATE_FAILED") == "No export named nobodys found."


def test_an_output_is_text(stand: Stand) -> None:
    body = {**template(One=thing("a")), "Outputs": {"O": {"Value": ["a", "b"]}}}
    name = stand.made(body, status="ROLLBACK_COMPLETE")
    assert "must evaluate to a String" in stand.reason(name, name, "ROLLBACK_IN_PROGRESS")
