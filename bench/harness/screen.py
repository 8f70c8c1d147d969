"""What a person sees when the bench ends."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from harness.peers import OURS
from harness.results import Row, Verdict
from harness.sizes import show_size


def show_result(
    machine: Mapping[str, Any], rows: Sequence[Row], verdicts: Sequence[Verdict], absent: Mapping[str, str]
) -> str:
    """Return one block a size, the absent peers, and a line for each target."""
    memory = machine["memory"] / 2**30
    lines = [f"\n{machine['cores']} cores of {machine['cpu']}, {memory:.0f} GiB, {machine['kernel']}"]
    for sparse, size in dict.fromkeys((row.sparse, row.size) for row in rows):
        here = [row for row in rows if (row.sparse, row.size) == (sparse, size)]
        base = "ours" if any(row.peer == OURS for row in here) else "curl"
        kind = ", a sparse file" if sparse else ""
        lines.append(f"\n{show_size(size)} to three regions{kind}: wall seconds, median of {here[0].runs}")
        heads = ("median", "least", "most", f"x {base}", "cpu s", "server", "peak MB")
        lines.append(f"  {'':34}" + "".join(f"{head:>9}" for head in heads))
        lines += [_line(row) for row in here]
    if disturbed := sum(row.disturbed for row in rows):
        total = sum(row.runs for row in rows)
        lines.append(f"\n{disturbed} of {total} runs were disturbed: other processes took over a tenth of the machine.")
    if absent:
        lines.append("\nabsent, so not measured:")
        lines += [f"  {name}: {why}" for name, why in absent.items()]
    lines.append("\ntargets:")
    lines += [f"  {_word(verdict.met):12} {verdict.target}: {verdict.said}" for verdict in verdicts]
    return "\n".join(lines)


def _line(row: Row) -> str:
    ratio = "" if row.ratio is None else f"{row.ratio:.2f}"
    seconds = (row.median, row.least, row.greatest)
    figures = [*(f"{value:.2f}" for value in seconds), ratio, f"{row.processor:.2f}", f"{row.server:.2f}"]
    cells = "".join(f"{figure:>9}" for figure in [*figures, f"{row.memory / 1e6:.0f}"])
    return f"  {row.label.replace('`', ''):34}{cells}"


def _word(met: bool | None) -> str:
    return {True: "met", False: "MISSED", None: "not measured"}[met]
