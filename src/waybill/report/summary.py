"""The step summary: one page of Markdown that says how a command ended, and what to do next."""

from __future__ import annotations

from waybill.domain.arns import Caller
from waybill.domain.plan import Plan, RegionPlan
from waybill.domain.result import ChannelOutcome, Outcome, RegionResult, Result
from waybill.report import bodies, plan_words, words
from waybill.report.console_links import object_url, parameter_url
from waybill.report.ink import Ink, clean, cut, one_line
from waybill.report.markdown import code, fenced, link, passage, prose, table
from waybill.report.shares import left_out, shortened, within
from waybill.report.units import count, duration, exact_size

# Of the 1 MiB (1,048,576 bytes) that GitHub allows: shares that together stay below it, whatever comes in.
ROWS_BYTES = 300_000
BODY_BYTES = 400_000
BESIDE_REGIONS_BYTES = 150_000
NOTES_BYTES = 100_000
ERRORS_BYTES = 330_000
WARNINGS_BYTES = 100_000
LONGEST_ERROR = 2000
LONGEST_ADVICE = 6000

_INK = Ink()


def summary(result: Result, *, plan: Plan | None = None, run_url: str = "", console_links: bool = True) -> str:
    """Return the page. `plan` is shown for a dry run; `run_url` is the workflow run's; below 1 MiB whatever happens.

    Console links are made for the partition of `result.caller`; `console_links=False` leaves them out, as it should be
    where there is no AWS console: in the sandbox.
    """
    lines = [_heading(result), "", prose(one_line(words.sentence(result), 2000)), ""]
    planned = plan if result.outcome is Outcome.PLANNED or not result.regions else None
    limit = BESIDE_REGIONS_BYTES if result.regions else BODY_BYTES
    shown = shortened(bodies.as_markdown(result.body, console_links=console_links), limit)
    regions = _regions(result, _partition(result) if console_links else "") if planned is None else _plan(planned)
    first, last = (regions, shown) if result.command in words.PLACING else (shown, regions)
    lines += [*first, *_package(result), *last]
    lines += [prose(one_line(result.then, 2000)), ""] if result.then else []
    lines += [*_errors(result, planned), *_resume(result), *_warnings(result), *_facts(result, planned, run_url)]
    return "\n".join(lines).rstrip() + "\n"


def _package(result: Result) -> list[str]:
    if result.package is None:
        return []
    from waybill.report import package_text  # noqa: PLC0415 - few runs publish a package

    return package_text.as_markdown(result.package)


def _heading(result: Result) -> str:
    name = " ".join(part for part in (code(result.project), code(result.version)) if part)
    return f"## {words.result_mark(result, _INK)} {name or code(result.command)} – {result.outcome.value}"


def _partition(result: Result) -> str:
    return Caller(result.caller, "").partition if result.caller else "aws"


def _regions(result: Result, partition: str) -> list[str]:
    if not result.regions:
        return []
    troubled = result.outcome in words.BAD
    head = ["Region", "Outcome", *(["Holds now"] if troubled else [])]
    head += [f"Channel {code(result.channel)}"] if result.channel else []
    rows = (_region(result, region, partition, troubled=troubled) for region in result.regions)
    shown = list(within(rows, ROWS_BYTES))
    lines = table([*head, "Stored at", "Version id", "Took"], shown)
    return [*lines, *left_out(len(result.regions) - len(shown), "region"), *_notes(result)]


def _notes(result: Result) -> list[str]:
    items = ([f"- {prose(where)}: {prose(one_line(note))}"] for where, note in words.notes(result))
    shown = [line for item in within(items, NOTES_BYTES) for line in item]
    return [*shown, ""] if shown else []


def _region(result: Result, region: RegionResult, partition: str, *, troubled: bool) -> list[str]:
    cells = [code(region.region, 60), f"{words.region_mark(region, _INK)} {region.outcome.value}"]
    cells += [prose(one_line(words.holds(region, result.version), 300))] if troubled else []
    if result.channel:
        url = parameter_url(partition, region.region, result.parameter) if result.parameter else None
        cells.append(link(_channel(region), url))
    took = duration(region.seconds) if region.seconds else ""
    return [*cells, _place(region, partition), code(region.version_id or ""), took]


