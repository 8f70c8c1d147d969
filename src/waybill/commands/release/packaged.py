"""The package in CodeArtifact, in its turn: after the regions are whole, before any channel moves (P1)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from waybill.commands.account.target import Target
from waybill.commands.release.conclude import Ends
from waybill.commands.release.execute import Executed
from waybill.commands.release.material import Material
from waybill.commands.release.run import Run
from waybill.commands.release.settle import ready
from waybill.commands.tools import Tools
from waybill.domain.request import Request
from waybill.errors import ConflictError

if TYPE_CHECKING:
    from waybill.commands.packages.shelf import PackageShelf
    from waybill.domain.orders import Transfer


def shelf_of(request: Request, target: Target, tools: Tools, transfer: Transfer | None = None) -> PackageShelf | None:
    """Return the version's place in CodeArtifact, looked at; None where none is asked for.

    `transfer` is a promotion's.
    """
    if request.package is None:
        return None
    from waybill.commands.packages.shelf import PackageShelf  # noqa: PLC0415 - few runs publish packages

    shelf = PackageShelf(request, request.package, target, tools, transfer)
    shelf.look()
    return shelf


def fill(shelf: PackageShelf | None, run: Run, ends: Ends, done: Executed, goods: Material) -> bool:
    """Publish the version where enough regions are whole; return whether the channel may move as far as it goes."""
    if shelf is None:
        return True
    clash = any(isinstance(error, ConflictError) for error in ends.errors.values())
    if done.subject is None or done.waybill is None or clash or len(ready(ends)) < run.enough:
        shelf.not_reached()
        return False

    def chunks() -> Iterable[bytes | memoryview]:
        return (goods.body,) if goods.body is not None else goods.source.again(0, goods.size)

    shelf.fill(done.subject, done.waybill, chunks)
    return shelf.complete
