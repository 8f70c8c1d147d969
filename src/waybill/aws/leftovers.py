"""Resources that hold data, by their type: looked at, and deleted for good. Nothing but setup's `delete-data` does."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

from waybill.aws.calls import Calls
from waybill.aws.meanings import Asked
from waybill.domain.arns import partition_of
from waybill.errors import WaybillError
from waybill.ports.leftovers import Held
from waybill.ports.stacks import StackResource

KEY_DAYS = 30
"""Days until a key is gone: the most that KMS takes, since what it encrypted is lost with it."""

GONE = {"NoSuchBucket": None, "404": None, "RepositoryNotFoundException": None, "ResourceNotFoundException": None}
KEY_GONE = {"NotFoundException": None}
NO_TAGS: Mapping[str, Any] = {"NoSuchTagSet": {"TagSet": []}}


class AwsLeftovers:
    """Implements `ports.Leftovers`. `client` makes the client of a service in this region."""

    def __init__(
        self, client: Callable[[str], Any], calls: Calls, *, region: str, account: str, check: Callable[[], None]
    ) -> None:
        self._client = client
        self._calls = calls
        self._region = region
        self._account = account
        self._check = check

    def look(self, resource: StackResource) -> Held | None:
        """Return what a resource holds; None where it is not there any more, or is being deleted."""
        held: Held | None = self._of(LOOK, resource)(resource.physical_id)
        return held

    def delete(self, resource: StackResource) -> None:
        """Delete a resource with all that is in it."""
        self._of(DELETE, resource)(resource.physical_id)

    def _of(self, table: Mapping[str, Callable[..., Any]], resource: StackResource) -> Callable[[str], Any]:
        if resource.type not in table:
            raise WaybillError(f"Waybill deletes no {resource.type} ({resource.physical_id}).", "Delete it by hand.")
        return partial(table[resource.type], self)

    def _perform(
        self, action: str, name: str, call: Callable[[], Any], answers: Mapping[str, Any] | None = None
    ) -> Any:
        return self._calls.perform(self._asked(action, name), call, answers)

    def _asked(self, action: str, name: str) -> Asked:
        service = action.partition(":")[0]
        account = ":" if service == "s3" else f"{self._region}:{self._account}"
        path = {"s3": name, "ecr": f"repository/{name}", "kms": f"key/{name}"}[service]
        arn = name if name.startswith("arn:") else f"arn:{partition_of(self._region)}:{service}:{account}:{path}"
        return Asked(action=action, resource=arn, where=f"{name} in {self._region}", owner=self._account)

    def _bucket(self, name: str) -> Held | None:
        s3 = self._client("s3")
        there = self._perform(
            "s3:ListBucket", name, lambda: s3.head_bucket(Bucket=name, ExpectedBucketOwner=self._account), GONE
        )
        if there is None:
            return None
        count = sum(len(page) for page in self._versions(s3, name))
        call = partial(s3.get_bucket_tagging, Bucket=name, ExpectedBucketOwner=self._account)
        found = self._perform("s3:GetBucketTagging", name, call, NO_TAGS)
        tags = {one["Key"]: one["Value"] for one in found["TagSet"]}
        return Held(f"{count} versions of objects" if count != 1 else "one version of an object", tags)

    def _empty_bucket(self, name: str) -> None:
        s3 = self._client("s3")
        owned = {"Bucket": name, "ExpectedBucketOwner": self._account}
        for page in self._versions(s3, name):
            self._check()
            call = partial(s3.delete_objects, **owned, Delete={"Objects": page, "Quiet": True})
            answer = self._perform("s3:DeleteObjectVersion", name, call)
            for error in answer.get("Errors", ()):
                self._calls.must(self._asked("s3:DeleteObjectVersion", f"{name}/{error['Key']}"), error)
                raise WaybillError(f"s3://{name}/{error['Key']} was not deleted: {error['Message']}", "Run again.")
        self._perform("s3:DeleteBucket", name, lambda: s3.delete_bucket(**owned), GONE)

    def _versions(self, s3: Any, name: str) -> Iterator[list[dict[str, str]]]:
        """Yield pages of every version and delete marker, at most a thousand each, as DeleteObjects takes them."""
        more: dict[str, str] = {}
        while True:
            call = partial(s3.list_object_versions, Bucket=name, ExpectedBucketOwner=self._account, **more)
            page = self._perform("s3:ListBucketVersions", name, call)
            found = [*page.get("Versions", ()), *page.get("DeleteMarkers", ())]
            if found:
                yield [{"Key": one["Key"], "VersionId": one["VersionId"]} for one in found]
            if not page.get("IsTruncated"):
                return
            more = {"KeyMarker": page["NextKeyMarker"], "VersionIdMarker": page["NextVersionIdMarker"]}

    def _images(self, name: str) -> Held | None:
        ecr = self._client("ecr")
        count = 0
        token: dict[str, str] = {}
        while True:
            call = partial(ecr.list_images, repositoryName=name, **token)
            page = self._perform("ecr:ListImages", name, call, GONE)
            if page is None:
                return None
            count += len(page["imageIds"])
            if not page.get("nextToken"):
                break
            token = {"nextToken": page["nextToken"]}
        arn = f"arn:{partition_of(self._region)}:ecr:{self._region}:{self._account}:repository/{name}"
        found = self._perform("ecr:ListTagsForResource", name, lambda: ecr.list_tags_for_resource(resourceArn=arn))
        tags = {one["Key"]: one["Value"] for one in found["tags"]}
        return Held(f"{count} images" if count != 1 else "one image", tags)

    def _delete_images(self, name: str) -> None:
        call = partial(self._client("ecr").delete_repository, repositoryName=name, force=True)
        self._perform("ecr:DeleteRepository", name, call, GONE)

    def _key(self, key: str) -> Held | None:
        kms = self._client("kms")
        found = self._perform("kms:DescribeKey", key, lambda: kms.describe_key(KeyId=key), KEY_GONE)
        if found is None or found["KeyMetadata"]["KeyState"].startswith("Pending"):
            return None
        # A key has fifty tags at most, which is one page.
        told = self._perform("kms:ListResourceTags", key, lambda: kms.list_resource_tags(KeyId=key))
        tags = {one["TagKey"]: one["TagValue"] for one in told["Tags"]}
        return Held(f"what it encrypted can be read for {KEY_DAYS} days, and never after that", tags)

    def _delete_key(self, key: str) -> None:
        kms = self._client("kms")
        call = partial(kms.schedule_key_deletion, KeyId=key, PendingWindowInDays=KEY_DAYS)
        self._perform("kms:ScheduleKeyDeletion", key, call, KEY_GONE)


LOOK: Mapping[str, Callable[..., Any]] = {
    "AWS::S3::Bucket": AwsLeftovers._bucket,
    "AWS::ECR::Repository": AwsLeftovers._images,
    "AWS::KMS::Key": AwsLeftovers._key,
}
DELETE: Mapping[str, Callable[..., Any]] = {
    "AWS::S3::Bucket": AwsLeftovers._empty_bucket,
    "AWS::ECR::Repository": AwsLeftovers._delete_images,
    "AWS::KMS::Key": AwsLeftovers._delete_key,
}
