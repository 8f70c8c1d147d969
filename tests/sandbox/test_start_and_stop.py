"""The server's life: ready when it says so, on the loopback interface only, and never left behind."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import boto3
import pytest

import waybill
from waybill.sandbox import layout
from waybill.sandbox.errors import SandboxError
from waybill.sandbox.server import running

pytestmark = pytest.mark.engine

PATIENCE = 20.0
START = (
    "import os, sys; from waybill.sandbox.cli import main; "
    "sys.exit(main(['start', *sys.argv[1:]], environ=os.environ, stdout=sys.stdout, stderr=sys.stderr))"
)
HOLD = (
    "import os, sys, time; from waybill.sandbox.server import running\n"
    "with running(os.environ) as sandbox:\n"
    "    print(sandbox.url, sandbox.home, flush=True); time.sleep(300)"
)


def python(code: str, *words: str, **more: str) -> subprocess.Popen[str]:
    source = str(Path(waybill.__file__).parent.parent)
    path = [more.pop("first", ""), source, os.environ.get("PYTHONPATH", "")]
    return subprocess.Popen(
        [sys.executable, "-c", code, *words],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, path)), **more},
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


def stops_answering(url: str) -> bool:
    deadline = time.monotonic() + PATIENCE
    while answers(url) and time.monotonic() < deadline:
        time.sleep(0.05)
    return not answers(url)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_it_is_ready_empty_and_logged_when_it_is_given_and_gone_afterwards(tmp_path: Path) -> None:
    log = tmp_path / "requests.log"
    with running(os.environ, log=log) as sandbox:
        assert answers(sandbox.url)
        assert sandbox.is_running()
        environ = sandbox.environment(account=layout.PRODUCTION)
        session = boto3.Session(environ["AWS_ACCESS_KEY_ID"], environ["AWS_SECRET_ACCESS_KEY"])
        for region in layout.REGIONS:
            s3 = session.client("s3", region_name=region, endpoint_url=sandbox.url)
            assert s3.list_objects_v2(Bucket=layout.bucket(layout.PRODUCTION, region))["KeyCount"] == 0
            ssm = session.client("ssm", region_name=region, endpoint_url=sandbox.url)
            assert ssm.get_parameters_by_path(Path="/artifacts", Recursive=True)["Parameters"] == []
    assert not sandbox.is_running()
    assert not answers(sandbox.url)
    assert not sandbox.home.exists()
    assert "AmazonSSM.GetParametersByPath 200" in log.read_text()


def test_two_of_them_know_nothing_of_each_other() -> None:
    with running(os.environ) as one, running(os.environ) as other:
        keys = one.accounts[layout.DEVELOPMENT]["user"]
        session = boto3.Session(keys["access_key_id"], keys["secret_access_key"], region_name="us-east-1")
        session.client("ssm", endpoint_url=one.url).put_parameter(Name="/x", Value="1", Type="String")
        stranger = session.client("ssm", endpoint_url=other.url)
        with pytest.raises(stranger.exceptions.ClientError, match="UnrecognizedClientException"):
            stranger.get_parameter(Name="/x")


def test_it_listens_on_the_loopback_interface_only() -> None:
    with running(os.environ) as sandbox:
        port = f"{int(sandbox.url.rpartition(':')[2]):04X}"
        table = Path("/proc/net/tcp").read_text() + Path("/proc/net/tcp6").read_text()
    listening = [line.split()[1] for line in table.splitlines()[1:] if line.split()[3] == "0A"]
    assert [address for address in listening if address.endswith(f":{port}")] == [f"0100007F:{port}"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_start_stays_until_it_is_told_to_stop(number: signal.Signals) -> None:
    port = free_port()
    process = python(START, "--port", str(port))
    assert process.stdout is not None
    told = [process.stdout.readline()]
    while not told[-1].startswith("export no_proxy"):
        told.append(process.stdout.readline())
    assert f"http://127.0.0.1:{port}" in told[0]
    assert f"export AWS_ENDPOINT_URL=http://127.0.0.1:{port}\n" in told
    assert answers(f"http://127.0.0.1:{port}")
    process.send_signal(number)
    assert process.communicate(timeout=PATIENCE)[1] == ""
    assert process.returncode == 0
    assert not answers(f"http://127.0.0.1:{port}")


def test_a_port_in_use_is_said_and_exits_2() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        process = python(START, "--port", str(port))
        _, err = process.communicate(timeout=PATIENCE)
        with pytest.raises(SandboxError, match="is in use"), running(os.environ, port=port):
            pass
    assert process.returncode == 2
    assert f"Port {port} of 127.0.0.1 is in use." in err
    assert "--port" in err


def test_it_ends_with_a_parent_that_is_killed() -> None:
    process = python(HOLD)
    assert process.stdout is not None
    url, home = process.stdout.readline().split()
    assert answers(url)
    assert sorted(path.name for path in Path(home).iterdir()) == ["config", "credentials"]
    process.kill()
    process.communicate(timeout=PATIENCE)
    assert stops_answering(url)
    assert not Path(home).exists()


def test_another_moto_is_refused_by_the_command(tmp_path: Path) -> None:
    other = tmp_path / "moto-9.9.9.dist-info"
    other.mkdir()
    (other / "METADATA").write_text("Metadata-Version: 2.1\nName: moto\nVersion: 9.9.9\n")
    process = python(START, first=str(tmp_path))
    _, err = process.communicate(timeout=PATIENCE)
    assert process.returncode == 2
    assert "moto 9.9.9 is installed" in err
    assert "pip install 'waybill[sandbox]'" in err
