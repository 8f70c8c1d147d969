"""One small error tree. Every error says what happened, what to do next, and carries a documented exit code.

    WaybillError
    ├── InputError          2   bad input: every fault of the run in one error
    ├── Declined            2   whoever was asked did not agree
    ├── IdentityError       3   wrong account, root, refused role
    │   └── AccessDenied    3   one call was refused: action, resource, missing statement
    ├── ArtifactError       4   the bytes are missing, damaged or not what their waybill says
    ├── ConflictError       5   something else is already stored under this name
    ├── PartialError        6   fewer regions than `require` asks for
    ├── PipelineError       7
    ├── TimedOut            8
    ├── Unavailable         9   the network or the service did not answer, retries included
    └── Cancelled     130/143   SIGINT or SIGTERM

Anything else that escapes is a bug of ours and exits 70.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Any


class ExitCode(IntEnum):
    """The documented contract with whoever runs the command."""

    OK = 0
    INPUT = 2
    IDENTITY = 3
    ARTIFACT = 4
    CONFLICT = 5
    PARTIAL = 6
    PIPELINE = 7
    TIMED_OUT = 8
    UNAVAILABLE = 9
    BUG = 70
    INTERRUPTED = 130
    TERMINATED = 143


CANCELLED = frozenset({ExitCode.INTERRUPTED, ExitCode.TERMINATED})
"""Codes of a run that was told to stop."""


class WaybillError(Exception):
    """What happened (`what`) and what to do next (`advice`, may be empty). `str()` is both, on separate lines."""

    exit_code: ExitCode = ExitCode.BUG

    def __init__(self, what: str, advice: str = "") -> None:
        self.what = what
        self.advice = advice
        super().__init__(f"{what}\n{advice}" if advice else what)


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with one input, by its YAML name.

    `value` is what was given (never a secret), `rule` is a sentence, `example` a value that would do.
    """

    name: str
    value: str
    rule: str
    example: str = ""

    def __str__(self) -> str:
        shown = self.value if len(self.value) <= 200 else f"{self.value[:200]}… ({len(self.value)} characters)"
        # Letters of other scripts look like ours.
        spelled = repr(shown) if self.value.isascii() else f"{shown!r} ({shown!a})"
        text = f"{self.name}: {spelled}: {self.rule}" if self.value else f"{self.name}: {self.rule}"
        return f"{text} Example: {self.example}" if self.example else text


class InputError(WaybillError):
    """Bad input, refused before anything is touched (P10): all faults of the run, in the order of the inputs."""

    exit_code = ExitCode.INPUT

    def __init__(self, faults: Iterable[Fault], advice: str = "") -> None:
        self.faults: Sequence[Fault] = tuple(faults)
        count = len(self.faults)
        head = "1 input is wrong:" if count == 1 else f"{count} inputs are wrong:"
        super().__init__("\n".join((head, *(f"  - {fault}" for fault in self.faults))), advice)


class Declined(WaybillError):
    """Whoever was asked did not agree; nothing was begun."""

    exit_code = ExitCode.INPUT


class IdentityError(WaybillError):
    """The caller is not who it should be, or could not become it."""

    exit_code = ExitCode.IDENTITY


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """What is known of a refused call: who, which IAM action, on which ARN, and whose policy it was.

    `side` is `identity`, `resource`, `key`, `trust`, `boundary`, `session`, `organisation`, `endpoint`, `token`
    (GitHub's) or `unknown`; `likely` says why that side is taken for it, empty where AWS itself says it. `explicit`: a
    statement denies it, in `policy` (an ARN), where AWS names it. `missing` are the policies that do not allow it, as
    `access explain` tells them, `statement` is the JSON of the first. `said` are AWS's words; `encoded` is what
    `sts:DecodeAuthorizationMessage` decodes: no secret (P9), since AWS decodes it only for who may see it.
    """

    caller: str = ""
    action: str
    resource: str
    side: str = "unknown"
    likely: str = ""
    explicit: bool = False
    policy: str = ""
    missing: tuple[Mapping[str, Any], ...] = ()
    statement: str = ""
    said: str = ""
    encoded: str = ""

    def to_json(self) -> dict[str, Any]:
        """Return the member `refused` of the result document."""
        return {
            "caller": self.caller or None,
            "action": self.action,
            "resource": self.resource,
            "side": self.side,
            "likely": self.likely or None,
            "explicit": self.explicit,
            "policy": self.policy or None,
            "missing": [dict(each) for each in self.missing],
            "said": self.said or None,
            "encoded": self.encoded or None,
        }


