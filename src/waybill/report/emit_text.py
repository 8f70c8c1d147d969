"""Draws what `setup emit` wrote."""

from __future__ import annotations

from waybill.domain.result import Result
from waybill.domain.setup.emitted.files import Emitted
from waybill.report.ink import Ink, one_line
from waybill.report.markdown import code
from waybill.report.units import count


def sentence(result: Result, body: Emitted) -> str:
    """Return how it ended, in a sentence."""
    stacks = count(body.stacks, "stack")
    if not result.changed:
        return f"{body.directory} has the templates and parameters of {stacks} already. Nothing was changed."
    return f"Wrote the templates and parameters of {stacks} into {body.directory}."


def needs_attention(result: Result, body: Emitted) -> bool:
    """Nothing does."""
    del result, body
    return False


def as_text(body: Emitted, ink: Ink) -> str:
    """Return the templates and how many files there are of each other kind."""
    del ink
    templates = [name for name in body.files if name.endswith(".yaml")]
    return "\n".join(f"  {one_line(line)}" for line in (*templates, f"parameters/*.json ({body.stacks})"))


def as_markdown(body: Emitted) -> list[str]:
    """Return the same as a list."""
    return [f"- {code(name)}" for name in body.files if not name.startswith("parameters/")]
