"""The sandbox as a value: `running()` starts it in a process of its own and stops it for sure.

    with running() as sandbox:
        client = boto3.client("s3", endpoint_url=sandbox.url, ...)
        subprocess.run([...], env=sandbox.environment(os.environ))

State lives in that process's memory (large objects in unnamed temporary files) and ends with it.
"""

from __future__ import annotations

import http.client
import json
import select
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, Any, Final

import waybill
from waybill.sandbox import environment, layout
from waybill.sandbox.errors import SandboxError, SandboxStopped

_STOP_SECONDS: Final = 3.0
_POLL_SECONDS: Final = 0.02
_ASK_SECONDS: Final = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Sandbox:
    """A running sandbox: `url` is its endpoint for every service, `pid` its process.

    `accounts` has the long-lived keys by account and identity; `account` is the one where its user is for a command;
    `is_running` tells whether the server is still there.
    """

    url: str
    pid: int
    home: Path
    accounts: Mapping[str, Mapping[str, Mapping[str, str]]]
    is_running: Callable[[], bool]
    account: str = layout.DEVELOPMENT

    def environment(
        self,
        base: Mapping[str, str] | None = None,
        *,
        account: str | None = None,
        identity: str = "user",
        region: str = layout.HOME_REGION,
    ) -> dict[str, str]:
        """Return `base` without a person's own AWS settings, and with the sandbox's.

        `identity` is `user` or `root` of `account` (left out: the sandbox's own). Without `base`: only the sandbox's
        variables.
        """
        keys = self.accounts[account or self.account][identity]
        kept = environment.without_aws(base or {})
        no_proxy = kept.get("NO_PROXY") or kept.get("no_proxy", "")
        return kept | environment.for_client(
            url=self.url,
            access_key_id=keys["access_key_id"],
            secret_access_key=keys["secret_access_key"],
            region=region,
            home=self.home,
            no_proxy=no_proxy,
        )

    def site_url(self, bucket: str, key: str = "") -> str:
        """Return the URL at which a browser sees an object of a website's bucket (`layout.WEBSITES`)."""
        return self.url + layout.site_path(bucket, key)

    def disturb(self, pipeline: str, action: str, **fault: str | float | bool) -> None:
        """Let something happen to the next run of an action: `fail`, `seconds`, `hold`, `times`, ...

        `fail` is the message with which it fails (`code`, `url`, `log` come with it), `seconds` how long it takes (an
        approval: after how long it times out), `hold` keeps it waiting for `release`, `times` for how many runs.
        Raises `SandboxError`.
        """
        self._ask("POST", {"pipeline": pipeline, "action": action, **fault})

    def disturb_stack(self, stack: str, resource: str, **fault: str | float | bool) -> None:
        """Let something happen when a stack (its name) next makes or changes a resource (its logical id).

        `fail` is the message with which that fails, `seconds` how long it takes, `hold` keeps it waiting for
        `release_stack`, `on="delete"` is for when it is deleted, `times` for how many times. Raises `SandboxError`.
        """
        self._ask("POST", {"stack": stack, "resource": resource, **fault})

    def release_stack(self, stack: str, resource: str | None = None) -> None:
        """Forget what `disturb_stack` asked for (a stack's, a resource's), and let go what it holds."""
        self._ask("DELETE", {"stack": stack, **({} if resource is None else {"resource": resource})})

    def refuse(
        self,
        operation: str,
        code: str,
        *,
        message: str = "Refused on purpose",
        times: int = 1,
        service: str = "codepipeline",
    ) -> None:
        """Let CodePipeline (or `cloudformation`) refuse the next `times` calls of an operation with an error code.

        Raises `SandboxError`.
        """
        named = {} if service == "codepipeline" else {"service": service}
        self._ask("POST", {"operation": operation, "code": code, "message": message, "times": times, **named})

    def release(self, pipeline: str | None = None, action: str | None = None) -> None:
        """Forget what `disturb` asked for (all of it, a pipeline's, an action's), and let go what it holds.

        All of it: what `refuse` and `disturb_stack` asked for is forgotten, too.
        """
        named = {"pipeline": pipeline, "action": action}
        self._ask("DELETE", {name: value for name, value in named.items() if value is not None})

    def _ask(self, method: str, document: Mapping[str, Any]) -> None:
        connection = http.client.HTTPConnection(self.url.removeprefix("http://"), timeout=_ASK_SECONDS)
        try:
            connection.request(method, layout.FAULTS_PATH, json.dumps(document))
            answer = connection.getresponse()
            text = answer.read().decode()
        finally:
            connection.close()
        if answer.status != http.client.OK:
            raise SandboxError(f"The sandbox did not take {dict(document)}.", text)


