"""Brings a region's artifact to its place on this machine: fetched, compared, and only then given its final name."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from waybill.commands.retrieval.holders import Offering
from waybill.commands.tools import Tools
from waybill.domain.digests import MIB, Digests
from waybill.domain.download import Expected, ExtractLimits, Proof
from waybill.errors import ArtifactError, Cancelled, WaybillError
from waybill.progress import Sent, Step, Stepped
from waybill.transfer.crc import RunningCrc
from waybill.transfer.fetch import fetch
from waybill.transfer.landing import Landing


@dataclass(frozen=True, slots=True, kw_only=True)
class Brought:
    """What stands under the final name. `changed` False: it stood there before. `entries` None: nothing unpacked."""

    digests: Digests
    changed: bool
    entries: int | None = None


class RegionFault(Exception):
    """A region could not give the right bytes; another one may. Anything else that goes wrong goes wrong everywhere."""

    def __init__(self, error: WaybillError) -> None:
        self.error = error
        super().__init__(str(error))


def bring(holder: Offering, expected: Expected, target: Path, limits: ExtractLimits | None, tools: Tools) -> Brought:
    """Fetch into a temporary file, compare, unpack where `limits` are given, and rename.

    Raises `RegionFault` where the region fails, or has other bytes than are expected; `ArtifactError` where the
    artifact is no archive that may be unpacked, `InputError` where a directory holds other files, `OSError` where this
    machine will not have it.
    """
    if limits is None and (there := _there(target, expected, tools.cancellation.check)) is not None:
        return Brought(digests=there, changed=False)
    with _folders(target.parent), _landing(target, tools, directory=False) as landing:
        try:
            digests = _fetched(holder, expected, landing, tools)
        except Cancelled:
            raise
        except WaybillError as error:
            raise RegionFault(error) from error
        if limits is not None:
            return _unpacked(landing, digests, target, limits, tools)
        if _digests(target, digests.size, tools.cancellation.check) == digests:
            return Brought(digests=digests, changed=False)
        landing.keep()
    return Brought(digests=digests, changed=True)


def _fetched(holder: Offering, expected: Expected, landing: Landing, tools: Tools) -> Digests:
    region, total = holder.region, expected.size
    tools.reporter.tell(Stepped(region, Step.READ_BACK))
    found = fetch(
        holder.stream,
        total,
        landing.descriptor,
        sent=lambda done: tools.reporter.tell(Sent(region, done, total)),
        check=tools.cancellation.check,
        connections=holder.connections,
    )
    if bad := expected.differs(found):
        raise ArtifactError(
            f"The bytes of {holder.where} are not what {holder.says}: {', '.join(bad)}. They have the SHA-256 "
            f"{found.sha256}.",
            "Somebody replaced an object outside Waybill. Restore the object version that the waybill speaks of, "
            "or take the next version.",
        )
    if expected.proof is Proof.SIZE:
        holder.unchanged()
    return found


def _unpacked(landing: Landing, digests: Digests, target: Path, limits: ExtractLimits, tools: Tools) -> Brought:
    from waybill.unpacking import same, unpack  # noqa: PLC0415 - few downloads need it

    check = tools.cancellation.check
    with _landing(target, tools, directory=True) as folder:
        entries = unpack(landing.path, folder.path, limits, check=check)
        if _is_filled(target):
            same(folder.path, target, check=check)
            return Brought(digests=digests, changed=False, entries=entries)
        folder.keep()
    return Brought(digests=digests, changed=True, entries=entries)


@contextmanager
def _landing(target: Path, tools: Tools, *, directory: bool) -> Generator[Landing, None, None]:
    with Landing(target, directory=directory) as landing, tools.cancellation.guard(landing.discard):
        yield landing


@contextmanager
def _folders(folder: Path) -> Generator[None, None, None]:
    """Make a directory and those above it that are missing; where nothing comes to lie there they are removed."""
    missing = [one for one in (folder, *folder.parents) if not one.exists()]
    folder.mkdir(parents=True, exist_ok=True)
    try:
        yield
    finally:
        with suppress(OSError):  # the first that is not empty
            for one in missing:
                one.rmdir()


def _is_filled(target: Path) -> bool:
    with suppress(FileNotFoundError):
        return any(target.iterdir())
    return False


def _there(target: Path, expected: Expected, check: Callable[[], None]) -> Digests | None:
    """Return what stands under the final name already, where it is as expected and there is a checksum to tell."""
    if expected.sha256 is None and expected.crc64nvme is None:
        return None
    found = _digests(target, expected.size, check)
    return found if found is not None and not expected.differs(found) else None


def _digests(target: Path, size: int, check: Callable[[], None]) -> Digests | None:
    """Return what a file is, None where it is no file of this size."""
    try:
        descriptor = os.open(target, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return None
    with os.fdopen(descriptor, "rb", buffering=0) as file:
        state = os.fstat(descriptor)
        if not stat.S_ISREG(state.st_mode) or state.st_size != size:
            return None
        sha, crc = hashlib.sha256(), RunningCrc()
        for block in iter(partial(file.read, MIB), b""):
            check()
            sha.update(block)
            crc.update(block)
    return Digests(sha.hexdigest(), crc.text(), size)
