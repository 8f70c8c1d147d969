"""A browser sees what was deployed, without keys; and nothing else."""

from __future__ import annotations

import urllib.error
import urllib.request
from typing import Any
from uuid import uuid4

import pytest

from waybill.sandbox import layout
from waybill.sandbox.server import Sandbox

pytestmark = pytest.mark.engine


def seen(url: str, method: str = "GET") -> tuple[int, str, bytes]:
    try:
        with urllib.request.urlopen(urllib.request.Request(url, method=method)) as answer:
            return answer.status, answer.headers["Content-Type"], answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.headers["Content-Type"], error.read()


@pytest.fixture
def folder(clients: Any) -> str:
    name = uuid4().hex
    s3 = clients.user("s3", account=layout.PRODUCTION)
    put = {"Bucket": layout.OUTPUT_BUCKET, "ContentType": "text/html"}
    s3.put_object(**put, Key=f"{name}/index.html", Body=b"<h1>Hello</h1>", CacheControl="no-cache")
    s3.put_object(**put, Key=f"{name}/a b/\u00e9.html", Body=b"odd")
    s3.put_object(**put, Key=f"{name}/gone.html", Body=b"gone")
    s3.delete_object(Bucket=layout.OUTPUT_BUCKET, Key=f"{name}/gone.html")
    return name


def test_pages_and_folders_are_shown(sandbox: Sandbox, folder: str) -> None:
    for path in (f"{folder}/index.html", f"{folder}/", folder):
        assert seen(sandbox.site_url(layout.OUTPUT_BUCKET, path)) == (200, "text/html", b"<h1>Hello</h1>")
    assert seen(sandbox.site_url(layout.OUTPUT_BUCKET, f"{folder}/a b/\u00e9.html")) == (200, "text/html", b"odd")
    assert seen(sandbox.site_url(layout.OUTPUT_BUCKET, folder), "HEAD")[0] == 200


@pytest.mark.parametrize("key", ["nothing.html", "gone.html"])
def test_what_is_not_there_is_said(sandbox: Sandbox, folder: str, key: str) -> None:
    status, _, body = seen(sandbox.site_url(layout.OUTPUT_BUCKET, f"{folder}/{key}"))
    assert (status, key in body.decode()) == (404, True)


def test_other_buckets_are_not_shown_and_nothing_can_be_written(sandbox: Sandbox, clients: Any) -> None:
    name = layout.bucket(layout.PRODUCTION, layout.HOME_REGION)
    clients.user("s3", account=layout.PRODUCTION).put_object(Bucket=name, Key="index.html", Body=b"secret")
    assert seen(sandbox.site_url(name))[0] == 404
    assert seen(sandbox.site_url("<script>"))[2].count(b"<script>") == 0
    assert seen(sandbox.site_url(layout.OUTPUT_BUCKET, "a.html"), "PUT")[0] == 405
