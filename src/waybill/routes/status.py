"""The run of `status`."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from waybill.commands.status import status
from waybill.compose import Face, Shop
from waybill.domain.result import Result
from waybill.domain.survey.status import Status
from waybill.errors import ExitCode, Fault
from waybill.inputs import status as inputs
from waybill.routes.workbench import Workbench


def run(values: Mapping[str, str], faults: Sequence[Fault], shop: Shop) -> Result:
    """Read the inputs, look, and write the page where one is asked for."""
    bench = Workbench(shop)
    request, file = inputs.read(values, bench.surroundings(), faults)
    places = tuple(dict.fromkeys(region for place in request.places for region in place.config_regions))
    result = status(request, bench.tools(places))
    return result if file is None else write_page(file, result, shop.face)


def write_page(file: Path, result: Result, face: Face) -> Result:
    """Write the page whole or not at all; where that fails the result stands, and says so."""
    from waybill.report.status_html import page, redacted  # noqa: PLC0415 - few runs write one

    if not isinstance(result.body, Status):
        return result
    temporary = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        temporary.write_text(page(redacted(result.body, face.redact)), encoding="utf-8", errors="backslashreplace")
        temporary.replace(file)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        return replace(
            result,
            error=f"The page cannot be written to {file}: {error.strerror or error}.",
            advice="Make room or name another file, and run again. What was found stands above.",
            exit_code=result.exit_code or ExitCode.INPUT,
        )
    if face.give is not None:
        face.give(file)
    return result
