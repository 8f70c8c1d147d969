"""Reads what an account stores and what its channels name, every region at once: two questions to each."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import islice

from waybill.commands.account.find import Shelves, everywhere_stored
from waybill.commands.account.target import reach
from waybill.commands.account.wants import reading
from waybill.commands.together import together
from waybill.commands.tools import Tools, everywhere
from waybill.domain.names import versions_prefix
from waybill.domain.request import Place
from waybill.domain.survey import catalogue
from waybill.domain.survey.catalogue import Catalogue, Stock
from waybill.domain.versions import Version
from waybill.errors import Cancelled, Fault, InputError, WaybillError
from waybill.progress import Warned

MOST_NAMES = 20_000
"""Artifacts to look through for the names of projects, where one that was asked for is not there."""


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


def must_exist(place: Place, project: str, found: Catalogue, shelves: Shelves, tools: Tools) -> None:
    """Raise where nothing at all is known of a project: `InputError` with the nearest names that are known.

    Where a region was silent, what it said is raised instead: the project may lie there.
    """
    if found.versions(project) or found.channels(project):
        return
    if found.errors:
        raise together(list(found.errors.values()))
    raise _no_such_project(place, project, "has no version and no channel there", shelves, tools)


@contextmanager
def naming_projects(place: Place, project: str, shelves: Shelves, tools: Tools) -> Iterator[None]:
    """Make of bad input within, where nothing of the project is stored, the fault of its name, with the nearest."""
    try:
        yield
    except InputError as error:
        if everywhere_stored(project, shelves):
            raise
        what = f"has no version in account {shelves.target.owner}"
        raise _no_such_project(place, project, what, shelves, tools) from error


def _no_such_project(place: Place, project: str, what: str, shelves: Shelves, tools: Tools) -> InputError:
    from difflib import get_close_matches  # noqa: PLC0415 - only a fault needs it

    near = get_close_matches(project, _projects(place, shelves, tools), 5, 0.6)
    rule = f"{what}; the nearest are {', '.join(near)}." if near else f"{what}."
    return InputError([Fault("project", project, rule)], "Nothing was written.")


def _projects(place: Place, shelves: Shelves, tools: Tools) -> set[str]:
    """Return the names of projects, as one region lists them; none where we may not look beyond the project asked for.

    A role's session is narrowed to that project, and is opened anew here.
    """
    for widened in (False, True):
        try:
            account = reach(place, reading(place, "*"), tools) if widened else shelves.target
            shelf = next(iter(shelves.open.values()))
            bucket = account.account.bucket(shelf.region.name, shelf.bucket.name, owner=account.owner)
            listed = islice(bucket.entries(account.organisation.key_prefix, delimiter="/"), MOST_NAMES)
            return set(catalogue.holdings(((entry.key, 0, "") for entry in listed), account.organisation.key_prefix))
        except Cancelled:
            raise
        except WaybillError:
            continue
    return set()
