"""What is there already under a name that a stack would make, looked for before anything is begun."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from waybill.commands.setup.applying.work import Work
from waybill.commands.together import together
from waybill.commands.tools import everywhere
from waybill.domain.setup.stacks.wanted import StackRef, WantedStack
from waybill.errors import ConflictError
from waybill.ports.stacks import Stack, Standing

MADE_NOTHING = frozenset({"ROLLBACK_COMPLETE"})
"""Words of a stack that stands, and of which nothing was made."""


def refuse_in_the_way(work: Work, wanted: Sequence[WantedStack], standing: Mapping[StackRef, Stack]) -> None:
    """Raise `ConflictError` where the parameter with a bucket's name is there, and no stack of ours made it.

    So it is where Startifact was set up, or `setup adopt` was run. The region's stack would fail, half made, at it.
    """
    refs = [one.ref for one in wanted if one.template == "region" and _is_new(standing.get(one.ref))]
    name = work.estate.bucket_parameter

    def look(ref: StackRef) -> str | None:
        work.tools.cancellation.check()
        return work.accounts[ref.account].region(ref.region).parameters.get(name)

    found, errors = everywhere(look, refs)
    if errors:
        raise together(list(errors.values()))
    there = [f"{ref.account}/{ref.region} ({found[ref]})" for ref in refs if found[ref] is not None]
    if there:
        raise ConflictError(
            f"{name} names a bucket already that setup did not make, in {', '.join(there)}.",
            "Nothing was changed. `setup adopt` goes on with these buckets, without `setup apply` in their regions; or "
            "give setup names of its own: another `configuration.parameter` and `configuration.bucket-parameter`.",
        )


def _is_new(stack: Stack | None) -> bool:
    return stack is None or stack.standing is Standing.REVIEW or stack.word in MADE_NOTHING
