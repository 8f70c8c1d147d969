"""One region's CodeArtifact: generic packages."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import closing
from io import UnsupportedOperation
from typing import Any

from botocore.exceptions import ClientError

from waybill.aws.calls import Calls
from waybill.aws.meanings import Asked
from waybill.domain.digests import MIB
from waybill.domain.packages.calls import PACKAGE_CALLS
from waybill.domain.packages.version import PackageId, StoredAsset, StoredPackage
from waybill.errors import AccessDenied, ArtifactError, Fault, InputError, Unavailable
from waybill.ports.packages import CopyFault, NewAsset, Put

MISSING = "ResourceNotFoundException"
CLASH = "ConflictException"


class CodeArtifact:
    """Implements `ports.Packages`."""

    def __init__(self, client: Any, calls: Calls, *, partition: str) -> None:
        self._client = client
        self._calls = calls
        self._partition = partition

    def look(self, package: PackageId) -> StoredPackage | None:
        """Return a version with all its assets."""
        found = self._perform(
            "DescribePackageVersion", package, lambda: self._client.describe_package_version(**_version(package))
        )
        if found is None:
            return None
        assets = self._perform("ListPackageVersionAssets", package, lambda: self._assets(package))
        if assets is None:
            return None
        described = found["packageVersion"]
        return StoredPackage(status=str(described["status"]), revision=str(described["revision"]), assets=assets)

    def versions(self, package: PackageId) -> Sequence[str]:
        """Return the versions whose assets can be read."""
        pages = self._client.get_paginator("list_package_versions").paginate(**_package(package))
        found = self._perform(
            "ListPackageVersions",
            package,
            lambda: [
                str(one["version"])
                for page in pages
                for one in page["versions"]
                if one["status"] in {"Published", "Unlisted"}
            ],
        )
        return found or []

    def publish(self, package: PackageId, asset: NewAsset, *, unfinished: bool) -> Put | None:
        """Store one asset of a version."""

        def send() -> Any:
            with closing(_Reader(asset)) as body:
                return self._client.publish_package_version(
                    **_version(package),
                    assetName=asset.name,
                    assetSHA256=asset.sha256,
                    assetContent=body,
                    **({"unfinished": True} if unfinished else {}),
                )

        # Where it makes what is not there, only the repository can be missing.
        answer = self._perform("PublishPackageVersion", package, send, {CLASH: None}, makes=True)
        if answer is None:
            return None
        sha256 = str(answer.get("asset", {}).get("hashes", {}).get("SHA-256", ""))
        return Put(sha256=sha256, status=str(answer["status"]), revision=str(answer["versionRevision"]))

    def read(self, package: PackageId, asset: str, *, limit: int) -> bytes | None:
        """Return a small asset's bytes."""

        def take() -> Any:
            answer = self._client.get_package_version_asset(**_version(package), asset=asset)
            with closing(answer["asset"]) as body:
                return body.read(limit + 1)

        found: bytes | None = self._perform("GetPackageVersionAsset", package, take)
        if found is not None and len(found) > limit:
            raise ArtifactError(f"{asset} of {package.where} has more than {limit} bytes.", "It is no such document.")
        return found

    def stream(self, package: PackageId, asset: str) -> Iterator[bytes]:
        """Yield an asset's bytes; where the line is cut they are asked for again, less those that came."""
        done = 0
        while True:
            body = self._perform(
                "GetPackageVersionAsset",
                package,
                lambda: self._client.get_package_version_asset(**_version(package), asset=asset)["asset"],
            )
            if body is None:
                raise ArtifactError(f"{asset} of {package.where} is not there.", "Somebody removed it. Run again.")
            ended, came = self._rest(package, body, done), done
            try:
                for chunk in ended:
                    came += len(chunk)
                    yield chunk
            except Unavailable:
                if came == done:
                    raise
                done = came
                continue
            return

    def _rest(self, package: PackageId, body: Any, done: int) -> Iterator[bytes]:
        """Yield what comes after the first `done` bytes."""
        asked = self._asked("GetPackageVersionAsset", package)
        with closing(body):
            while chunk := self._calls.once(asked, lambda: body.read(MIB)):
                if done < len(chunk):
                    yield chunk[done:]
                done = max(0, done - len(chunk))

    def copy(self, package: PackageId, source: str, *, revision: str) -> CopyFault | None:
        """Copy a version from another repository of the domain; what fails there is told in an answer with HTTP 200."""
        named = {name: value for name, value in _package(package).items() if name != "repository"}
        answer = self._perform(
            "CopyPackageVersions",
            package,
            lambda: self._client.copy_package_versions(
                **named,
                sourceRepository=source,
                destinationRepository=package.repository,
                versionRevisions={package.version: revision},
            ),
        )
        if answer is None:
            return CopyFault(code="NOT_FOUND", said=f"The repository {source} has no such package.")
        failed: Mapping[str, Any] | None = answer.get("failedVersions", {}).get(package.version)
        if failed is not None:
            return CopyFault(code=str(failed.get("errorCode", "")), said=str(failed.get("errorMessage", "")))
        if package.version not in answer.get("successfulVersions", {}):
            return CopyFault(code="", said="CodeArtifact's answer says nothing of this version.")
        return None

    def _assets(self, package: PackageId) -> dict[str, StoredAsset]:
        pages = self._client.get_paginator("list_package_version_assets").paginate(**_version(package))
        found = (one for page in pages for one in page["assets"])
        return {
            str(one["name"]): StoredAsset(
                name=str(one["name"]), size=int(one["size"]), sha256=str(one.get("hashes", {}).get("SHA-256", ""))
            )
            for one in found
        }

    def _perform(
        self,
        action: str,
        package: PackageId,
        call: Callable[[], Any],
        answers: Mapping[str, Any] | None = None,
        *,
        makes: bool = False,
    ) -> Any:
        """Return what a call returns, None where there is no such package, version or asset."""
        asked = self._asked(action, package)

        def tried() -> Any:
            try:
                return call()
            except ClientError as error:
                if error.response.get("Error", {}).get("Code") != MISSING:
                    raise
                if makes or error.response.get("resourceType") in {"domain", "repository"}:
                    return _no_repository(package, str(error.response["Error"].get("Message", "")))
                return None

        try:
            ended = self._calls.perform(asked, tried, answers)
        except AccessDenied as error:
            raise _with_all(error) from None
        if isinstance(ended, InputError):
            raise ended
        return ended

    def _asked(self, action: str, package: PackageId) -> Asked:
        return Asked(action=f"codeartifact:{action}", resource=package.arn(self._partition), where=package.place)


