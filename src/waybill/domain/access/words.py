"""What changes between two documents, in sentences: `bob gains publish on npm/parity/ui in my_domain/my_repo`. Pure.

Statements are taken apart into who, which actions, of what, and under which condition, and compared so: how they are
written is nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any, Final

from waybill.domain.access import packages
from waybill.domain.access.refs import Ref
from waybill.domain.access.whom import AND, EXCEPT, whom
from waybill.domain.iam.conditions import many
from waybill.domain.iam.documents import Kind

_PACKAGES = ":package/"
_OF_PACKAGES: Final = (
    ("administer", packages.ADMINISTER_REPOSITORY),
    ("read", packages.READ_GENERIC),
    ("download", packages.DOWNLOAD_GENERIC),
)
_OF_OTHERS: Final = (
    ("administer", packages.ADMINISTER_DOMAIN),
    ("administer", packages.ADMINISTER_REPOSITORY),
    ("read", packages.READ),
    ("looking", tuple(action for action in packages.READ if action not in packages.FETCH)),
    ("download", packages.FETCH),
)
_OF_ANYTHING: Final = (
    ("publish", packages.PUBLISH_MAVEN),
    ("publish", packages.PUBLISH),
    ("tokens", packages.TOKEN),
    ("stage", ("s3:AbortMultipartUpload", "s3:GetObject", "s3:PutObject")),
    ("promote", ("s3:GetObject", "s3:GetObjectVersion")),
    ("download", ("s3:GetObject",)),
    ("listing", ("s3:ListBucket",)),
    ("encrypting and decrypting", ("kms:Decrypt", "kms:GenerateDataKey")),
    ("decrypting", ("kms:Decrypt",)),
    ("entry", ("sts:AssumeRole",)),
    ("entry", ("sts:AssumeRoleWithWebIdentity",)),
    ("session tags", ("sts:SetSourceIdentity", "sts:TagSession")),
)
"""Actions that have one word together, the larger sets first."""

_PACKAGE: Final = re.compile(r"arn:[^:]+:codeartifact:[^:]*:[^:]*:package/([^/]+)/([^/]+)/(.+)")
_NAMED: Final = re.compile(r"arn:[^:]+:codeartifact:[^:]*:[^:]*:(?:repository|domain|package)/(.+)")
_SUBJECT: Final = re.compile(r"repo:([^:]+):(.+)")
_OBJECT: Final = re.compile(r"arn:[^:]+:s3:::([^/]+)/(.+)")


@dataclass(frozen=True, slots=True, order=True)
class Part:
    """One action that somebody may, or may not, do. `who` is of `whom`, `condition` what is asked beside who it is."""

    denied: bool
    who: str
    action: str
    what: str
    condition: str = ""


def told(
    before: Iterable[Mapping[str, Any]], after: Iterable[Mapping[str, Any]], ref: Ref, names: Mapping[str, str]
) -> tuple[str, ...]:
    """Return a sentence for each change. `names` are the accounts' names by their numbers."""
    was = {part for each in before for part in parts(each, ref)}
    will = {part for each in after for part in parts(each, ref)}
    gained = {part for part in will - was if not _covered(part, was)}
    lost = {part for part in was - will if not _covered(part, will)}
    return (
        *sorted(_sentences(gained, names, "gains", "is denied")),
        *sorted(_sentences(lost, names, "loses", "is not denied any more")),
    )


def _covered(part: Part, others: set[Part]) -> bool:
    """Whether another statement says the same and asks for nothing: then this one neither gives nor takes anything."""
    return any(
        one != part
        and (one.denied, one.who, one.what) == (part.denied, part.who, part.what)
        and one.condition in {"", part.condition}
        and fnmatchcase(part.action.lower(), one.action.lower())
        for one in others
    )


def parts(statement: Mapping[str, Any], ref: Ref) -> Iterator[Part]:
    """Yield what a statement says, one by one."""
    denied = statement.get("Effect") == "Deny"
    named, condition = whom(statement, ref)
    for who in named:
        for action in _actions(statement):
            for what in _resources(statement, ref):
                yield Part(denied, who, action, what, _said(condition))


