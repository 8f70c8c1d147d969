"""IAM as the sandbox answers: what is in use is not deleted, what is named exists, and providers have their audiences.

Only what moto leaves out of that; the rest is moto's.
"""

from __future__ import annotations

import json
from typing import Final

from moto.core.common_types import TYPE_RESPONSE
from moto.core.responses import ActionResult, EmptyResult
from moto.iam import urls
from moto.iam.aws_managed_policies import aws_managed_policies_data
from moto.iam.exceptions import DeleteConflictException, EntityAlreadyExists, NotFoundException
from moto.iam.models import AWSManagedPolicy, Group, OpenIDConnectProvider, Role, User
from moto.iam.responses import IamResponse

from waybill.sandbox.engine import simulation
from waybill.sandbox.engine.refusals import Refusal, rendered

_BOUNDARY: Final = "permissions_boundary"
_AWS_POLICY: Final = "arn:aws:iam::aws:policy/"


class StrictIam(IamResponse):
    """Requests to IAM, one instance a request."""

    def call_action(self) -> TYPE_RESPONSE:
        """Answer one request; refusals in IAM's form."""
        try:
            return super().call_action()
        except Refusal as refusal:
            return rendered(refusal, "iam")

    def create_role(self) -> ActionResult:
        """CreateRole: with a permissions boundary that exists."""
        self._check_boundary()
        return super().create_role()

    def put_role_permissions_boundary(self) -> ActionResult:
        """PutRolePermissionsBoundary: one that exists."""
        self._check_boundary()
        return super().put_role_permissions_boundary()

    def create_user(self) -> ActionResult:
        """CreateUser: with a permissions boundary, which moto drops."""
        self._check_boundary()
        answer = super().create_user()
        boundary = self._get_param("PermissionsBoundary")
        if boundary:
            _bind(self.backend.get_user(self._get_param("UserName")), boundary)
        return answer

    def delete_user(self) -> ActionResult:
        """DeleteUser: of one that has nothing left and is in no group.

        https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteUser.html
        """
        user = self.backend.get_user(self._get_param("UserName"))
        left = {
            "delete access keys": user.access_keys,
            "delete login profile": user.password,
            "delete MFA device": user.mfa_devices,
            "delete signing certificates": user.signing_certificates,
            "delete SSH public keys": user.ssh_public_keys,
            "remove users from group": user.group_list,
        }
        for what, there in left.items():
            if there:
                raise DeleteConflictException(f"Cannot delete entity, must {what} first.")
        return super().delete_user()

    def update_group(self) -> ActionResult:
        """UpdateGroup: a new path too, without a new name."""
        answer = super().update_group()
        path = self._get_param("NewPath")
        if path:
            self.backend.get_group(self._get_param("NewGroupName") or self._get_param("GroupName")).path = path
        return answer

    def put_user_permissions_boundary(self) -> ActionResult:
        """PutUserPermissionsBoundary: one that exists."""
        self._check_boundary()
        _bind(self.backend.get_user(self._get_param("UserName")), self._get_param("PermissionsBoundary"))
        return EmptyResult()

    def delete_user_permissions_boundary(self) -> ActionResult:
        """DeleteUserPermissionsBoundary."""
        vars(self.backend.get_user(self._get_param("UserName"))).pop(_BOUNDARY, None)
        return EmptyResult()

    def delete_policy(self) -> ActionResult:
        """DeletePolicy: of one that nobody has, as a policy or as a boundary."""
        arn = self._get_param("PolicyArn")
        holders: list[Role | User | Group] = list(self.backend.roles.values())
        holders += [*self.backend.users.values(), *self.backend.groups.values()]
        bounded = {role.permissions_boundary_arn for role in self.backend.roles.values()}
        found = (vars(user).get(_BOUNDARY, {}) for user in self.backend.users.values())
        bounded |= {boundary.get("PermissionsBoundaryArn") for boundary in found}
        if any(arn in holder.managed_policies for holder in holders):
            raise DeleteConflictException("Cannot delete a policy attached to entities.")
        if arn in bounded:
            raise DeleteConflictException("Cannot delete a policy that is in use as a permissions boundary.")
        return super().delete_policy()

    def attach_role_policy(self) -> ActionResult:
        """AttachRolePolicy: AWS's own policies too."""
        self._know_policy()
        return super().attach_role_policy()

    def attach_group_policy(self) -> ActionResult:
        """AttachGroupPolicy: AWS's own policies too."""
        self._know_policy()
        return super().attach_group_policy()

    def attach_user_policy(self) -> ActionResult:
        """AttachUserPolicy: AWS's own policies too."""
        self._know_policy()
        return super().attach_user_policy()

    def simulate_principal_policy(self) -> ActionResult:
        """SimulatePrincipalPolicy: identity policies and boundary, of a user or a role."""
        answer = simulation.simulate(
            self.backend,
            str(self._get_param("PolicySourceArn")),
            self._get_param("ActionNames") or [],
            self._get_param("ResourceArns") or [],
            self._get_param("ContextEntries") or [],
        )
        return ActionResult(answer)

    def create_open_id_connect_provider(self) -> ActionResult:
        """CreateOpenIDConnectProvider: says which one is there already."""
        url = str(self._get_param("Url"))
        name = url.rpartition("://")[2]
        if any(arn.endswith(f":oidc-provider/{name}") for arn in self.backend.open_id_providers):
            raise EntityAlreadyExists(f"Provider with url {url} already exists.")
        return super().create_open_id_connect_provider()

    def add_client_id_to_open_id_connect_provider(self) -> ActionResult:
        """AddClientIDToOpenIDConnectProvider; one that is there is no fault."""
        provider, audience = self._provider()
        if audience not in provider.client_id_list:
            provider.client_id_list = [*provider.client_id_list, audience]
        return EmptyResult()

    def remove_client_id_from_open_id_connect_provider(self) -> ActionResult:
        """RemoveClientIDFromOpenIDConnectProvider; one that is not there is no fault."""
        provider, audience = self._provider()
        provider.client_id_list = [each for each in provider.client_id_list if each != audience]
        return EmptyResult()

    def _provider(self) -> tuple[OpenIDConnectProvider, str]:
        arn = self._get_param("OpenIDConnectProviderArn")
        return self.backend.get_open_id_connect_provider(arn), str(self._get_param("ClientID"))

    def _check_boundary(self) -> None:
        arn = self._get_param("PermissionsBoundary")
        self._know_policy(arn or "")
        if arn and arn not in self.backend.managed_policies:
            raise NotFoundException(f"Scope ARN: {arn} does not exist or is not attachable.")

    def _know_policy(self, arn: str | None = None) -> None:
        """Make one of AWS's own policies known when it is first named: to read all of them takes long."""
        arn = str(self._get_param("PolicyArn")) if arn is None else arn
        if not arn.startswith(_AWS_POLICY) or arn in self.backend.managed_policies:
            return
        name = arn.rpartition("/")[2]
        found = json.loads(aws_managed_policies_data).get(name)
        if found is not None and f"{_AWS_POLICY}{found['Path'].lstrip('/')}{name}" == arn:
            policy = AWSManagedPolicy.from_data(name, self.current_account, self.region, found)
            self.backend.managed_policies[policy.arn] = policy


def _bind(user: User, boundary: str) -> None:
    vars(user)[_BOUNDARY] = {"PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": boundary}


def install() -> None:
    """Let `StrictIam` answer IAM's requests."""
    for pattern in urls.url_paths:
        urls.url_paths[pattern] = StrictIam.dispatch
