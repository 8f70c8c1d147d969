"""What every verb's run is made with: the ambient credentials, the run's surroundings, and a command's tools."""

from __future__ import annotations

import random
import secrets
from collections.abc import Sequence

from waybill.commands.tools import Tools
from waybill.compose import Shop
from waybill.domain.configuration import split_regions
from waybill.errors import Fault, IdentityError, InputError
from waybill.inputs.surroundings import Surroundings
from waybill.packing import survey
from waybill.progress import Waiting, Warned
from waybill.retry import SECONDS, Retry

BUDGET = "WAYBILL_RETRY_SECONDS"
MOST_SECONDS = 600


class Workbench:
    """Makes what a run works with, of the ambient credentials and the run's surroundings."""

    def __init__(self, shop: Shop, *, patience: float | None = None) -> None:
        """`patience`: seconds after which what does not answer is given up, where that is less than usual."""
        from waybill.aws.sessions import READ_TIMEOUT, ambient  # noqa: PLC0415 - not needed for `--help`, and slow

        self._shop = shop
        self._patience = patience
        self._base = ambient(read_timeout=READ_TIMEOUT if patience is None else patience / 2)
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

    def access_key(self) -> str:
        """Return the id of the access key at hand; empty where there are no credentials."""
        try:
            return str(self._base.credentials().access_key)
        except IdentityError:
            return ""

    def tools(self, places: Sequence[str]) -> Tools:
        """Return a command's tools; `places` are regions where STS may be asked, after the one of the environment."""
        from waybill.aws.gateway import AwsGateway  # noqa: PLC0415
        from waybill.aws.gateway import Surroundings as Around  # noqa: PLC0415

        shop = self._shop
        journal, check = shop.journal, shop.cancellation.check
        budget = _budget(shop.face.environ.get(BUDGET, ""))
        budget = budget if self._patience is None else min(budget, self._patience)
        retry = Retry(clock=shop.clock, random=random.random, check=check, budget=budget)
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
            console=not any(name.startswith("AWS_ENDPOINT_URL") for name in shop.face.environ),
        )


def _budget(text: str) -> float:
    """Return the seconds for which a call is tried again. Raises `InputError` for what is no number of them."""
    if not text:
        return SECONDS
    if text.isascii() and text.isdigit() and 1 <= int(text) <= MOST_SECONDS:
        return float(text)
    raise InputError(
        [Fault(BUDGET, text, f"must be whole seconds from 1 to {MOST_SECONDS}.", "60")], "Nothing was touched."
    )