def _channel(region: RegionResult) -> str:
    if region.channel is ChannelOutcome.MOVED:
        before = code(region.channel_before) if region.channel_before else "absent"
        return f"{before} → {code(region.channel_after or '') or 'absent'}"
    return prose(one_line(words.channel_words(region, "→"), 300))


def _place(region: RegionResult, partition: str) -> str:
    if not region.bucket:
        return ""
    stored = region.key and (region.whole or region.outcome is Outcome.CONFLICT)
    label = code(f"s3://{region.bucket}/{region.key}" if region.key else f"s3://{region.bucket}")
    return link(label, object_url(partition, region.region, region.bucket, region.key or "") if stored else None)


def _plan(plan: Plan) -> list[str]:
    head = ["Region", "Plan", f"Channel {code(plan.channel)}", "Bucket", "KMS key"]
    shown = list(within((_planned(plan, region) for region in plan.regions), ROWS_BYTES))
    need = plan.require.count(len(plan.regions))
    rule = f"Before any channel moves, {need} of {count(len(plan.regions), 'region')} must be complete"
    rule = f"{rule} ({code('require: ' + plan.require.text)})."
    return [*table(head, shown), *left_out(len(plan.regions) - len(shown), "region"), rule, ""]


def _planned(plan: Plan, region: RegionPlan) -> list[str]:
    default = region.observation is not None and region.observation.kms_key is None
    return [
        code(region.region, 60),
        f"{plan_words.mark(region, _INK)} {prose(one_line(plan_words.action(region), 300))}",
        prose(one_line(plan_words.channel(plan, region, "→"), 300)),
        code(region.observation.bucket) if region.observation else "",
        plan_words.key(region) if default else code(plan_words.key(region)),
    ]


def _errors(result: Result, plan: Plan | None) -> list[str]:
    found = words.troubles(result, plan)
    shown = list(within((_error(where, error, advice) for where, error, advice in found), ERRORS_BYTES))
    head = ["### What went wrong", ""] if shown else []
    return [*head, *(line for block in shown for line in block), *left_out(len(found) - len(shown), "error")]


def _error(where: str, error: str, advice: str) -> list[str]:
    head = [f"#### {prose(where)}", ""] if where else []
    return [*head, *passage(error, LONGEST_ERROR), *passage(advice, LONGEST_ADVICE)]


def _resume(result: Result) -> list[str]:
    if not result.resume:
        return []
    return ["### Finish it", "", *fenced(cut(clean(result.resume), 8000).strip(), "sh"), ""]


def _warnings(result: Result) -> list[str]:
    found = words.warnings(result)
    shown = list(within(([f"- {prose(one_line(text, LONGEST_ERROR))}"] for text in found), WARNINGS_BYTES))
    head = ["### Warnings", ""] if found else []
    return [
        *head,
        *(line for item in shown for line in item),
        *([""] if shown else []),
        *left_out(len(found) - len(shown), "warning"),
    ]


def _facts(result: Result, plan: Plan | None, run_url: str) -> list[str]:
    sha256 = result.sha256 or (plan.digests.sha256 if plan and plan.digests else None)
    size = result.size if plan is None or result.size is not None else plan.size
    facts = [
        ("SHA-256", code(sha256 or "")),
        ("Size", "" if size is None else exact_size(size)),
        ("Key", code(result.key or (plan.key if plan else ""), 1100)),
        ("Channel's parameter", code(result.parameter or "", 1100)),
        ("Plan's digest", code(result.plan_digest or "")),
        ("Caller", code(result.caller or "")),
        ("Took", duration(result.seconds)),
        ("Run", link("this workflow run", run_url) if run_url else ""),
    ]
    return ["### Details", "", *(f"- {name}: {value}" for name, value in facts if value)]
