"""Writes the figures of build/bench.json as the Markdown table that README shows.

python bench/table.py                      # to the terminal
python bench/table.py --write README.md    # between its two markers
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from harness.peers import OURS
from harness.sizes import show_size

ROOT = Path(__file__).resolve().parent.parent
START, END = "<!-- bench:start -->", "<!-- bench:end -->"
TWINS = ("s5cmd", "s5cmd-run")


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Write the benchmark's figures as Markdown.")
    parser.add_argument("--input", type=Path, default=ROOT / "build/bench.json")
    parser.add_argument("--write", type=Path, help="a file with the two markers, to be changed in place")
    options = parser.parse_args(argv)
    table = markdown(json.loads(options.input.read_text(encoding="utf-8")))
    if options.write is None:
        print(table)
        return 0
    page = options.write.read_text(encoding="utf-8")
    if START not in page or END not in page.partition(START)[2]:
        print(f"{options.write} has no {START} followed by {END}: put both where the table goes.", file=sys.stderr)
        return 2
    options.write.write_text(between_markers(page, table), encoding="utf-8")
    return 0


def between_markers(page: str, table: str) -> str:
    """Return the page with all that stands between the markers replaced."""
    before, _, rest = page.partition(START)
    return f"{before}{START}\n{table}\n{END}{rest.partition(END)[2]}"


def markdown(document: Mapping[str, Any]) -> str:
    """Return the table: a row for each peer, a column for each size; then memory, machine, command and date."""
    rows = [row for row in document["summary"] if not row["sparse"]]
    sizes = sorted({row["size"] for row in rows})
    at = {(row["peer"], row["size"]): row for row in rows}
    hidden = _slower_twin(at, max(sizes))
    labels = {row["peer"]: row["label"] for row in rows if row["peer"] != hidden}
    heads = [f"{show_size(size)}" for size in sizes]
    lines = [
        "| one artifact to three regions, seconds | " + " | ".join(heads) + f" | memory, {heads[-1]} |",
        "| --- |" + " ---: |" * (len(sizes) + 1),
    ]
    for peer, label in labels.items():
        cells = [_cell(at.get((peer, size))) for size in sizes]
        last = at.get((peer, sizes[-1]))
        memory = "" if last is None else f"{last['memory'] / 1e6:.0f} MB"
        name = f"**{label}**" if peer == OURS else label
        lines.append(f"| {name} | " + " | ".join([*cells, memory]) + " |")
    return "\n".join([*lines, "", _notes(document)])


def _cell(row: Mapping[str, Any] | None) -> str:
    if row is None:
        return ""
    spread = f"{row['median']:.2f} ({row['least']:.2f} to {row['greatest']:.2f})"
    return spread if row["ratio"] is None or row["peer"] == OURS else f"{spread}, ×{row['ratio']:.2f}"


def _slower_twin(at: Mapping[tuple[str, int], Mapping[str, Any]], size: int) -> str | None:
    """Return which of the two ways to run s5cmd is the slower at this size, to be left out."""
    found = [at[name, size] for name in TWINS if (name, size) in at]
    return str(max(found, key=lambda row: row["median"])["peer"]) if len(found) == len(TWINS) else None


def _notes(document: Mapping[str, Any]) -> str:
    machine, summary = document["machine"], document["summary"]
    base = "ours" if any(row["peer"] == OURS for row in summary) else "curl's"
    count = max(row["runs"] for row in summary)
    notes = [
        f"Median of {count} runs (least to most) and how many times {base} that is; `{document['command']}` on "
        f"{machine['cores']} cores of {machine['cpu']}, {machine['memory'] / 2**30:.0f} GiB, {machine['kernel']}, "
        f"Python {machine['python']}, {document['date'][:10]}."
    ]
    notes += [
        f"A sparse file of {show_size(row['size'])}: {row['memory'] / 1e6:.0f} MB at most."
        for row in summary
        if row["sparse"]
    ]
    if disturbed := sum(row["disturbed"] for row in summary):
        notes.append(f"Other processes disturbed {disturbed} of {sum(row['runs'] for row in summary)} runs.")
    if document["absent"]:
        notes.append(f"Not measured: {', '.join(document['absent'])}.")
    return " ".join(notes)


if __name__ == "__main__":
    sys.exit(main())
