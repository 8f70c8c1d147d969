"""KMS as the sandbox answers: replicas of multi-Region keys are keys of their own, with the same id and material.

A replica has its own policy, description, tags, aliases and state; rotation is its primary's.
https://docs.aws.amazon.com/kms/latest/developerguide/multi-region-keys-overview.html
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Final
from uuid import uuid4

from moto.core.common_types import TYPE_RESPONSE
from moto.kms import models, urls
from moto.kms.exceptions import AlreadyExistsException, NotFoundException
from moto.kms.models import Key, kms_backends
from moto.kms.responses import KmsResponse

from waybill.domain.iam.context import Context
from waybill.domain.iam.policies import Decision
from waybill.sandbox.engine import judging, sts
from waybill.sandbox.engine.refusals import Refusal, rendered

_MULTI_REGION: Final = re.compile(r"mrk-[0-9a-f]{32}")


class StrictKms(KmsResponse):
    """Requests to KMS, one instance a request."""

    def call_action(self) -> TYPE_RESPONSE:
        """Answer one request; refusals in KMS's form."""
        try:
            return super().call_action()
        except Refusal as refusal:
            return rendered(refusal, "kms")

    def _validate_key_policy(self, key_id: str, action: str) -> None:
        key = self.kms_backend.describe_key(self.kms_backend.get_key_id(key_id))
        caller = sts.arn_of(self.current_account, self.get_access_key())
        context = Context({"kms:viaservice": None, "kms:calleraccount": self.current_account})
        said = judging.judge(
            key.policy, action, caller=caller, account=self.current_account, resource=key.arn, context=context
        )
        if said is Decision.DENIED:
            raise Refusal(
                "AccessDeniedException",
                f"User: {caller} is not authorized to perform: {action} on resource: {key.arn} with an explicit deny "
                "in a resource-based policy",
            )

    def generate_data_key(self) -> str:
        """GenerateDataKey: with a key that is enabled; a dry run is refused last of all, as one that would succeed."""
        key_id = self._get_param("KeyId")
        self._validate_key_id(key_id)
        self._validate_key_policy(key_id, "kms:GenerateDataKey")
        key = self.kms_backend.keys[self.kms_backend.any_id_to_key_id(key_id)]
        if key.key_state != "Enabled" or not key.enabled:
            raise Refusal("DisabledException", f"{key.arn} is disabled.")
        if self._get_param("DryRun"):
            raise Refusal("DryRunOperationException", "The request would have succeeded, but the DryRun option is set.")
        return super().generate_data_key()

    def _validate_cmk_id(self, key_id: str) -> None:
        # moto takes no id that has 32 hexadecimal digits in one piece.
        if not _MULTI_REGION.fullmatch(key_id):
            super()._validate_cmk_id(key_id)
        elif key_id not in self.kms_backend.keys:
            raise NotFoundException(f"Key '{self._display_arn(key_id)}' does not exist")

    def replicate_key(self) -> str:
        """ReplicateKey: of a primary, to a region that has no replica of it."""
        self._validate_key_id(self._get_param("KeyId"))
        primary = self.kms_backend.keys[self.kms_backend.any_id_to_key_id(self._get_param("KeyId"))]
        region = self._get_param("ReplicaRegion")
        if not primary.multi_region or not _is_primary(primary):
            raise Refusal("UnsupportedOperationException", f"{primary.arn} is not a multi-Region primary key.")
        if primary.key_state != "Enabled":
            raise Refusal("KMSInvalidStateException", f"{primary.arn} is {primary.key_state}.")
        backend = kms_backends[self.current_account][region]
        if primary.id in backend.keys:
            raise AlreadyExistsException(f"Key arn:aws:kms:{region}:{self.current_account}:key/{primary.id} exists")
        replica = self.kms_backend.replicate_key(primary.id, region)
        replica.policy = self._get_param("Policy") or replica.generate_default_policy()
        replica.description = self._get_param("Description") or ""
        replica.aliases, replica.grants = {}, {}
        # The list of replicas is one that all of them share; who is what is each one's own.
        replica.multi_region_configuration = {**primary.multi_region_configuration, "MultiRegionKeyType": "REPLICA"}
        tags = self._get_param("Tags") or []
        if tags:
            backend.tagger.tag_resource(replica.id, tags)
        told = {"ReplicaKeyMetadata": replica.to_dict()["KeyMetadata"], "ReplicaPolicy": replica.policy}
        return json.dumps({**told, "ReplicaTags": tags})

    def enable_key_rotation(self) -> str:
        """EnableKeyRotation: of a primary, and so of its replicas."""
        return self._rotated(super().enable_key_rotation())

    def disable_key_rotation(self) -> str:
        """DisableKeyRotation: as EnableKeyRotation."""
        return self._rotated(super().disable_key_rotation())

    def _rotated(self, answer: str) -> str:
        key = self.kms_backend.keys[self.kms_backend.get_key_id(self._get_param("KeyId"))]
        for replica in _replicas(key):
            replica.key_rotation_status = key.key_rotation_status
        return answer


def install() -> None:
    """Let `StrictKms` answer KMS's requests."""
    models.generate_key_id = _key_id  # type: ignore[attr-defined]
    for pattern in urls.url_paths:
        urls.url_paths[pattern] = StrictKms.dispatch


def _key_id(multi_region: bool = False) -> str:
    """Return a new id; that of a multi-Region key has as many characters, as in AWS and not in moto."""
    return f"mrk-{uuid4().hex}" if multi_region else str(uuid4())


def _is_primary(key: Key) -> bool:
    return bool(key.multi_region_configuration["PrimaryKey"]["Arn"] == key.arn)


def _replicas(key: Key) -> Iterator[Key]:
    if not key.multi_region:
        return
    if not _is_primary(key):
        raise Refusal("UnsupportedOperationException", f"{key.arn} is a replica: its primary decides about rotation.")
    for each in key.multi_region_configuration["ReplicaKeys"]:
        found = kms_backends[key.account_id][each["Region"]].keys.get(key.id)
        if found is not None:
            yield found
