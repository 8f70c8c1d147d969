"""What annotations of a runner's log say: their titles and messages, and where in the repository they belong."""

from __future__ import annotations

import re
from collections.abc import Iterable

from waybill.domain.findings import Finding, Verdict
from waybill.errors import AccessDenied, ExitCode, Fault, IdentityError, WaybillError
from waybill.report.ink import clean

LONGEST = 4000
"""Characters of one annotation; the runner cuts at 4,096."""

Said = tuple[str, str, tuple[str, int] | None]
"""An annotation's title, its message, and the file and the line that it belongs to."""

_IN_A_FILE = re.compile(r"(?P<file>[^:]+):(?P<line>\d+)(?:: (?P<place>.*))?", re.DOTALL)


def of_fault(fault: Fault) -> Said:
    """Return a fault as an annotation. One of a file is named `FILE:LINE: PLACE`: GitHub shows it beside that line."""
    found = _IN_A_FILE.fullmatch(fault.name)
    if found is None or found["file"].startswith(("/", "..")):
        return f"Input {fault.name}", str(fault), None
    return found["place"] or found["file"], str(fault), (found["file"], int(found["line"]))


def both(what: str | None, advice: str | None) -> str:
    """Return what happened and what to do, as one message."""
    return clean("\n".join(part for part in (what, advice) if part)).strip() or "(no message)"


def of_findings(findings: Iterable[Finding], verdict: Verdict) -> list[Said]:
    """Return the findings of a verdict as annotations, alike ones in several regions as one, with what mends them."""
    found: dict[tuple[str, str, str], list[str]] = {}
    for one in findings:
        if one.verdict is verdict:
            says = f"{one.subject}: {one.says}" if one.subject else one.says
            found.setdefault((one.check, says, one.mend), []).append("/".join(filter(None, (one.account, one.region))))
    return [
        (f"{check} ({', '.join(places)})" if any(places) else check, both(says, mend), None)
        for (check, says, mend), places in found.items()
    ]


def title_of(error: WaybillError) -> str:
    """Return the title of an error that ended the command."""
    if isinstance(error, AccessDenied):
        return f"Access denied: {error.action}"
    if isinstance(error, IdentityError):
        return "Identity"
    return {
        ExitCode.ARTIFACT: "Artifact",
        ExitCode.CONFLICT: "Conflict",
        ExitCode.PARTIAL: "Partial",
        ExitCode.PIPELINE: "Pipeline",
        ExitCode.TIMED_OUT: "Timed out",
        ExitCode.UNAVAILABLE: "Unavailable",
        ExitCode.INTERRUPTED: "Cancelled",
    }.get(error.exit_code, "Waybill")
