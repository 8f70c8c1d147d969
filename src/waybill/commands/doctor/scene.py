"""One account as doctor has entered it: who it is there, and what is configured."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from waybill.commands.asking import ask
from waybill.commands.tools import Tools, everywhere
from waybill.domain.arns import Caller
from waybill.domain.configuration import Organisation, parse
from waybill.domain.doctor.configuring import Texts
from waybill.domain.doctor.examined import DoctorRequest
from waybill.domain.findings import Seen, Unseen
from waybill.ports.account import Account
from waybill.ports.examination import Examination


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """An account that was entered. `texts` is what the configuration's parameter holds, by region.

    `own`: it was entered as the run itself enters it, so that what may be done there is the run's, too. `others` are
    accounts that were entered beside, by their numbers.
    """

    request: DoctorRequest
    account: Account
    caller: Caller
    organisation: Organisation
    texts: Texts
    tools: Tools
    own: bool = True
    others: Mapping[str, Account] = field(default_factory=dict)

    def examination(self, region: str) -> Examination:
        """Return one region, to look at."""
        return self.account.examination(region)


def set_out(request: DoctorRequest, account: Account, caller: Caller, tools: Tools) -> Scene:
    """Read the configuration wherever it should be; what cannot be read of it leaves the organisation empty."""
    place, texts = request.place, dict[str, Seen[str | None] | Unseen]()
    organisation = place.overrides.alone()
    if not place.overrides.replaces_all():
        texts |= _texts(place.config_regions, request, account, tools)
        organisation = place.overrides.over(_first(texts, request))
        rest = [region for region in organisation.regions if region not in texts and region in tools.known_regions]
        texts |= _texts(rest, request, account, tools)
    return Scene(request=request, account=account, caller=caller, organisation=organisation, texts=texts, tools=tools)


def _texts(regions: Sequence[str], request: DoctorRequest, account: Account, tools: Tools) -> Texts:
    name = request.place.configuration_parameter

    def read(region: str) -> Seen[str | None] | Unseen:
        def value() -> str | None:
            found = account.examination(region).parameter(name)
            return None if found is None else found.value

        return ask(tools, value)

    found, errors = everywhere(read, regions)
    for error in errors.values():
        raise error
    return found


def _first(texts: Texts, request: DoctorRequest) -> Organisation:
    """Return the configuration of the first region that has one that can be read."""
    for fact in texts.values():
        if isinstance(fact, Unseen) or fact.value is None:
            continue
        try:
            return parse(
                fact.value,
                parameter=request.place.configuration_parameter,
                default_regions=request.place.config_regions,
            )
        except ValueError:
            continue
    return Organisation(regions=(), bucket_parameter="")
