"""The rules between parts of the file: names that are referred to, and what must fit together.

Every rule takes the file as it is, with other faults in it, so that all of them are told at once; where a value has
a fault of its own already, nothing more is said of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from waybill.domain.arns import RoleArn, partition_of
from waybill.domain.checks import region_faults
from waybill.domain.names import parameter_fault
from waybill.inputs.file.loose import Texts, at, child, children, items, text
from waybill.inputs.file.places import Place, Places
from waybill.inputs.file.shape import meant

REFERENCES: Mapping[tuple[str, str], str] = {
    ("accounts", "from"): "accounts",
    ("projects", "repository"): "repositories",
    ("projects", "pipelines"): "pipelines",
    ("projects", "clients"): "clients",
    ("projects", "registries"): "registries",
    ("pipelines", "account"): "accounts",
    ("pipelines", "production"): "accounts",
    ("clients", "account"): "accounts",
    ("registries", "account"): "accounts",
    ("registries", "pull-accounts"): "accounts",
    ("codeartifact", "account"): "accounts",
}
"""Keys whose values, or whose lists' items, are names in another part of the file."""

REGIONAL = ("pipelines", "clients", "registries", "codeartifact")


def check_references(file: Mapping[str, Any], places: Places) -> None:
    """Names that are referred to are there."""
    for (part, key), target in REFERENCES.items():
        known = list(child(file, target))
        if places.told((target,)):  # who refers to it may be right
            continue
        for name, body in children(file, part):
            for place, word in at(body, (part, name), key):
                if word not in known:
                    wanted = "an account" if target == "accounts" else f"in `{target}`"
                    rule = f"is not {wanted} of this file.{meant(word, known)}"
                    tell(places, place, rule, known[0] if known else "")


def check_regions(file: Mapping[str, Any], places: Places, known: frozenset[str]) -> None:
    """Regions are AWS's, and one partition's; a staged source is where artifacts are staged."""
    named: Texts = list(items(file.get("regions"), ("regions",)))
    for part in REGIONAL:
        for name, body in children(file, part):
            named += [*at(body, (part, name), "region"), *at(body, (part, name), "also")]
    for place, region in named:
        for fault in region_faults([region], known):
            tell(places, place, fault.rule, "us-east-1")
    staged = [region for _, region in items(file.get("regions"), ())]
    for place, region in named:
        if region in known and staged and partition_of(region) != partition_of(staged[0]):
            tell(places, place, f"is of another partition than {staged[0]}, where no ARN is the same.", "")
    for name, body in children(file, "pipelines"):
        region = text(body, "region") or next(iter(staged), "")
        if body.get("source") == "staged" and region not in staged:
            rule = "`staged` needs the pipeline in one of `regions`, where artifacts are staged."
            tell(places, ("pipelines", name, "source"), rule, staged[0] if staged else "")


def check_accounts(file: Mapping[str, Any], places: Places) -> None:
    """Ids are distinct, a role is one of its account, and nobody's artifacts come from himself in the end."""
    ids: dict[str, str] = {}
    accounts = dict(children(file, "accounts"))
    for name, body in accounts.items():
        place: Place = ("accounts", name)
        number = text(body, "id")
        if number and (other := ids.setdefault(number, name)) != name:
            tell(places, (*place, "id"), f"is the id of `{other}`, too; one account has one name.", "")
        _check_role(text(body, "role"), number, (*place, "role"), places)
        circle = _circle(accounts, name)
        if circle and min(circle) == name:
            rule = f"goes in a circle: {' from '.join((*circle, name))}. One of them has no `from`."
            tell(places, (*place, "from"), rule, "")


