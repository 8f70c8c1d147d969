"""The verbs of `access` are one action: what it gives has one text, which is true of each of them."""

from __future__ import annotations

from waybill.inputs.tables.access_apply import ACCESS_APPLY
from waybill.inputs.tables.access_explain import ACCESS_EXPLAIN
from waybill.inputs.tables.access_plan import ACCESS_PLAN
from waybill.inputs.tables.access_remove import ACCESS_REMOVE
from waybill.inputs.tables.access_show import ACCESS_SHOW


def test_an_output_says_the_same_of_every_verb() -> None:
    said: dict[str, set[str]] = {}
    for verb in (ACCESS_APPLY, ACCESS_EXPLAIN, ACCESS_PLAN, ACCESS_REMOVE, ACCESS_SHOW):
        for output in verb.outputs:
            said.setdefault(output.name, set()).add(output.help)
    assert {name for name, texts in said.items() if len(texts) > 1} == set()
