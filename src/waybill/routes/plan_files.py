"""A plan as a file: its digest, the facts it rests on, and the inputs that made it, so that it can be carried out."""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from waybill.commands.promotion.approval import PlanBody
from waybill.domain import stored
from waybill.domain.deploy.url_check import secrets_in
from waybill.domain.promotion import facts_digest
from waybill.domain.result import Result
from waybill.errors import ArtifactError, Fault, InputError
from waybill.inputs.tables.promote import PROMOTE

SCHEMA = 1
LARGEST = 10 * 1024 * 1024
OF_THE_FILE = frozenset({"plan", "apply", "plan-only", "plan-digest", "dry-run", "from-channel", "summary"})
"""Inputs that are of one run, not of the plan."""
SECRET = frozenset(item.name for item in PROMOTE.inputs if item.secret)
"""Inputs that no file holds (P9)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanFile:
    """A plan that was written: `inputs` by their names, as they were given; `version` is the one that was found."""

    digest: str
    facts: Mapping[str, Any]
    inputs: Mapping[str, str]


def plan_fault(path: Path) -> list[Fault]:
    """Return why a plan can surely not be written there, before anything is asked of AWS."""
    if path.is_dir():
        return [Fault("plan", str(path), "is a directory, not the name of a file.", "plan.json")]
    if not path.parent.is_dir():
        return [Fault("plan", str(path), f"cannot be written: there is no directory {path.parent}.", "plan.json")]
    return []


def forget_plan(path: Path) -> None:
    """Remove the plan of an earlier run before a new one is made: should this run fail, nobody applies the old one.

    What is no plan is left alone; a plan that is made takes its place. Raises `InputError` where it cannot be removed.
    """
    try:
        read_plan(path)
    except InputError:
        return
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        rule = f"holds an earlier plan that cannot be removed: {error.strerror or error}."
        raise InputError([Fault("plan", str(path), rule, "plan.json")], "Nothing was touched.") from error


def write_plan(path: Path, result: Result, values: Mapping[str, str], *, at: str) -> bool:
    """Write the plan of a run that only planned, and return whether it made one. Raises `ArtifactError`."""
    if not isinstance(result.body, PlanBody):
        return False
    kept = values.keys() - OF_THE_FILE - SECRET
    if secrets_in(values.get("verify-url", "")):
        kept -= {"verify-url", "verify-status", "verify-text"}
    inputs = {name: value for name, value in values.items() if name in kept and value.strip()}
    document = {
        "schema": SCHEMA,
        "digest": result.body.digest,
        "facts": dict(result.body.facts),
        "inputs": inputs | {"version": result.version},
        "made": {"at": at, "by": result.caller},
    }
    try:
        _put(path, json.dumps(document, indent=2, sort_keys=True) + "\n")
    except OSError as error:
        raise ArtifactError(
            f"The plan cannot be written to {path}: {error.strerror or error}.", "Nothing was changed anywhere."
        ) from error
    return True


def _put(path: Path, text: str) -> None:
    """Write a file whole or not at all, for its owner alone: it holds the external id."""
    # Nobody can have laid a link there for us to write through.
    temporary = path.with_name(f".waybill-{secrets.token_hex(8)}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
        temporary.replace(path)
    finally:
        with suppress(OSError):  # it has its own name by now, or the error before this one is the one to tell
            temporary.unlink()


def read_plan(path: Path) -> PlanFile:
    """Return a plan that `write_plan` wrote. Raises `InputError` where the file is none, or was altered."""
    try:
        if path.stat().st_size > LARGEST:
            raise ValueError("it is too large to be a plan")
        document = stored.load_object(path.read_bytes())
        if document["schema"] != SCHEMA:
            raise ValueError(f"it has schema {document['schema']}, and this release reads schema {SCHEMA}")
        facts, digest = stored.table(document["facts"]), stored.text(document["digest"])
        inputs = stored.texts(document["inputs"])
        if facts_digest(facts) != digest:
            raise ValueError("its facts are not those of its digest: it was altered")
        unknown = inputs.keys() - {item.name for item in PROMOTE.inputs} | inputs.keys() & OF_THE_FILE
        if unknown:
            raise ValueError(f"it has inputs that no plan has: {', '.join(sorted(unknown))}")
    except KeyError as error:
        raise _no_plan(path, f"it has no {error}") from error
    except OSError as error:
        raise _no_plan(path, str(error.strerror or error)) from error
    except ValueError as error:
        raise _no_plan(path, str(error)) from error
    return PlanFile(digest=digest, facts=facts, inputs=inputs)


def _no_plan(path: Path, why: str) -> InputError:
    return InputError([Fault("apply", str(path), f"is no plan: {why}.", "plan.json")], "Nothing was touched.")
