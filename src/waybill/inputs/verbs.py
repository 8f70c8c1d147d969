"""Every verb, by its name. action.yml, the command line's options and README's tables are held against it by tests."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from waybill.inputs.find import NAMES, find_verb
from waybill.inputs.spec import Verb

VERBS: Mapping[str, Verb] = MappingProxyType({name: verb for name in NAMES if (verb := find_verb(name))})