@contextmanager
def running(
    environ: Mapping[str, str],
    *,
    port: int = 0,
    log: Path | None = None,
    empty: bool = False,
    patience: float = 30.0,
) -> Iterator[Sandbox]:
    """Start a sandbox on `port` of the loopback interface (0: a free one); yield it ready; stop it.

    `environ` is what the server's process inherits, without its AWS settings; `log` is a file that gets a line for each
    request; `empty` prepares nothing but a way into the accounts (`layout`); `patience` is in seconds. Raises
    `SandboxError` (not installed, port in use) or `SandboxStopped`.
    """
    with _opened(log) as messages:
        process = _start(environ, port, messages, ["empty"] if empty else [])
        try:
            ready = _ready(process, messages, time.monotonic() + patience)
            yield replace(ready, account=layout.MANAGEMENT) if empty else ready
        finally:
            _stop(process)


def _opened(log: Path | None) -> IO[bytes]:
    if log is None:
        return tempfile.TemporaryFile()
    try:
        return log.open("a+b")
    except OSError as error:
        raise SandboxError(f"{log} cannot be written: {error.strerror}.", "Give --log another file.") from error


def _start(environ: Mapping[str, str], port: int, messages: IO[bytes], more: Sequence[str]) -> subprocess.Popen[bytes]:
    inherited = environment.without_aws(environ)
    # The server must import this very package, however this process found it.
    here = str(Path(waybill.__file__).parent.parent)
    # Bodies of many megabytes come and go: give their memory back at once.
    inherited |= {"MALLOC_MMAP_THRESHOLD_": "1048576", "MALLOC_ARENA_MAX": "2"}
    inherited["PYTHONPATH"] = ":".join(filter(None, [here, inherited.get("PYTHONPATH", "")]))
    return subprocess.Popen(
        [sys.executable, "-m", "waybill.sandbox.child", str(port), *more],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=messages,
        env=inherited,
        # A terminal's Ctrl-C is for the command; the server ends when its standard input does.
        start_new_session=True,
    )


def _ready(process: subprocess.Popen[bytes], messages: IO[bytes], deadline: float) -> Sandbox:
    said = _first_words(process, messages, deadline)
    if "error" in said:
        raise SandboxError(*said["error"])
    url = f"http://127.0.0.1:{said['port']}"
    while not _answers(url):
        if process.poll() is not None or time.monotonic() > deadline:
            raise _stopped(messages)
        time.sleep(_POLL_SECONDS)
    return Sandbox(
        url=url,
        pid=process.pid,
        home=Path(said["home"]),
        accounts=said["accounts"],
        is_running=lambda: process.poll() is None,
    )


def _first_words(process: subprocess.Popen[bytes], messages: IO[bytes], deadline: float) -> dict[str, Any]:
    if process.stdout is None:
        raise _stopped(messages)
    readable, _, _ = select.select([process.stdout], [], [], max(0.0, deadline - time.monotonic()))
    line = process.stdout.readline() if readable else b""
    if not line:
        raise _stopped(messages)
    said: dict[str, Any] = json.loads(line)
    return said


def _answers(url: str) -> bool:
    connection = http.client.HTTPConnection(url.removeprefix("http://"), timeout=5)
    try:
        connection.request("GET", layout.READY_PATH)
        return connection.getresponse().status == http.client.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _stopped(messages: IO[bytes]) -> SandboxStopped:
    messages.seek(0)
    last = messages.read().decode(errors="replace").strip().splitlines()[-5:]
    return SandboxStopped("The sandbox's server did not come up.", "\n".join(["It said:", *last]) if last else "")


def _stop(process: subprocess.Popen[bytes]) -> None:
    for stream in (process.stdin, process.stdout):
        if stream is not None:
            stream.close()
    for end in (process.terminate, process.kill):
        try:
            process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            end()
    process.wait()
