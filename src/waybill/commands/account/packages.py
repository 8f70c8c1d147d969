"""What a command wants of CodeArtifact, beside what it wants of the account."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from waybill.domain.calls import Call
from waybill.domain.configuration import Organisation
from waybill.domain.packages.calls import (
    PACKAGE_CALLS,
    PACKAGE_COPY_CALLS,
    PACKAGE_LOOK_CALLS,
    PACKAGE_READ_CALLS,
    session_resources,
)
from waybill.domain.packages.version import PackagePlace
from waybill.domain.policy import Scope
from waybill.domain.request import Request


def publishing(
    calls: Sequence[Call], scope: Scope, request: Request, place: PackagePlace, organisation: Organisation
) -> tuple[tuple[Call, ...], Scope]:
    """Return the calls and the scope of a run that publishes a package as well."""
    more = PACKAGE_LOOK_CALLS if request.dry_run else PACKAGE_CALLS
    if place.copied_from is not None and not request.dry_run:
        more = (*more, *PACKAGE_COPY_CALLS)
    return (*calls, *more), _beside(scope, place, organisation)


def reading_package(
    calls: Sequence[Call], scope: Scope, place: PackagePlace, organisation: Organisation
) -> tuple[tuple[Call, ...], Scope]:
    """Return the calls and the scope of a run that reads a package."""
    return (*calls, *PACKAGE_READ_CALLS), _beside(scope, place, organisation)


def _beside(scope: Scope, place: PackagePlace, organisation: Organisation) -> Scope:
    where = {"account": scope.account, "region": organisation.regions[0]}
    package = place.package(scope.project, "*", **where)
    source = replace(package, repository=place.copied_from) if place.copied_from is not None else None
    return replace(scope, beside=session_resources(package, source, partition=scope.partition))
