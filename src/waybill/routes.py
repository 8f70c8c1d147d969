"""From a verb's texts to its command: what each verb reads, and the collaborators that its command gets."""

from __future__ import annotations

import random
import secrets
import shutil
import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from types import MappingProxyType

from waybill.cancel import Cancellation
from waybill.commands.tools import Tools
from waybill.compose import Run, Shop
from waybill.domain.configuration import split_regions
from waybill.domain.result import Result
from waybill.errors import Fault
from waybill.inputs.surroundings import Surroundings
from waybill.packing import Packed, Selection, pack, survey
from waybill.progress import Waiting, Warned
from waybill.retry import Retry


def run_stage(values: Mapping[str, str], faults: Sequence[Fault], shop: Shop) -> Result:
    """Stage."""
    from waybill.commands.stage import stage  # noqa: PLC0415 - each verb imports its own command, and no other
    from waybill.inputs import stage as inputs  # noqa: PLC0415

    bench = _Bench(shop)
    request, selection = inputs.read(values, bench.surroundings(), faults)
    shop.journal.asked(request)
    if selection is not None and selection.compress_ignored:
        shop.journal.tell(Warned("`compress` has no effect on a single file: its bytes are never changed."))
    tools = bench.tools(request.config_regions)
    scratch = tempfile.TemporaryDirectory(prefix="waybill-", dir=shop.face.scratch)
    with scratch as folder, _removed(folder, shop.cancellation):
        return stage(request, _packer(selection, Path(folder), request.project, shop.cancellation.check), tools)


RUNS: Mapping[str, Run] = MappingProxyType({"stage": run_stage})
"""Every verb's run."""


class _Bench:
    """Makes what a run works with, of the ambient credentials and the run's surroundings."""

    def __init__(self, shop: Shop) -> None:
        from waybill.aws.sessions import ambient  # noqa: PLC0415 - a third of a second, and not needed for `--help`

        self._shop = shop
        self._base = ambient()
        self._regions = self._base.known_regions()

    def surroundings(self) -> Surroundings:
        """Return what inputs are read in."""
        face = self._shop.face
        environ = face.environ
        named = environ.get("STARTIFACT_REGIONS", "")
        own = environ.get("AWS_REGION") or environ.get("AWS_DEFAULT_REGION") or ""
        return Surroundings(
            origin=face.origin,
            tag=face.tag,
            places=split_regions(f"{named},{own}"),
            parameter=environ.get("STARTIFACT_PARAMETER", ""),
            regions=self._regions,
            survey=lambda path, allow_empty, compress: survey(
                path, workspace=face.workspace, allow_empty=allow_empty, compress=compress
            ),
        )

    def tools(self, places: Sequence[str]) -> Tools:
        """Return a command's tools; `places` are regions where STS may be asked, after the one of the environment."""
        from waybill.aws.gateway import AwsGateway  # noqa: PLC0415
        from waybill.aws.gateway import Surroundings as Around  # noqa: PLC0415

        shop = self._shop
        journal, check = shop.journal, shop.cancellation.check
        retry = Retry(clock=shop.clock, random=random.random, check=check)
        regions = tuple(filter(None, (self._base.default_region, *places)))
        around = Around(
            id_token=shop.face.id_token,
            mask=shop.face.mask,
            warn=lambda text: journal.tell(Warned(text)),
            told=lambda region, error, wait, left: journal.tell(Waiting(region, error.what, wait, left)),
            check=check,
            retry=retry,
        )
        return Tools(
            gateways=lambda identity: AwsGateway(self._base, identity, around, regions=regions),
            clock=shop.clock,
            reporter=journal,
            cancellation=shop.cancellation,
            retry=retry,
            known_regions=self._regions,
            run_id=shop.face.origin.run_id or secrets.token_hex(4),
        )


def _removed(scratch: str, cancellation: Cancellation) -> AbstractContextManager[None]:
    """Have the folder removed even where the work is stuck and is left."""
    return cancellation.guard(lambda: shutil.rmtree(scratch, ignore_errors=True))


def _packer(
    selection: Selection | None, scratch: Path, project: str, check: Callable[[], None]
) -> Callable[[], Packed] | None:
    if selection is None:
        return None
    return lambda: pack(selection, scratch=scratch, default_name=f"{project}.zip", check=check)
