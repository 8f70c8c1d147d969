"""The questions that S3 asks of the key that a bucket encrypts with, about an object of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from waybill.commands.access.owners import Owners
from waybill.commands.access.reading import Encrypted, Side
from waybill.commands.access.ways import Ways
from waybill.domain.arns import KeyArn, partition_of, s3_in
from waybill.domain.iam.context import Value
from waybill.domain.iam.documents import Kind
from waybill.domain.iam.question import Policies, Question
from waybill.domain.iam.services import attached_to, key_actions
from waybill.ports.documents import Found

ENCRYPTED: Final = "that the object is encrypted as its bucket does it by default"


@dataclass(frozen=True, slots=True)
class KeyQuestions:
    """Asks a key about an object of a bucket; `policies` are those of the first question."""

    question: Question
    policies: Policies
    caller: Side
    ways: Ways
    home: str

    def about(self, encrypted: Encrypted) -> Iterator[Found]:
        """Yield one question for each action of KMS, with the policies that it is held against."""
        if encrypted.key is None:
            yield from self._of_aws(encrypted.region)
            return
        self.ways.enter([encrypted.key.account])
        asked = self._question(encrypted.key, of_bucket=encrypted.key_of_bucket)
        known, side = Owners(asked, (Kind.KEY,), self.ways, self.home).read()
        unread = tuple(replace(one, givable=False) for one in side.unread)
        policies = replace(self.policies, own=side.documents, unread=(*self.caller.unread, *unread))
        for action, when in key_actions(self.question.action):
            yield Found(question=replace(known, action=action), policies=policies, nothing=side.nothing, when=when)

    def _of_aws(self, region: str) -> Iterator[Found]:
        """Yield the end of it where AWS's own key encrypts: everybody in the account may use it, and nobody else."""
        owner, bucket = self.question.account, attached_to(Kind.BUCKET, self.question.resource)
        if self.question.request.account == owner:
            return
        key = f"arn:{partition_of(region)}:kms:{region}:{owner}:alias/aws/s3"
        said = f"{bucket} encrypts with AWS's own key, which no other account can use than {owner}."
        action, _ = key_actions(self.question.action)[0]
        question = replace(self.question, action=action, resource=key)
        yield Found(question=question, policies=replace(self.policies, own=()), nothing=(said,))

    def _question(self, key: KeyArn, *, of_bucket: bool) -> Question:
        """Return a question as S3 asks it on the caller's behalf, in the region of both the bucket and the key."""
        resource = self.question.resource
        about = attached_to(Kind.BUCKET, resource) if of_bucket else resource
        values: dict[str, Value] = {
            "kms:viaservice": s3_in(key.region),
            "kms:encryptioncontext:aws:s3:arn": about,
            "kms:encryptioncontextkeys": ("aws:s3:arn",),
            "kms:encryptionalgorithm": "SYMMETRIC_DEFAULT",
            "kms:grantisforawsresource": None,
            "aws:viaawsservice": "true",
        }
        request = self.question.request
        asked = replace(request, context=request.context.within(values))
        return replace(self.question, request=asked, action="kms:Decrypt", resource=key.text, owner="")
