"""Every verb and every action, by name. action.yml, the command line's options and tables are held against them."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from waybill.inputs.find import FAMILIES, IN_FAMILIES, NAMES, find_verb
from waybill.inputs.spec import Verb

VERBS: Mapping[str, Verb] = MappingProxyType(
    {name: verb for name in (*NAMES, *IN_FAMILIES) if (verb := find_verb(name))}
)
"""What the command line has: `stage`, `setup plan`, ..."""

ACTIONS: Mapping[str, Verb] = MappingProxyType(
    {name: verb for name in (*NAMES, *FAMILIES) if (verb := find_verb(name)) and verb.outputs}
)
"""What is in `actions/`, and at the root: one for each verb of one word, and one for each family of two words."""
