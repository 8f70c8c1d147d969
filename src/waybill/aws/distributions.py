"""CloudFront. It has one endpoint in each partition."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from waybill.aws.calls import Calls
from waybill.aws.meanings import Asked
from waybill.errors import Fault, InputError
from waybill.ports.distributions import InvalidationState

HOMES = {"aws-cn": "cn-northwest-1"}
"""The region of a partition's one endpoint, where it is not `HOME`."""

HOME = "us-east-1"
TOO_MANY = "TooManyInvalidationsInProgress"
TOO_LARGE = "BatchTooLarge"
NONE_SUCH = "NoSuchDistribution"


class CloudFront:
    """Implements `ports.Distributions`. The client is made when it is first needed: few runs ask CloudFront."""

    def __init__(self, client: Callable[[], Any], calls: Calls, *, partition: str, account: str) -> None:
        self._client = client
        self._calls = calls
        self._arn = f"arn:{partition}:cloudfront::{account}:distribution"

    def invalidate(self, distribution: str, paths: Sequence[str], *, reference: str) -> InvalidationState | None:
        """Have a distribution's caches forget `paths`; None where too many invalidations are under way."""
        batch = {"Paths": {"Quantity": len(paths), "Items": list(paths)}, "CallerReference": reference}
        with _naming_the_input(distribution):
            answer = self._calls.perform(
                self._asked("cloudfront:CreateInvalidation", distribution),
                lambda: self._client().create_invalidation(DistributionId=distribution, InvalidationBatch=batch),
                {TOO_MANY: TOO_MANY, TOO_LARGE: TOO_LARGE, NONE_SUCH: None},
            )
        if answer == TOO_MANY:
            return None
        if answer == TOO_LARGE:
            raise InputError([Fault("invalidate", distribution, "has more paths than CloudFront takes at once.")])
        return self._read(distribution, answer)

    def look(self, distribution: str, invalidation: str) -> InvalidationState:
        """Return how an invalidation stands now."""
        with _naming_the_input(distribution):
            answer = self._calls.perform(
                self._asked("cloudfront:GetInvalidation", distribution),
                lambda: self._client().get_invalidation(DistributionId=distribution, Id=invalidation),
                {NONE_SUCH: None},
            )
        return self._read(distribution, answer)

    def _read(self, distribution: str, answer: Any) -> InvalidationState:
        if answer is None:
            rule = f"is not the id of a distribution of account {self._arn.split(':')[4]}."
            raise InputError([Fault("invalidate", distribution, rule, "E2EXAMPLE1ABCD /*")])
        found = answer["Invalidation"]
        # moto says COMPLETED.
        return InvalidationState(id=str(found["Id"]), done=str(found["Status"]).lower() == "completed")

    def _asked(self, action: str, distribution: str) -> Asked:
        return Asked(action=action, resource=f"{self._arn}/{distribution}", where=f"CloudFront {distribution}")


@contextmanager
def _naming_the_input(distribution: str) -> Iterator[None]:
    """Say of arguments that CloudFront does not take which input they came from."""
    try:
        yield
    except InputError as error:
        said = " ".join(fault.rule for fault in error.faults)
        raise InputError([Fault("invalidate", distribution, said)], error.advice) from error
