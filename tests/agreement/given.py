"""What every verb is given in the tests of its inputs: what is good, what is wrong, and who reads it.

A new verb says here what it is run with (`GOOD`, and `FILES` where it reads a file), a wrong value for each of its own
inputs (`OF_ONE`, or `ANY_TEXT` where no text is wrong by itself), and who reads it, where that is not the module of its
own name (`READ_BY`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from importlib import import_module
from pathlib import Path

import pytest

from inputs.given import WRONG_PLACE, around
from waybill.errors import Fault, InputError
from waybill.inputs.find import module_of
from waybill.inputs.spec import Verb
from waybill.packing import Selection

HERE = "tests/agreement/given.py"

RELEASE = {"project": "SugarWater", "version": "1.2.3"}
GOOD: Mapping[str, Mapping[str, str]] = {
    "stage": {**RELEASE, "path": "app.bin", "pipeline": "site"},
    "promote": {**RELEASE, "pipeline": "site"},
    "deploy": {**RELEASE, "pipeline": "site"},
    "rollback": {"project": "SugarWater", "to": "previous", "reason": "it leaks", "pipeline": "site"},
    "download": RELEASE,
    "status": {},
    "versions": {"project": "SugarWater"},
    "info": RELEASE,
    "prune": {"project": "SugarWater", "keep": "3", "reason": "old"},
    "doctor": {},
    "setup init": {"answers": "answers.yaml"},
    "setup plan": {},
    "setup emit": {"directory": "build"},
    "setup apply": {},
    "setup configuration": {},
    "setup adopt": {"account": "production"},
    "setup pipeline-role": {
        "deploy-role": "arn:aws:iam::222222222222:role/prods3role",
        "pipeline": "handmade",
        "account": "development",
    },
    "setup check": {},
    "access explain": {
        "principal": "arn:aws:iam::222222222222:user/bob",
        "action": "codeartifact:PublishPackageVersion",
        "resource": "arn:aws:codeartifact:us-east-1:111111111111:package/my_domain/my_repo/npm/parity/ui",
    },
    "access plan": {"config": "access.yaml"},
    "access apply": {"config": "access.yaml"},
    "access show": {"config": "access.yaml"},
    "access remove": {"config": "access.yaml", "grant": "readers"},
}
"""What a verb needs, and takes."""

PREPARED = """\
schema: 1
accounts:
  development: {id: "111111111111"}
  production: {id: "222222222222", from: development}
regions: [us-east-1]
"""
GRANTING = """\
schema: 1
accounts:
  development: {id: "111111111111"}
  production: {id: "222222222222"}
regions: [us-east-1]
grants:
  readers: {who: {account: production}, may: read, what: {account: development, domain: my_domain, repository: my_repo}}