def check_names(file: Mapping[str, Any], places: Places) -> None:
    """Parameters are names that Systems Manager takes, and none has two uses."""
    configuration = child(file, "configuration")
    uses: Texts = [*at(configuration, ("configuration",), "parameter")]
    uses += at(configuration, ("configuration",), "bucket-parameter")
    for place, name in [*uses, *at(child(file, "prefixes"), ("prefixes",), "parameter")]:
        if name and (rule := parameter_fault(name)):
            tell(places, place, rule, "/artifacts")
    first, second = (text(configuration, key) for key in ("parameter", "bucket-parameter"))
    if (first or "/startifact") == (second or "/buckets/staging"):
        rule = "the organisation configuration and the bucket's name cannot be in one parameter."
        tell(places, uses[-1][0], rule, "/buckets/staging")


def check_pipelines(file: Mapping[str, Any], places: Places) -> None:
    """A pipeline's regions, output buckets, source and certificate fit together."""
    home = next((region for _, region in items(file.get("regions"), ())), "")
    for name, body in children(file, "pipelines"):
        place: Place = ("pipelines", name)
        region = text(body, "region") or home
        further = list(at(body, place, "also"))
        for where, other in further:
            if other == region:
                tell(places, where, "is the pipeline's own region; `also` has further ones.", "")
        output = child(body, "output")
        buckets = list(at(output, (*place, "output"), "also"))
        if len(buckets) != len(further) and not places.wrong((*place, "also")):
            rule = f"must have one bucket for each region of `also`: it has {len(buckets)}, for {len(further)}."
            tell(places, (*place, "output", "also"), rule, "[codepipeline-output-bucket-west]", value="")
        if body.get("source") == "staged" and body.get("starts-on-upload") is True:
            rule = "needs an input bucket: nothing is uploaded where the source is `staged`."
            tell(places, (*place, "starts-on-upload"), rule, "false")
        _check_certificate(file, body, place, places)


def check_owners(file: Mapping[str, Any], places: Places) -> None:
    """What belongs to a project belongs to one only: `--delete-data PROJECT` deletes it."""
    for key in ("pipelines", "clients", "registries"):
        owners: dict[str, str] = {}
        for project, body in children(file, "projects"):
            for place, name in at(body, ("projects", project), key):
                if (owner := owners.setdefault(name, project)) != project:
                    tell(places, place, f"belongs to {owner} already; nothing belongs to two projects.", "")


def check_entering(file: Mapping[str, Any], places: Places) -> None:
    """GitHub's roles enter an account that has `from` with an external id."""
    enters = any(text(body, "from") for _, body in children(file, "accounts"))
    if enters and any(body for _, body in children(file, "repositories")) and not file.get("external-id"):
        rule = "is missing: the roles of an account with `from` ask for it."
        tell(places, ("external-id",), rule, "acme-releases")


def tell(places: Places, place: Place, rule: str, example: str, *, value: str | None = None) -> None:
    """Tell of a fault, unless the place has one already."""
    if not places.wrong(place):
        places.fault(place, rule, example=example, value=value)


def _check_role(role: str, number: str, place: Place, places: Places) -> None:
    try:
        owner = RoleArn.parse(role).account
    except ValueError:
        return
    if number and owner != number and not places.wrong((*place[:-1], "id")):
        tell(places, place, f"is a role of account {owner}, and this account is {number}.", "")


def _check_certificate(file: Mapping[str, Any], body: Mapping[str, Any], place: Place, places: Places) -> None:
    certificate = text(child(body, "distribution"), "certificate")
    production = text(child(child(file, "accounts"), text(body, "production")), "id")
    if certificate and production and f":{production}:" not in certificate:
        rule = f"must be a certificate of the production account, {production}."
        tell(places, (*place, "distribution", "certificate"), rule, "")


def _circle(accounts: Mapping[str, Mapping[str, Any]], start: str) -> tuple[str, ...]:
    """Return the accounts from `start` back to it, along `from`; empty where it does not come back."""
    return next((path for path in _paths(accounts, start) if text(accounts[path[-1]], "from") == start), ())


def _paths(accounts: Mapping[str, Mapping[str, Any]], start: str) -> Iterator[tuple[str, ...]]:
    path: tuple[str, ...] = (start,)
    while True:
        yield path
        following = text(accounts[path[-1]], "from")
        if following in path or following not in accounts:
            return
        path = (*path, following)