def _package(package: PackageId) -> dict[str, str]:
    return {
        "domain": package.domain,
        "domainOwner": package.owner,
        "repository": package.repository,
        "format": package.FORMAT,
        "namespace": package.namespace,
        "package": package.name,
    }


def _version(package: PackageId) -> dict[str, str]:
    return {**_package(package), "packageVersion": package.version}


def _with_all(error: AccessDenied) -> AccessDenied:
    """Return a refusal that also names the calls that come after the refused one."""
    every = ", ".join(call.action for call in PACKAGE_CALLS)
    said = (
        f"To publish a version all of {every} are needed, to read one all but the last; across accounts by the policy "
        "of the repository, too, which `waybill access` writes (`may: [read, publish]`)."
    )
    return error.told(error.what, f"{error.advice} {said}".strip())


def _no_repository(package: PackageId, said: str) -> InputError:
    rule = (
        f"is not in account {package.owner}, {package.region} (CodeArtifact says: {said}). `codeartifact-account` and "
        "`codeartifact-region` say others."
    )
    return InputError([Fault("codeartifact", f"{package.domain}/{package.repository}", rule)])


class _Reader:
    """An asset's bytes as botocore sends them: read in order once, the length known beforehand.

    It can be sought to its beginning, since the signer takes no body that cannot; the hash that is given is signed,
    and nothing is read for it.
    """

    def __init__(self, asset: NewAsset) -> None:
        self._asset = asset
        self._chunks = iter(asset.chunks())
        self._rest = memoryview(b"")
        self._position = 0

    def __len__(self) -> int:
        return self._asset.size

    def read(self, count: int = -1) -> bytes:
        """Return the bytes that come next, at most `count`; none at the end."""
        if not self._rest:
            self._rest = memoryview(next(self._chunks, b""))
        taken = self._rest if count < 0 else self._rest[:count]
        self._rest = self._rest[len(taken) :]
        self._position += len(taken)
        return bytes(taken)

    def tell(self) -> int:
        """Return how many bytes were read."""
        return self._position

    def seek(self, offset: int, whence: int = 0) -> int:
        """Go back to the beginning; there is nowhere else to go."""
        if offset or whence:
            raise UnsupportedOperation("only to the beginning")
        if self._position:
            self.close()
            self._chunks, self._rest, self._position = iter(self._asset.chunks()), memoryview(b""), 0
        return 0

    def close(self) -> None:
        """Let go of what the bytes come from."""
        if isinstance(self._chunks, Generator):
            self._chunks.close()