class AccessDenied(IdentityError):
    """One call was refused. Adapters make it through `domain.denials`, which fills `refused`."""

    def __init__(
        self,
        what: str,
        advice: str = "",
        *,
        action: str = "",
        resource: str = "",
        caller: str = "",
        statement: str = "",
        refused: Refused | None = None,
    ) -> None:
        self.refused = refused or Refused(action=action, resource=resource, caller=caller, statement=statement)
        super().__init__(what, advice)

    @property
    def action(self) -> str:
        """The IAM action."""
        return self.refused.action

    @property
    def resource(self) -> str:
        """The ARN of what it was asked on."""
        return self.refused.resource

    @property
    def caller(self) -> str:
        """Who asked; empty where that is not known."""
        return self.refused.caller

    @property
    def statement(self) -> str:
        """The policy statement (JSON) that is missing, as far as the answer tells."""
        return self.refused.statement

    def told(self, what: str, advice: str) -> AccessDenied:
        """Return the same refusal in other words, for a caller that knows what it was asked for."""
        return AccessDenied(what, advice, refused=self.refused)


class ArtifactError(WaybillError):
    """The artifact's bytes are missing, damaged, or not what its waybill says."""

    exit_code = ExitCode.ARTIFACT


class ConflictError(WaybillError):
    """Something else is stored under this name; Waybill never overwrites it (P2)."""

    exit_code = ExitCode.CONFLICT


class PrunedError(ConflictError):
    """The version was pruned, and never comes back: running again does not help."""


class PartialError(WaybillError):
    """Fewer regions succeeded than `require` asks for."""

    exit_code = ExitCode.PARTIAL


class PipelineError(WaybillError):
    """The pipeline did not end well."""

    exit_code = ExitCode.PIPELINE


class TimedOut(WaybillError):
    """An overall time limit of ours ran out."""

    exit_code = ExitCode.TIMED_OUT


class Unavailable(WaybillError):
    """The network or the service did not answer, retries included."""

    exit_code = ExitCode.UNAVAILABLE


class Cancelled(WaybillError):
    """SIGINT or SIGTERM arrived; what was begun was undone or can be resumed."""

    exit_code = ExitCode.INTERRUPTED

    def __init__(self, what: str, advice: str = "", *, signal_number: int = 2) -> None:
        self.signal_number = signal_number
        super().__init__(what, advice)


def exit_code_of(error: BaseException) -> ExitCode:
    """Return the exit code a person sees for `error`; 130 or 143 for a cancellation, 70 for what is not ours."""
    if isinstance(error, Cancelled):
        return ExitCode.TERMINATED if error.signal_number == 15 else ExitCode.INTERRUPTED
    return error.exit_code if isinstance(error, WaybillError) else ExitCode.BUG


def lowest(errors: Iterable[BaseException]) -> ExitCode:
    """Several faults: the lowest of their codes. `OK` when there are none."""
    return min((exit_code_of(error) for error in errors), default=ExitCode.OK)


def worst(codes: Collection[ExitCode]) -> ExitCode:
    """Several places' codes: the cancellation's, where there is one, else the lowest; `OK` where there are none."""
    return next((code for code in codes if code in CANCELLED), min(codes, default=ExitCode.OK))


def refused_of(error: BaseException | None) -> Refused | None:
    """Return what is known of the call that was refused, where an error is of one."""
    return error.refused if isinstance(error, AccessDenied) else None
