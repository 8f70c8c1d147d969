"""Settings of buckets that moto takes and does not give back: replication as it was put, and EventBridge."""

from __future__ import annotations

from typing import Any

from moto.core.common_types import TYPE_RESPONSE
from moto.core.responses import ActionResult
from moto.s3.exceptions import ReplicationConfigurationNotFoundError

from waybill.sandbox.engine.s3_copies import StrictS3Copies


class StrictS3Settings(StrictS3Copies):
    """The whole of the sandbox's S3."""

    def get_bucket_replication(self) -> Any:
        """GetBucketReplication: with what moto leaves out (filters, encryption of replicas, ...)."""
        found: dict[str, Any] | None = self.backend.get_bucket_replication(self.bucket_name)
        if not found:
            raise ReplicationConfigurationNotFoundError(bucket_name=self.bucket_name)
        rules = [
            {**rule, "Filter": {name: value or "" for name, value in (rule.get("Filter") or {"Prefix": ""}).items()}}
            for rule in found["Rule"]
        ]
        self.data["Action"] = "GetBucketReplication"
        told = {"ReplicationConfiguration": {"Role": found["Role"], "Rules": rules}}
        return self.serialized(ActionResult(told))

    def get_bucket_notification(self) -> TYPE_RESPONSE:
        """GetBucketNotificationConfiguration: EventBridge too."""
        status, headers, body = super().get_bucket_notification()
        found = self.backend.get_bucket_notification_configuration(self.bucket_name)
        if found is None or found.event_bridge is None:
            return status, headers, body
        text = body.decode() if isinstance(body, bytes) else str(body)
        name, bridge = "NotificationConfiguration", "<EventBridgeConfiguration/>"
        head, closing, rest = text.rpartition(f"</{name}>")
        if not closing:
            head, _, rest = text.rpartition("/>")
            head, closing = f"{head}>", f"</{name}>"
        return status, headers, f"{head}{bridge}{closing}{rest}"
