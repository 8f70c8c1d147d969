"""Findings in few words. Pure."""

from __future__ import annotations

from waybill.domain.findings import Finding, Unseen, Verdict


def good(check: str, says: str, *, region: str = "", subject: str = "") -> Finding:
    """Return that a check passed."""
    return Finding(check=check, verdict=Verdict.PASS, says=says, region=region, subject=subject)


def bad(check: str, says: str, mend: str, *, region: str = "", subject: str = "") -> Finding:
    """Return that a check failed, and what mends it."""
    return Finding(check=check, verdict=Verdict.FAIL, says=says, mend=mend, region=region, subject=subject)


def doubtful(check: str, says: str, mend: str, *, region: str = "", subject: str = "") -> Finding:
    """Return a warning."""
    return Finding(check=check, verdict=Verdict.WARN, says=says, mend=mend, region=region, subject=subject)


def unknown(check: str, why: str, mend: str = "", *, region: str = "", subject: str = "") -> Finding:
    """Return that nobody can say, and why."""
    return Finding(check=check, verdict=Verdict.UNKNOWN, says=why, mend=mend, region=region, subject=subject)


def unseen(check: str, fact: Unseen, *, region: str = "", subject: str = "") -> Finding:
    """Return that a fact could not be looked at; a refusal comes with what would let it be."""
    if fact.silent:
        return unknown(check, f"nobody answered: {fact.why}", region=region, subject=subject)
    mend = fact.advice if fact.refused else ""
    return unknown(check, f"may not be looked at: {fact.why}", mend, region=region, subject=subject)
