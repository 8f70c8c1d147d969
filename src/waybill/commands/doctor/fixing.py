"""`--fix-plan`: setup's plan beside what was found."""

from __future__ import annotations

from dataclasses import replace

from waybill.commands.setup.apply import plan
from waybill.commands.together import in_words
from waybill.commands.tools import Tools
from waybill.domain.doctor.examined import Examined
from waybill.domain.doctor.fixing import fix_plan
from waybill.domain.result import Result
from waybill.domain.setup.plan import SetupPlan
from waybill.domain.setup.requests import ApplyRequest
from waybill.errors import Cancelled, WaybillError
from waybill.ports.templates import Templates


def with_fix_plan(result: Result, request: ApplyRequest, tools: Tools, templates: Templates) -> Result:
    """Return doctor's result with what `setup apply` would mend of it; where it cannot be planned, with the reason."""
    try:
        planned = plan(request, tools, templates)
    except Cancelled:
        raise
    except WaybillError as error:
        return result.with_warnings(f"Setup's plan cannot be made: {in_words(error)}")
    if not isinstance(result.body, Examined) or not isinstance(planned.body, SetupPlan):
        return result
    fix = fix_plan(result.body.findings, planned.body, request.again)
    return replace(result, body=replace(result.body, fix=fix), seconds=result.seconds + planned.seconds)
