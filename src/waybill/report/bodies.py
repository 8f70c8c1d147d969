"""What commands show beside how they ended, each drawn by its own module; imported only by the run that shows it."""

from __future__ import annotations

from waybill.domain.result import Body
from waybill.report.ink import Ink


def as_text(body: Body | None, ink: Ink) -> str:
    """Return a body as lines for a terminal or a log; empty where there is nothing to show."""
    if body is None:
        return ""
    from waybill.domain.info import VersionInfo  # noqa: PLC0415 - as the module says
    from waybill.domain.overview import Overview  # noqa: PLC0415
    from waybill.domain.prune import Pruning  # noqa: PLC0415
    from waybill.domain.status import Status  # noqa: PLC0415
    from waybill.report import catalogue_text, info_text, prune_text, status_text  # noqa: PLC0415

    match body:
        case Overview():
            return catalogue_text.as_text(body, ink)
        case VersionInfo():
            return info_text.as_text(body, ink)
        case Pruning():
            return prune_text.as_text(body, ink)
        case Status():
            return status_text.as_text(body, ink)
        case _:
            return ""


def as_markdown(body: Body | None) -> list[str]:
    """Return a body as lines of a step summary."""
    if body is None:
        return []
    from waybill.domain.info import VersionInfo  # noqa: PLC0415 - as the module says
    from waybill.domain.overview import Overview  # noqa: PLC0415
    from waybill.domain.prune import Pruning  # noqa: PLC0415
    from waybill.domain.status import Status  # noqa: PLC0415
    from waybill.report import catalogue_text, info_text, prune_text, status_text  # noqa: PLC0415

    match body:
        case Overview():
            return catalogue_text.as_markdown(body)
        case VersionInfo():
            return info_text.as_markdown(body)
        case Pruning():
            return prune_text.as_markdown(body)
        case Status():
            return status_text.as_markdown(body)
        case _:
            return []
