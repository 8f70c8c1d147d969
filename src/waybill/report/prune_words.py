"""How a prune ended, in a sentence; what draws the rest is imported by the run that needs it."""

from __future__ import annotations

from waybill.domain.result import Result


def sentence(result: Result) -> str:
    """Return the sentence, empty where this is no prune, or one that began nothing."""
    if result.command != "prune" or result.body is None:
        return ""
    from waybill.domain.pruning.prune import Pruning  # noqa: PLC0415 - as the module says
    from waybill.report import prune_text  # noqa: PLC0415

    return prune_text.sentence(result.project, result.body) if isinstance(result.body, Pruning) else ""
