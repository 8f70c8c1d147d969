"""Plans, results and errors as plain text: for terminals, logs and `--dry-run`."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from waybill.domain.plan import Plan, RegionPlan
from waybill.domain.result import Outcome, RegionResult, Result
from waybill.errors import WaybillError
from waybill.report import bodies, plan_words, words
from waybill.report.columns import columns, pairs_of
from waybill.report.ink import Ink, clean, cut, one_line
from waybill.report.units import count, duration, exact_size

PLAIN = Ink()
LONGEST_ERROR = 4000
"""Characters of a line of an error: of wrong inputs each has its own, and all are told."""

MOST_ERRORS, LONGEST_ADVICE = 100_000, 10_000
"""Characters of a whole error, and of its advice."""


def result(end: Result, ink: Ink = PLAIN, *, plan: Plan | None = None, told: Collection[str] = ()) -> str:
    """Return the closing lines of a command. `plan` is shown for a dry run, and where nothing was begun.

    `told` are the warnings that the reader has seen already.
    """
    parts = [
        heading(end, ink),
        *middle(end, ink, plan=plan),
        one_line(end.then or ""),
        troubles(end, ink, plan=plan),
        warnings(end, ink, told=told),
        facts(end, plan=plan),
        closing(end),
    ]
    return ink.encodable("\n\n".join(part for part in parts if part))


def heading(end: Result, ink: Ink = PLAIN) -> str:
    """Return the outcome as one sentence with its mark."""
    mark = words.result_mark(end, ink)
    paint = {ink.good: ink.green, ink.bad: ink.red}.get(mark, ink.dim)
    return f"{paint(mark)} {ink.bold(one_line(words.sentence(end)))}"


def middle(end: Result, ink: Ink = PLAIN, *, plan: Plan | None = None) -> list[str]:
    """Return what a command shows beside its end and the table of regions, in the order in which they came to be."""
    shown, regions = bodies.as_text(end.body, ink), table(end, ink, plan=plan)
    parts = [regions, shown] if end.command in words.PLACING else [shown, regions]
    if end.package is None:
        return parts
    from waybill.report import package_text  # noqa: PLC0415 - few runs publish a package

    return [parts[0], package_text.as_text(end.package, ink), parts[1]]


def table(end: Result, ink: Ink = PLAIN, *, plan: Plan | None = None) -> str:
    """Return the table of regions, or the plan where that is all there is."""
    return plan_text(plan, ink) if plan is not None and _only_planned(end) else _regions(end, ink)


def troubles(end: Result, ink: Ink = PLAIN, *, plan: Plan | None = None) -> str:
    """Return every error with its advice; regions that failed alike are named together."""
    seen = plan if _only_planned(end) else None
    return "\n".join(trouble(where, error, advice, ink) for where, error, advice in words.troubles(end, seen))


def trouble(where: str, error: str, advice: str, ink: Ink = PLAIN) -> str:
    """Return one error, and below it, indented, what to do."""
    head = f"{where}: {error}" if where else error
    told = (cut(line, LONGEST_ERROR) for line in clean(head).strip().split("\n"))
    first, *rest = cut("\n".join(told), MOST_ERRORS).split("\n")
    lines = [ink.red(f"{ink.bad} {first}"), *(f"  {line}" for line in rest)]
    if advice:
        lines += [f"    {line}".rstrip() for line in cut(clean(advice).strip("\n"), LONGEST_ADVICE).split("\n")]
    return "\n".join(lines)


def failure(error: WaybillError, ink: Ink = PLAIN) -> str:
    """Return an error that ended a command before it had a result."""
    return ink.encodable(trouble("", error.what, error.advice, ink))


def warnings(end: Result, ink: Ink = PLAIN, *, told: Collection[str] = ()) -> str:
    """Return the warnings that were not `told` before, a line each."""
    return "\n".join(warning(said, ink) for said in words.warnings(end) if said not in told)


def warning(said: str, ink: Ink = PLAIN) -> str:
    """Return one warning as a line."""
    return ink.yellow(f"Warning: {one_line(said, LONGEST_ERROR)}")


def facts(end: Result, *, plan: Plan | None = None) -> str:
    """Return what the artifact is, who staged it, and how long it took; a plan that is shown says the first itself."""
    stored = [("key", end.key), ("sha256", end.sha256), ("size", None if end.size is None else exact_size(end.size))]
    known = [] if plan is not None and _only_planned(end) else stored
    pairs = [*known, ("plan digest", end.plan_digest), ("caller", end.caller), ("took", duration(end.seconds))]
    return "\n".join(pairs_of([(name, value) for name, value in pairs if value]))


def closing(end: Result) -> str:
    """Return the command that finishes the work, alone on its line so that it can be copied."""
    return f"{words.finish(end)}:\n\n{cut(clean(end.resume), LONGEST_ADVICE)}" if end.resume else ""


def plan_text(plan: Plan, ink: Ink = PLAIN) -> str:
    """Return a plan: a line for each region, then what is to be stored."""
    rows = [["", "region", "plan", f"channel {plan.channel}", "bucket", "KMS key"]]
    rows += [_plan_row(plan, region, ink) for region in plan.regions]
    need = plan.require.count(len(plan.regions))
    pairs = [
        ("key", plan.key),
        ("sha256", plan.digests.sha256 if plan.digests else "computed while the artifact is sent"),
        ("size", exact_size(plan.size)),
        ("require", f"{plan.require.text} ({need} of {count(len(plan.regions), 'region')} before any channel moves)"),
    ]
    return ink.encodable("\n".join([*columns(rows), "", *pairs_of(pairs)]))


def _only_planned(end: Result) -> bool:
    return end.outcome is Outcome.PLANNED or not end.regions


def _plan_row(plan: Plan, region: RegionPlan, ink: Ink) -> list[str]:
    return [
        plan_words.mark(region, ink),
        region.region,
        one_line(plan_words.action(region), 200),
        plan_words.channel(plan, region, ink.arrow),
        region.observation.bucket if region.observation else "",
        plan_words.key(region),
    ]


def _regions(end: Result, ink: Ink) -> str:
    if not end.regions:
        return ""
    troubled = end.outcome in words.BAD
    head = ["", "region", "outcome", *(["holds"] if troubled else [])]
    head += [f"channel {end.channel}"] if end.channel else []
    rows = [[*head, "took", "bucket"]]
    for region in end.regions:
        row = [words.region_mark(region, ink), region.region, region.outcome.value]
        row += [words.holds(region, end.version)] if troubled else []
        row += [words.channel_words(region, ink.arrow)] if end.channel else []
        rows.append([*row, duration(region.seconds) if region.seconds else "", region.bucket or ""])
    said = [f"  {where}: {one_line(note)}" for where, note in words.notes(end)]
    return "\n".join([*_coloured(columns(rows), end.regions, ink), *said])


def _coloured(lines: Sequence[str], regions: Sequence[RegionResult], ink: Ink) -> list[str]:
    painted = [ink.dim(lines[0])]
    for line, region in zip(lines[1:], regions, strict=True):
        painted.append(ink.red(line) if region.outcome in words.BAD or region.error else line)
    return painted
