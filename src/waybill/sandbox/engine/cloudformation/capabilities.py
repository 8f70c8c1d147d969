"""What somebody has to agree to before a template may make identities and permissions. Pure.

https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CreateStack.html, `Capabilities`
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from waybill.sandbox.engine.cloudformation.template import Template
from waybill.sandbox.engine.refusals import Refusal

IAM: Final = "CAPABILITY_IAM"
NAMED: Final = "CAPABILITY_NAMED_IAM"
# Types that ask for it, and the property that names a resource.
_TYPES: Final[Mapping[str, str]] = {
    "AWS::IAM::AccessKey": "",
    "AWS::IAM::Group": "GroupName",
    "AWS::IAM::InstanceProfile": "InstanceProfileName",
    "AWS::IAM::ManagedPolicy": "ManagedPolicyName",
    "AWS::IAM::Policy": "",
    "AWS::IAM::Role": "RoleName",
    "AWS::IAM::RolePolicy": "",
    "AWS::IAM::User": "UserName",
    "AWS::IAM::UserToGroupAddition": "",
}


def needed(template: Template) -> tuple[str, str]:
    """Return the capability that a template needs, and why; two empty strings where it needs none."""
    types = sorted({each.type for each in template.resources.values() if each.type in _TYPES})
    if not types:
        return "", ""
    named = any(_TYPES[each.type] in each.properties for each in template.resources.values() if _TYPES.get(each.type))
    reason = f"The following resource(s) require capabilities: [{', '.join(types)}]"
    return (NAMED if named else IAM), reason


def check(template: Template, given: Iterable[str]) -> None:
    """Raise `Refusal` unless all that is needed is given."""
    wanted, _ = needed(template)
    enough = {IAM: {IAM, NAMED}, NAMED: {NAMED}}
    if wanted and not enough[wanted] & set(given):
        raise Refusal("InsufficientCapabilitiesException", f"Requires capabilities : [{wanted}]")
