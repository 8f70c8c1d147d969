"""Every verb, by its name. action.yml, the command line's options and README's tables are held against it by tests."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from waybill.inputs.spec import Verb
from waybill.inputs.tables.download import DOWNLOAD
from waybill.inputs.tables.info import INFO
from waybill.inputs.tables.promote import PROMOTE
from waybill.inputs.tables.rollback import ROLLBACK
from waybill.inputs.tables.stage import STAGE
from waybill.inputs.tables.status import STATUS
from waybill.inputs.tables.versions import VERSIONS

VERBS: Mapping[str, Verb] = MappingProxyType(
    {verb.name: verb for verb in (STAGE, PROMOTE, ROLLBACK, INFO, VERSIONS, STATUS, DOWNLOAD)}
)
