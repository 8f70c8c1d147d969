"""What AWS says when it refuses, read: who, what, on what, and which kind of policy it was. Pure.

https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
https://docs.aws.amazon.com/AmazonS3/latest/userguide/troubleshoot-403-errors.html
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from waybill.domain.iam.documents import Kind
from waybill.domain.iam.services import ACTION

LONGEST: Final = 32_768
"""Characters that are read; AWS's sentences are shorter, encoded messages (10,240 characters at most) included."""
LONGEST_SAID: Final = 1000
"""Characters of AWS's own words that are kept."""

_MARK: Final = re.compile("[Nn]ot authorized to perform")
_OPENING: Final = "You are not authorized to perform this operation."
_WHYS: Final = (" because ", " with an explicit deny")
_ENDS: Final = (*_WHYS, " (Service: ", " (RequestToken: ")
_NOBODY: Final = frozenset({"", "User", "Not", "You", "caller", "Client"})
_ON: Final = re.compile(r" on (?:the )?(?:resource(?:\(s\))?: ?|role |key |repository )?(?P<rest>.*)\Z", re.DOTALL)
_UNNAMED: Final = ("this resource", "the resource associated with", "resource associated with")
_ENCODED: Final = re.compile(r"Encoded authorization failure message: ?(?P<text>[\w+/=-]{1,10240})", re.ASCII)
_POLICY: Final = re.compile(r"\barn:aws[a-z-]*:(?:iam|organizations|sts|ec2):\S{1,2048}")
_CIPHERTEXT: Final = "The ciphertext refers to a customer master key that does not exist"
_ELSEWHERE: Final = "does not exist in this Region"
_SETTINGS: Final = ("Block Public Access", "this bucket has blocked")
# A request that went through an endpoint, and was refused by what stands behind it, names both.
_TRANSITIVE: Final = "transitively through a service control polic"
_KINDS: Final = {
    "service control polic": Kind.SCP,
    "resource control polic": Kind.RCP,
    "permissions boundar": Kind.BOUNDARY,
    "permission boundar": Kind.BOUNDARY,
    "session polic": Kind.SESSION,
    "sessions polic": Kind.SESSION,
    "vpc endpoint polic": Kind.ENDPOINT,
    "trust polic": Kind.TRUST,
    "identity-based polic": Kind.IDENTITY,
    "resource-based polic": Kind.RESOURCE,
    "bucket polic": Kind.BUCKET,
    "key polic": Kind.KEY,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What an answer says. What is empty it does not say; `kind` None: not whose policy it was.

    `explicit`: a statement denies it, in the policy `policy` (an ARN), where it is named. `open`: KMS says that there
    is no such key, or that the key's policy does not allow it, or that it denies it. `setting`: no policy refuses it
    but a setting of the resource's, as `why` says. `encoded` is the message that STS decodes, `decoded`
    whether it did. `silent`: no word at all.
    """

    caller: str = ""
    action: str = ""
    resource: str = ""
    kind: Kind | None = None
    explicit: bool = False
    policy: str = ""
    open: bool = False
    setting: bool = False
    why: str = ""
    encoded: str = ""
    decoded: bool = False
    silent: bool = False
    words: str = ""


def read(message: str) -> Said:
    """Return what AWS's message says, whatever it is: none is too long, and none is an error."""
    text = plain(" ".join(line.strip() for line in message[:LONGEST].splitlines())).strip()
    found = _ENCODED.search(text)
    encoded = found["text"] if found else ""
    if found:
        text = f"{text[: found.start()]}{text[found.end() :]}".strip()
    words = text if len(text) <= LONGEST_SAID else f"{text[:LONGEST_SAID]}…"
    if text.startswith(_CIPHERTEXT):
        return Said(action="kms:Decrypt", kind=Kind.KEY, open=True, encoded=encoded, words=words)
    text = text.removeprefix(_OPENING)
    mark = _MARK.search(text)
    if mark is None:
        return Said(encoded=encoded, silent=words in {"", "403", "Forbidden"}, words=words)
    action, rest = _action(text[mark.end() :])
    resource, why = _resource(rest)
    kind = _kind(why)
    setting = kind is None and any(name in why for name in _SETTINGS)
    explicit = "explicit deny" in why
    policy = _POLICY.search(why) if explicit else None
    return Said(
        caller=_caller(text[: mark.start()]),
        action=action,
        resource=resource,
        kind=kind,
        explicit=explicit,
        policy=policy[0].rstrip(".,;)") if policy else "",
        open=_ELSEWHERE in why,
        setting=setting,
        why=why.rstrip(". ")[:LONGEST_SAID],
        encoded=encoded,
        words=words,
    )


def plain(text: str) -> str:
    """Return a text on one line, without control characters: whoever answers in AWS's place may say anything."""
    return "".join(each if each.isprintable() else " " for each in text)


def _caller(head: str) -> str:
    """Return who is named before `is not authorized to perform`: the last word there."""
    said = head.strip().removesuffix(" is").removesuffix(" are").strip()
    caller = said.rpartition(" ")[2].rpartition("User:")[2].strip("\"'")
    return "" if caller in _NOBODY else caller[:2048]


def _action(rest: str) -> tuple[str, str]:
    """Return the action, and what follows it."""
    text = rest.removeprefix(":").lstrip()
    name = text.split(" ", 1)[0]
    bare = name.rstrip(".,")
    follows = text[len(bare) :]
    if ACTION.match(bare):
        return bare, follows
    if bare.startswith("AssumeRole") and bare.isalnum():
        return f"sts:{bare}", follows
    return "", text if text.startswith("on ") else follows


def _resource(rest: str) -> tuple[str, str]:
    """Return the resource, empty where it is not named, and why."""
    found = _ON.match(rest if rest.startswith(" ") else f" {rest}")
    if found is None:
        return "", _since(rest)[1]
    text = found["rest"]
    if text.startswith('"'):
        # Keys of objects may have any words in them.
        ends = [at for why in _WHYS if (at := text.find(f'"{why}')) > 0]
        end = min(ends, default=text.rfind('"'))
        named, why = (text[1:end], text[end + 1 :]) if end > 0 else (text[1:], "")
    else:
        named, why = _since(f" {text}")
    named = named.strip()
    if named.startswith(_UNNAMED):
        named = ""
    return named.rstrip(".,")[:2048], why.strip()


def _since(text: str) -> tuple[str, str]:
    """Return a text in two: before AWS says why (or CloudFormation who said it), and from there on."""
    begins = min((at for end in _ENDS if (at := text.find(end)) >= 0), default=len(text))
    return text[:begins].strip(), text[begins:].strip()


def _kind(why: str) -> Kind | None:
    low = why[:LONGEST_SAID].lower()
    if _TRANSITIVE in low:
        return Kind.SCP
    named = [(at, kind) for words, kind in _KINDS.items() if (at := low.find(words)) >= 0]
    return min(named, key=lambda each: each[0])[1] if named else None
