"""`waybill sandbox run -- COMMAND`: whoever runs in it is in the sandbox, and it is gone afterwards."""

from __future__ import annotations

import http.client
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

import waybill
from waybill.sandbox import layout

pytestmark = pytest.mark.engine

RUN = (
    sys.executable,
    "-c",
    "import os, sys; from waybill.sandbox.cli import main; "
    "sys.exit(main(['run', '--', *sys.argv[1:]], environ=os.environ, stdout=sys.stdout, stderr=sys.stderr))",
)
REPORT = (
    "import boto3, json, os, sys; client = boto3.client('sts');"
    "print(json.dumps({'arn': client.get_caller_identity()['Arn'], 'endpoint': client.meta.endpoint_url,"
    " 'bucket': boto3.client('ssm').get_parameter(Name='/buckets/staging')['Parameter']['Value'],"
    " 'path': os.environ['PATH'], 'regions': os.environ['STARTIFACT_REGIONS']})); sys.exit(7)"
)


def surroundings(**more: str) -> dict[str, str]:
    source = str(Path(waybill.__file__).parent.parent)
    return {**os.environ, "PYTHONPATH": os.pathsep.join([source, os.environ.get("PYTHONPATH", "")]), **more}


def start(*command: str, environ: Mapping[str, str] | None = None) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [*RUN, *command],
        env=environ or surroundings(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def answers(url: str) -> bool:
    connection = http.client.HTTPConnection(url.removeprefix("http://"), timeout=5)
    try:
        connection.request("GET", "/.waybill-sandbox")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


def test_a_client_in_it_is_in_the_sandbox_whatever_the_persons_own_settings(tmp_path: Path) -> None:
    own = tmp_path / "config"
    own.write_text("[profile work]\nregion = eu-north-1\nendpoint_url = http://127.0.0.1:9\n")
    environ = surroundings(
        AWS_PROFILE="work",
        AWS_CONFIG_FILE=str(own),
        AWS_SESSION_TOKEN="someone's",
        AWS_ENDPOINT_URL_STS="http://127.0.0.1:9",
        AWS_IGNORE_CONFIGURED_ENDPOINT_URLS="true",
        HTTP_PROXY="http://127.0.0.1:9",
        http_proxy="http://127.0.0.1:9",
    )
    process = start(sys.executable, "-c", REPORT, environ=environ)
    out, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (7, "")
    found = json.loads(out)
    assert found["arn"] == "arn:aws:iam::111111111111:user/waybill-sandbox"
    assert found["bucket"] == layout.bucket(layout.DEVELOPMENT, "us-east-1")
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+", found["endpoint"])
    assert found["path"].split(os.pathsep)[0] == str(Path(sys.executable).parent)
    assert found["regions"] == "us-east-1,us-west-2,eu-west-1"


def test_told_to_stop_it_stops_the_command_and_itself_and_leaves_nothing() -> None:
    process = start("sh", "-c", "echo $AWS_ENDPOINT_URL $AWS_CONFIG_FILE; exec sleep 300")
    assert process.stdout is not None
    url, config = process.stdout.readline().split()
    assert answers(url)
    assert Path(config).read_text() == ""
    process.send_signal(signal.SIGTERM)
    _, err = process.communicate(timeout=30)
    assert (process.returncode, err) == (143, "")
    assert not answers(url)
    assert not Path(config).parent.exists()
