"""The run of `access explain`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from waybill.commands.access.explain import explain
from waybill.compose import Shop
from waybill.domain.iam.question import Policies, Question
from waybill.domain.result import Result
from waybill.errors import Fault, InputError
from waybill.inputs import access_explain as inputs


def run(values: Mapping[str, str], faults: Sequence[Fault], shop: Shop) -> Result:
    """Read the question, and the policies from files: no account is asked then."""
    question, given = inputs.read(values, shop.face.workspace, faults)
    if given is None:
        raise InputError([Fault("identity-policy", "", "is missing, and so is every other policy.", "bob.json")])
    return explain(question, GivenDocuments(given), shop.clock)


class GivenDocuments:
    """Implements `ports.Documents` with policies that were given."""

    def __init__(self, policies: Policies) -> None:
        self._policies = policies

    def about(self, question: Question) -> Policies:
        """Return them, whatever the question."""
        return self._policies