"""
OF_CALLERS = '{"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}'
OF_RESOURCES = OF_CALLERS.replace('"Action"', '"Principal": "*", "Action"')
FILES: Mapping[str, Mapping[str, str]] = {
    "access explain": {
        **{f"{name}.json": OF_CALLERS for name in ("bob", "boundary", "session", "root", "guard")},
        **{f"{name}.json": OF_RESOURCES for name in ("repository", "domain", "resources")},
    },
    "access plan": {"access.yaml": GRANTING},
    "access apply": {"access.yaml": GRANTING},
    "access show": {"access.yaml": GRANTING},
    "access remove": {"access.yaml": GRANTING},
    "setup init": {"answers.yaml": PREPARED},
}
"""The files of the folder that a verb is run in, by their names; the others find a `waybill.yaml`."""

OF_ANY: Mapping[str, str] = {
    **WRONG_PLACE,
    "project": "a/b",
    "kms-key": "alias/mine",
    "channel": "Latest",
    "update-channel": "older",
    "github-token": "two words",
    "codeartifact": "my_domain",
    "from-codeartifact": "my_domain",
    "codeartifact-account": "development",
    "codeartifact-region": "us-nowhere-1",
    "reinstate": "maybe",
    "require": "some",
    "dry-run": "maybe",
    "version": "v1..2",
    "pipeline": "two words",
    "pipeline-role": "waybill-deploy",
    "pipeline-role-external-id": "no spaces please",
    "pipeline-account": "development",
    "source": "elsewhere",
    "variables": "no-equals-sign",
    "wait": "maybe",
    "timeout": "soon",
    "approval-timeout": "0s",
    "on-cancel": "panic",
    "on-failure": "panic",
    "allow-unpinned": "maybe",
    "verify-deployed": "maybe",
    "verify-url": "ftp://secret@hidden.invalid",
    "verify-status": "fine",
    "verify-text": "y" * 2001,
    "invalidate": "no-distribution",
    "environment": "x" * 256,
    "environment-url": "www.example.com",
    "config": "nowhere.yaml",
    "account": "nobody",
    "yes": "maybe",
}
"""A wrong value for each input that several verbs have."""

OF_ONE: Mapping[str, Mapping[str, str]] = {
    "stage": {
        "version": "v1.2.3",
        "path": "nowhere",
        "metadata": "no-equals-sign",
        "filename": "maybe",
        "content-type": "no type",
        "compress": "maybe",
        "allow-empty": "maybe",
        "resume": "maybe",
    },
    "promote": {
        "from-channel": "Latest",
        "from-role": "waybill-read",
        "from-role-external-id": "no spaces please",
        "from-regions": "us-nowhere-1",
        "transfer": "teleport",
        "verify": "hardly",
        "plan-only": "maybe",
        "plan-digest": "1234",
    },
    "rollback": {"to": "^1.2", "reason": "x" * 1001},
    "download": {"filename": "maybe", "extract": "maybe", "extract-limit": "much", "extract-entries": "many"},
    "status": {"check": "maybe", "repair": "maybe"},
    "versions": {"limit": "many"},
    "prune": {"keep": "few", "older-than": "long"},
    "doctor": {
        "from-channel": "Latest",
        "from-role": "waybill-read",
        "from-role-external-id": "no spaces please",
        "from-regions": "us-nowhere-1",
        "fix-plan": "maybe",
    },
    "setup init": {"config": ".", "answers": "nowhere.yaml", "force": "maybe", "schema": "two\tcolumns"},
    "setup plan": {"delete-data": "a/b"},
    "setup apply": {"plan-digest": "1234", "delete-data": "a/b"},
    "access explain": {
        "offline": "maybe",
        "principal": "bob",
        "action": "s3:*",
        "resource": "my_repo",
        "context": "no-equals-sign",
        "principal-role": "waybill-stage",
        "resource-account": "development",
        **dict.fromkeys(("identity-policy", "resource-policy", "domain-policy", "boundary"), "nowhere.json"),
        **dict.fromkeys(("session-policy", "scp", "rcp"), "nowhere.json"),
    },
    "access apply": {"plan-digest": "1234"},
    "access remove": {"grant": "two words", "everything": "maybe"},
    "setup emit": {"directory": "waybill.yaml", "force": "maybe"},
    "setup configuration": {
        "write": "maybe",
        "repair": "maybe",
        "delete-from": "us-nowhere-1",
        "check": "maybe",
    },
    "setup adopt": {"bucket": "no-equals-sign"},
    "setup pipeline-role": {
        "deploy-role": "prods3role",
        "action": "two words",
        "region": "us-nowhere-1",
        "same-account": "maybe",
    },
}
"""A wrong value for each input that one verb has, or takes other values of than the others."""

ANY_TEXT: Mapping[str, frozenset[str]] = {
    "promote": frozenset({"plan", "apply"}),
    "download": frozenset({"to"}),
    "status": frozenset({"html"}),
    "prune": frozenset({"reason"}),
}
"""Inputs that no text is wrong for by itself; what paths lead to is tried elsewhere."""

HIDDEN = frozenset({"verify-url"})
"""Inputs whose value is never shown, beside the secret ones: a password may stand in it."""

WITHIN_A_FILE = frozenset({"account"})
"""Inputs that are held against what `config` names: where that is wrong too, nobody can say."""

_SESSION = {"principal": "arn:aws:sts::222222222222:assumed-role/waybill-stage/run-1"}
NEEDS: Mapping[str, Mapping[str, str]] = {
    "principal-role": _SESSION,
    "session-policy": _SESSION,
    **{name: {"project": "SugarWater"} for name in ("from-channel", "from-role", "from-regions")},
    "from-role-external-id": {"from-role": "arn:aws:iam::111111111111:role/r", "project": "SugarWater"},
    "role-external-id": {"role": "arn:aws:iam::222222222222:role/r"},
    "pipeline-role-external-id": {"pipeline-role": "arn:aws:iam::111111111111:role/r"},
    "verify-text": {"verify-url": "https://www.example.com"},
    "from-codeartifact": {"codeartifact": "acme/releases/web"},
    "codeartifact-account": {"codeartifact": "acme/releases/web"},
    "codeartifact-region": {"codeartifact": "acme/releases/web"},
}
"""What an input has need of beside it."""

Read = Callable[[Mapping[str, str]], object]


def survey(path: str, allow_empty: bool, compress: bool) -> Selection:
    """Look at a path without a disk."""
    if path != "app.bin":
        raise InputError([Fault("path", path, "does not exist.")])
    return Selection(entries=(), is_archive=False)


def _read(name: str, *first: object, **more: object) -> Read:
    read = getattr(import_module(f"waybill.inputs.{name}"), "read")  # noqa: B009 - as mypy would have it
    return lambda values: read(*first, values, around(survey=survey), **more)


def _download(verb: Verb) -> Read:
    from waybill.inputs.download import Disk

    return _read("download", disk=Disk(folder=Path.cwd()))


def _explain(verb: Verb) -> Read:
    from waybill.inputs.access_explain import read

    return lambda values: read(values, around(), folder=Path.cwd())


READ_BY: Mapping[str, Callable[[Verb], Read]] = {
    "access explain": _explain,
    "download": _download,
    "setup init": lambda _: _read("setup_init", terminal=False),
    "setup emit": lambda _: _read("setup_emit", workspace=Path.cwd()),
    "setup plan": lambda verb: _read("setup_apply", verb),
    "setup apply": lambda verb: _read("setup_apply", verb),
    "access plan": lambda verb: _read("access_apply", verb),
    "access apply": lambda verb: _read("access_apply", verb),
}
"""Who reads the inputs of a verb, where it is more than `read` of the module of its own name."""


def good(verb: Verb, *, beside: str = "") -> dict[str, str]:
    """Return what a verb needs, less what may not stand beside an input."""
    if verb.name not in GOOD:
        pytest.fail(f"`{verb.name}` is new: say in GOOD of {HERE} what it is run with.")
    return {name: value for name, value in GOOD[verb.name].items() if (beside, name) != ("from-channel", "version")}


def bad(verb: Verb) -> dict[str, str]:
    """Return a wrong value for every input that may be wrong by itself."""
    known = {**OF_ANY, **OF_ONE.get(verb.name, {})}
    return {item.name: known[item.name] for item in verb.inputs if item.name in known}


def unspoken(verb: Verb) -> set[str]:
    """Return the inputs of a verb that nobody has said a wrong value of, nor that there is none."""
    return {item.name for item in verb.inputs} - {*bad(verb), *ANY_TEXT.get(verb.name, ())}


def reader(verb: Verb) -> Read:
    """Return what reads the inputs of a verb, in the folder that it is run in."""
    if verb.name in READ_BY:
        return READ_BY[verb.name](verb)
    module = module_of(verb.name)
    try:
        return _read(module)
    except (ImportError, AttributeError) as error:
        pytest.fail(f"`{verb.name}` is new, and {error}: say in READ_BY of {HERE} who reads its inputs.")


def files_of(verb: Verb) -> Iterable[tuple[str, str]]:
    """Return the files of the folder that a verb is run in, and what is in them."""
    known = FILES.get(verb.name)
    return (known if known is not None else {"waybill.yaml": PREPARED}).items()