def _sentences(found: set[Part], names: Mapping[str, str], allowed: str, denied: str) -> Iterator[str]:
    """Yield sentences, what somebody may do with one thing together."""
    together: dict[tuple[bool, str, str, str], list[str]] = {}
    for part in sorted(found):
        together.setdefault((part.denied, part.who, part.what, part.condition), []).append(part.action)
    for (is_denied, who, what, condition), actions in together.items():
        verb = denied if is_denied else allowed
        suffix = f", where {condition}" if condition else ""
        yield f"{_person(who, names)} {verb} {_listed(_in_words(actions, what))} {_resource(what)}{suffix}"


def _in_words(actions: Iterable[str], what: str) -> list[str]:
    """Return actions by the words that they have together, and the others as they are."""
    left = {action.lower(): action for action in actions}
    found = []
    for word, several in (*(_OF_PACKAGES if _PACKAGES in what else _OF_OTHERS), *_OF_ANYTHING):
        known = {action.lower() for action in several}
        if known <= left.keys():
            found.append(word)
            left = {key: action for key, action in left.items() if key not in known}
    return sorted((*found, *left.values()))


def _listed(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def _person(text: str, names: Mapping[str, str]) -> str:
    if text.startswith(EXCEPT):
        excepted = text.removeprefix(EXCEPT).split(AND)
        return f"{EXCEPT}{_listed([_person(each, names) for each in excepted])}"
    if text == "*":
        return "everybody"
    if match := _SUBJECT.fullmatch(text):
        return f"{match[1]} ({_run(match[2])})"
    if text.startswith("arn:") and ":iam:" in text:
        kind, _, rest = text.split(":", 5)[5].partition("/")
        return f"{'role ' if kind == 'role' else ''}{rest.rpartition('/')[2]}" if rest else text
    if text.startswith("o-"):
        return f"the organisation {text}"
    return names.get(text, text)


def _run(text: str) -> str:
    """Return the end of a token's subject in words: `branch main`, `any tag`, `environment production`."""
    for begin, kind in (("ref:refs/heads/", "branch"), ("ref:refs/tags/", "tag"), ("environment:", "environment")):
        if text.startswith(begin):
            name = text.removeprefix(begin)
            return f"any {kind}" if name == "*" else f"{kind} {name}"
    return text


def _actions(statement: Mapping[str, Any]) -> list[str]:
    if "NotAction" in statement:
        return [f"everything but {_listed([str(each) for each in many(statement['NotAction'])])}"]
    return [str(each) for each in many(statement.get("Action", []))]


def _resources(statement: Mapping[str, Any], ref: Ref) -> list[str]:
    """Return what a statement is of; what it does not name, or names `*`, is what the document is of."""
    if "NotResource" in statement:
        excepted = [_resource(_spelled(str(each), ref)) for each in many(statement["NotResource"])]
        return [f"on all but {_listed([each.removeprefix('on ') for each in excepted])}"]
    if "Resource" not in statement:
        return [f"to {ref.short}"]
    return sorted({_spelled(str(each), ref) for each in many(statement["Resource"])})


def _spelled(text: str, ref: Ref) -> str:
    if text == "*" and ref.kind is Kind.BUCKET:
        return f"on everything in {ref.short}"
    return f"on {ref.short}" if text in {"*", ref.arn} else text


def _resource(text: str) -> str:
    """Return a resource as sentences name it, with the word before it."""
    if text.startswith(("on ", "to ")):
        return text
    if match := _PACKAGE.fullmatch(text):
        path = "all packages" if match[3] == "*" else match[3]
        return f"on {path} in {match[1]}/{match[2]}"
    if match := _NAMED.fullmatch(text):
        return f"on {match[1]}"
    if match := _OBJECT.fullmatch(text):
        return f"on {match[2]} in {match[1]}"
    return f"on {text.rpartition(':::')[2] if ':s3:::' in text else text}"


def _said(condition: Mapping[str, Any]) -> str:
    """Return conditions in words."""
    said = sorted(
        f"{key} {operator} {_listed(sorted(str(value) for value in many(wanted)))}"
        for operator, pairs in condition.items()
        for key, wanted in pairs.items()
    )
    return " and ".join(said)
