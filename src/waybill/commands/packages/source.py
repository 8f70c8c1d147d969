"""Where a promotion finds the package already: looked at before it is copied, and why it was not, in words."""

from __future__ import annotations

from dataclasses import replace

from waybill.commands.packages.seen import Seen, look
from waybill.commands.tools import Tools
from waybill.domain.orders import Transfer
from waybill.domain.packages.version import PackageId
from waybill.domain.waybill import Subject
from waybill.errors import AccessDenied, ArtifactError, ConflictError, WaybillError
from waybill.ports.packages import CopyFault, Packages
from waybill.progress import Warned

ALREADY = "ALREADY_EXISTS"
_FAULTS = {
    "MISMATCHED_REVISION": "it has changed since it was looked at",
    "MISMATCHED_STATUS": "its status is not one that is copied: only what is Published or Unlisted is",
    "NOT_ALLOWED": "its status, or the package's origin controls, do not allow it",
    "NOT_FOUND": "it is not there",
    "SKIPPED": "it was skipped, since another version could not be copied",
}


def in_words(fault: CopyFault, package: PackageId, source: str) -> ArtifactError:
    """Return the error for a version that CodeArtifact did not copy, though it answered well."""
    said = _FAULTS.get(fault.code, "for a reason that Waybill does not know")
    return ArtifactError(
        f"{package.name} {package.version} was not copied from the repository {source} to {package.place}: {said} "
        f"({fault.code or 'no code'}: {fault.said}).",
        "Look at it in the source repository. `transfer: relay`, or leaving `from-codeartifact` out, publishes it from "
        "the buckets.",
    )


class PackageSource:
    """One version in the repository to copy from. `copies`: it is to be copied from there, as far as is known."""

    def __init__(self, package: PackageId, packages: Packages, repository: str, transfer: Transfer) -> None:
        self.repository = repository
        self._package = replace(package, repository=repository)
        self._packages = packages
        self._surely = transfer is Transfer.COPY
        self._seen = Seen()
        self.copies = transfer is not Transfer.RELAY

    @property
    def revision(self) -> str:
        """The revision that was looked at."""
        return self._seen.found.revision if self._seen.found is not None else ""

    def look(self, tools: Tools) -> None:
        """Look at what is there. Raises a `WaybillError` where that must be known; with `auto` it is published then."""
        if not self.copies:
            return
        try:
            self._seen = look(self._packages, self._package)
            found = self._seen.found
            if found is None or not found.finished:
                raise ArtifactError(
                    f"{self._package.where} is {found.status if found else 'not there'}.",
                    "Finish it there first, or publish it from the buckets: leave `from-codeartifact` out.",
                )
        except (AccessDenied, ArtifactError) as error:
            self.give_up(error, tools)

    def give_up(self, error: WaybillError, tools: Tools) -> None:
        """Have it published instead, and say so; raises `error` where it must be copied."""
        if self._surely:
            raise error
        self.copies = False
        tools.reporter.tell(Warned(f"Publishing to CodeArtifact in the place of a copy: {error.what}"))

    def conflict(self, subject: Subject) -> ConflictError | None:
        """Return the error where something else is there."""
        if not self.copies or self._seen.found is None:
            return None
        return self._seen.plan(subject).conflict(self._package)
