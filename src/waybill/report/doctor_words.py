"""How `doctor` ended, in a sentence."""

from __future__ import annotations

from waybill.domain.doctor.examined import Examined
from waybill.domain.result import Result
from waybill.report import doctor_text


def sentence(result: Result) -> str:
    """Return the sentence; empty where nothing was looked at."""
    return doctor_text.sentence(result.body) if isinstance(result.body, Examined) else ""


def needs_attention(result: Result) -> bool:
    """Whether anything failed."""
    return isinstance(result.body, Examined) and result.body.failed
