"""Reads what an account stores and what its channels name, every region at once: two questions to each."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from waybill.commands.find import Shelves
from waybill.commands.refusal import together
from waybill.commands.tools import Tools, everywhere
from waybill.domain import catalogue
from waybill.domain.catalogue import Catalogue, Stock
from waybill.domain.names import versions_prefix
from waybill.domain.request import Place
from waybill.domain.versions import Version
from waybill.progress import Warned


def survey(
    place: Place, shelves: Shelves, tools: Tools, *, project: str | None = None, version: Version | None = None
) -> Catalogue:
    """Return what is stored where: of every project, of one project, or of one version of it.

    One listing and one reading of parameters in each region. A region that does not answer is a warning, and one of
    the catalogue's errors; raises where none answers.
    """
    organisation = shelves.target.organisation
    prefix = organisation.key_prefix if project is None else versions_prefix(organisation.key_prefix, project)
    prefix = prefix if version is None else f"{prefix}{version}"
    path = organisation.parameter_prefix + ("" if project is None else f"/{project}")
    apart = (place.configuration_parameter, organisation.bucket_parameter)

    def look(name: str) -> Stock:
        shelf = shelves.open[name]
        with ThreadPoolExecutor(1, thread_name_prefix="channels") as pool:
            values = pool.submit(shelf.region.parameters.below, path)
            listed = []
            for entry in shelf.bucket.entries(prefix):
                tools.cancellation.check()
                listed.append((entry.key, entry.size, entry.modified))
            found = catalogue.holdings(listed, organisation.key_prefix)
            return Stock(
                region=name,
                bucket=shelf.bucket.name,
                holdings=_only(found, version),
                channels=catalogue.channels(values.result(), organisation.parameter_prefix, apart=apart),
            )

    stocks, errors = everywhere(look, list(shelves.open))
    if not stocks:
        raise together(list(errors.values()))
    for name, error in errors.items():
        tools.reporter.tell(Warned(f"{name} cannot be read: {error.what}"))
    return Catalogue(regions=organisation.regions, stocks=stocks, errors={**shelves.errors, **errors})


def _only(found: catalogue.Holdings, version: Version | None) -> catalogue.Holdings:
    """Leave out what only begins like the version: `1.2.30`, where `1.2.3` is meant."""
    if version is None:
        return found
    return {name: {one: held for one, held in every.items() if one == version} for name, every in found.items()}
