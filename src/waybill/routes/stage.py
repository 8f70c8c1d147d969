"""The run of `stage`."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from waybill.cancel import Cancellation
from waybill.commands.stage import stage
from waybill.compose import Shop
from waybill.domain.result import Result
from waybill.errors import Fault
from waybill.github.token import token_of
from waybill.inputs import stage as inputs
from waybill.packing import Packed, Selection, pack
from waybill.progress import Asked, Warned
from waybill.routes.then import then_deploy
from waybill.routes.workbench import Workbench

if TYPE_CHECKING:
    from waybill.packing.release import ReleasePath
    from waybill.ports.releases import Release, Releases


def run(values: Mapping[str, str], faults: Sequence[Fault], shop: Shop) -> Result:
    """Read the inputs and stage."""
    token = token_of(values.get("github-token", ""), shop.face.environ, shop.face.mask)
    bench = Workbench(shop)

    def find(tags: Sequence[str]) -> Release:
        return _releases(token, shop).find(tags)

    request, chosen = inputs.read(values, replace(bench.surroundings(), find_release=find), faults)
    shop.journal.tell(Asked(request))
    if chosen is not None and chosen.compress_ignored:
        shop.journal.tell(Warned("`compress` has no effect on a single file: its bytes are never changed."))
    tools = bench.tools(request.config_regions)
    scratch = tempfile.TemporaryDirectory(prefix="waybill-", dir=shop.face.scratch)
    with scratch as folder, _removed(folder, shop.cancellation):
        packer = _packer(chosen, Path(folder), request.project, token, shop)
        return then_deploy(lambda: stage(request, packer, tools), request, values, tools, shop)


def _releases(token: str, shop: Shop) -> Releases:
    from waybill.github.releases import github_releases  # noqa: PLC0415 - few artifacts are a release's

    journal = shop.journal
    return github_releases(
        shop.face.environ,
        token,
        sleep=shop.clock.sleep,
        check=shop.cancellation.check,
        warn=lambda text: journal.tell(Warned(text)),
    )


def _removed(scratch: str, cancellation: Cancellation) -> AbstractContextManager[None]:
    """Have the folder removed even where the work is stuck and is left."""
    return cancellation.guard(lambda: shutil.rmtree(scratch, ignore_errors=True))


def _packer(
    chosen: Selection | ReleasePath | None, scratch: Path, project: str, token: str, shop: Shop
) -> Callable[[], Packed] | None:
    if chosen is None:
        return None
    if isinstance(chosen, Selection):
        check = shop.cancellation.check
        return lambda: pack(chosen, scratch=scratch, default_name=f"{project}.zip", check=check)
    return lambda: _fetched(chosen, scratch / "asset", _releases(token, shop))


def _fetched(chosen: ReleasePath, path: Path, releases: Releases) -> Packed:
    releases.fetch(chosen.asset, path)
    return Packed(path=path, size=chosen.asset.size, name=chosen.asset.name, is_archive=False, entries=1)
