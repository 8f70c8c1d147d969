"""What IAM and S3 say only of large accounts, or in regions of their own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import parse_qs

import pytest

from aws.doors import Told, lead
from aws.loopback import Answer, Heard, Loopback, loopback
from waybill.aws.account import AwsAccount
from waybill.domain.access.holders import Holder, HolderKind

OPENING = '<{name}Response xmlns="https://iam.amazonaws.com/doc/2010-05-08/"><{name}Result>'
CLOSING = "</{name}Result></{name}Response>"
BUCKETS = """<?xml version="1.0" encoding="UTF-8"?>
<ListAllMyBucketsResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Buckets>
<Bucket><Name>acme</Name><BucketRegion>eu-west-1</BucketRegion></Bucket>
<Bucket><Name>acme-2</Name><BucketRegion>us-east-1</BucketRegion></Bucket>
</Buckets></ListAllMyBucketsResult>"""


def iam(name: str, body: str) -> Answer:
    text = f"{OPENING}{body}{CLOSING}".format(name=name)
    return Answer(200, text, {"Content-Type": "text/xml"})


def pages(heard: Heard) -> Answer:
    """Answer in two pages; and S3, all at once."""
    asked = {key: values[0] for key, values in parse_qs(heard.read().decode()).items()}
    if "Action" not in asked:
        return Answer(200, BUCKETS, {"Content-Type": "application/xml"})
    last = asked.get("Marker") == "more"
    names = f"<member>{'second' if last else 'first'}</member>"
    rest = "<IsTruncated>false</IsTruncated>" if last else "<IsTruncated>true</IsTruncated><Marker>more</Marker>"
    return iam(asked["Action"], f"<PolicyNames>{names}</PolicyNames>{rest}")


@contextmanager
def account(monkeypatch: pytest.MonkeyPatch, told: Told) -> Iterator[tuple[AwsAccount, Loopback]]:
    with loopback(pages) as server:
        lead(monkeypatch, server.url)
        yield told.account(), server


def test_all_pages_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    with account(monkeypatch, Told()) as (here, _):
        assert list(here.identity_policies().inline(Holder(HolderKind.ROLE, "runs"))) == ["first", "second"]


def test_a_bucket_is_asked_for_by_its_name_and_is_where_s3_says(monkeypatch: pytest.MonkeyPatch) -> None:
    with account(monkeypatch, Told()) as (here, server):
        assert here.whereabouts("us-east-1").bucket("acme") == "eu-west-1"
        assert "prefix=acme" in server.heard[0].target
        assert here.whereabouts("us-east-1").bucket("acm") is None
