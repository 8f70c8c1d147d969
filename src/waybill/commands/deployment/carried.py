"""Which version of the project an execution carries: as it says itself, or by the version id of its object."""

from __future__ import annotations

from waybill.commands.deployment.staged import Staged
from waybill.commands.deployment.start import Beginning
from waybill.domain.deploy.delivery import version_in
from waybill.domain.deploy.deployment import Way
from waybill.domain.deploy.execution import Execution
from waybill.domain.names import Keys, version_of_key, versions_prefix
from waybill.domain.versions import Version

MOST_LOOKED_AT = 50
"""How many stored versions are held against an object that says nothing of itself, the nearest first."""


def carried_version(beginning: Beginning, staged: Staged, execution: Execution) -> Version | None:
    """Return the version that an execution carries, None where that cannot be told."""
    taken = execution.revision(beginning.plan.action)
    if taken is None:
        return None
    if beginning.carries(execution):
        return staged.goods.version
    told = version_in(taken.summary, staged.goods.project)
    if told is not None or beginning.plan.way is Way.UPLOAD:
        return told
    return _staged_as(beginning, staged, taken.id)


def _staged_as(beginning: Beginning, staged: Staged, version_id: str) -> Version | None:
    """Return the version whose staged object has this version id, of those just above and just below this one."""
    goods, offer = staged.goods, staged.offer
    shelf = next((one for one in offer.holders.values() if one.bucket.name == beginning.plan.bucket), None)
    if shelf is None:
        return None
    prefix = offer.keys.prefix
    entries = shelf.bucket.entries(versions_prefix(prefix, goods.project), delimiter="/")
    stored = {version for one in entries if (version := version_of_key(one.key, prefix, goods.project)) is not None}
    later = sorted(one for one in stored if one > goods.version)
    earlier = sorted((one for one in stored if one < goods.version), reverse=True)
    for version in (*later[:MOST_LOOKED_AT], *earlier[:MOST_LOOKED_AT]):
        found = shelf.bucket.head(Keys(prefix, goods.project, version).artifact)
        if found is not None and found.version_id == version_id:
            return version
    return None
