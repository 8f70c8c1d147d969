"""The organisation configuration and the bucket's name, as every region has them. Pure."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from waybill.domain import stored
from waybill.domain.configuration import Organisation, faults, parse
from waybill.domain.doctor.verdicts import bad, doubtful, good, unseen
from waybill.domain.findings import Finding, Seen, Unseen
from waybill.domain.names import is_bucket
from waybill.domain.shell import blank

WRITE = "Write what is right: `waybill setup configuration --write`."

USED = ("regions", "bucket_name_param", "bucket_key_prefix", "parameter_name_prefix")

Texts = Mapping[str, Seen[str | None] | Unseen]
"""What the parameter holds, by region; None: it is not there."""


def configuration_findings(
    texts: Texts, parameter: str, organisation: Organisation, *, own: bool = False
) -> Iterator[Finding]:
    """Yield whether each region has the configuration, and whether all have the same.

    `own`: it is read as the run itself reads it, so that to be refused is the answer.
    """
    known = {region: fact.value for region, fact in texts.items() if isinstance(fact, Seen) and fact.value is not None}
    most = max(known.values(), key=list(known.values()).count, default="")
    # Where nobody could read it, nobody knows what it says.
    judged = known or not texts
    wrong = [str(fault) for fault in faults(organisation, source=f"the parameter {parameter}")] if judged else []
    for region, fact in texts.items():
        if isinstance(fact, Unseen):
            yield _unread("configuration", fact, region, parameter, own=own)
            continue
        mend = put_parameter(region, parameter, most, overwrite=fact.value is not None) if most else WRITE
        if fact.value is None:
            says = "is not there: whoever begins in this region finds nothing"
            yield bad("configuration", says, mend, region=region, subject=parameter)
        elif broken := _broken(fact.value, parameter):
            yield bad("configuration", broken, mend, region=region, subject=parameter)
        else:
            yield good("configuration", "is there, and can be read", region=region, subject=parameter)
    for fault in wrong:
        yield bad("configuration", fault, WRITE, subject=parameter)
    yield from _equal(known, parameter)


def _unread(check: str, fact: Unseen, region: str, subject: str, *, own: bool) -> Finding:
    if not (own and fact.refused):
        return unseen(check, fact, region=region, subject=subject)
    says = f"may not be read, and nothing is released without it: {fact.why}"
    return bad(check, says, fact.advice, region=region, subject=subject)


def bucket_parameter_finding(
    fact: Seen[str | None] | Unseen, parameter: str, region: str, *, own: bool = False, bucket: str = ""
) -> Finding:
    """Return whether a region says which bucket is its own; `own`: it is read as the run itself reads it.

    `bucket` is the one that it surely is, by its name; empty: nobody knows.
    """
    check, subject = "bucket-parameter", parameter
    if isinstance(fact, Unseen):
        return _unread(check, fact, region, subject, own=own)
    mend = put_parameter(region, parameter, bucket or BUCKET, overwrite=fact.value is not None)
    if fact.value is None:
        says = "is not there: the region is not prepared"
        more = "# or prepare the region (`waybill setup apply`), or take it out of the configuration"
        return bad(check, says, f"{mend} {more}", region=region, subject=subject)
    if not is_bucket(fact.value):
        says = f"holds {fact.value[:80]!r}, which is no bucket's name"
        return bad(check, says, mend, region=region, subject=subject)
    return good(check, "names the bucket", region=region, subject=subject)


def _equal(known: Mapping[str, str], parameter: str) -> Iterator[Finding]:
    documents = {region: found for region, text in known.items() if (found := _document(text)) is not None}
    if len(documents) < 2:
        return
    for check, verdict, differing in (
        ("configuration-equal", bad, _differing(documents, only=USED)),
        ("configuration-extras", doubtful, _differing(documents, but=USED)),
    ):
        told = "; ".join(f"{key}: {_by_value(documents, key)}" for key in differing)
        if told:
            mend = f"{_same(known, documents, differing, parameter)} # or `waybill setup configuration --write`"
            yield verdict(check, f"is not the same in all regions ({told})", mend, subject=parameter)
        else:
            what = "is the same in all regions" if check == "configuration-equal" else "has the same other keys"
            yield good(check, what, subject=parameter)


def _same(
    known: Mapping[str, str], documents: Mapping[str, Mapping[str, Any]], keys: Sequence[str], parameter: str
) -> str:
    """Return the commands that write what most regions have into the others, for them to be right or to be turned."""
    said = {region: json.dumps([one.get(key) for key in keys]) for region, one in documents.items()}
    most = max(said.values(), key=list(said.values()).count)
    model = known[next(region for region, text in said.items() if text == most)]
    others = [region for region, text in said.items() if text != most]
    return " && ".join(put_parameter(region, parameter, model) for region in others)


def accounts_agree(accounts: Mapping[str, Texts], parameter: str) -> Iterator[Finding]:
    """Yield whether the accounts have the same configuration: a promotion takes the one's prefixes for the other's."""
    documents = {}
    for name, texts in accounts.items():
        known = [fact.value for fact in texts.values() if isinstance(fact, Seen) and fact.value is not None]
        document = _document(known[0]) if known else None
        if document is not None:
            documents[name] = document
    if len(documents) < 2:
        return
    differing = _differing(documents, only=USED)
    told = "; ".join(f"{key}: {_by_value(documents, key)}" for key in differing)
    if told:
        mend = "Where that is not meant, write the same everywhere: `waybill setup configuration --write`."
        yield doubtful("configuration-accounts", f"is not the same in all accounts ({told})", mend, subject=parameter)
    else:
        yield good("configuration-accounts", "is the same in all accounts", subject=parameter)


def _differing(
    documents: Mapping[str, Mapping[str, Any]], *, only: tuple[str, ...] = (), but: tuple[str, ...] = ()
) -> list[str]:
    keys = sorted({key for one in documents.values() for key in one if (key in only if only else key not in but)})
    return [key for key in keys if len({json.dumps(one.get(key)) for one in documents.values()}) > 1]


def _by_value(documents: Mapping[str, Mapping[str, Any]], key: str) -> str:
    values: dict[str, list[str]] = {}
    for region, one in documents.items():
        values.setdefault(json.dumps(one.get(key))[:80], []).append(region)
    return ", ".join(f"{value} in {' and '.join(regions)}" for value, regions in values.items())


def _broken(text: str, parameter: str) -> str:
    try:
        parse(text, parameter=parameter, default_regions=())
    except ValueError as error:
        return f"cannot be read: {error}"
    return ""


def _document(text: str) -> Mapping[str, Any] | None:
    try:
        return stored.load_object(text or "{}")
    except ValueError:
        return None


BUCKET = "BUCKET"
"""Stands for a bucket's name that nobody knows."""


def put_parameter(region: str, parameter: str, value: str, *, overwrite: bool = True) -> str:
    """Return the command line that writes a parameter."""
    compact = " ".join(value.split())
    more = " --overwrite" if overwrite else ""
    word = blank(BUCKET, f"the bucket of {region}") if value == BUCKET else shlex.quote(compact)
    return f"aws ssm put-parameter --region {region} --name {parameter} --type String --value {word}{more}"
