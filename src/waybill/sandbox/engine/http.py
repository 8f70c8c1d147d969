"""The HTTP server: moto's application behind `front`, on the loopback interface only, one thread a connection."""

from __future__ import annotations

import errno
import os
import resource
import socket
import time
from collections.abc import Callable
from typing import Any, Final

from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
from werkzeug.serving import BaseWSGIServer, make_server

from waybill.sandbox.engine import late
from waybill.sandbox.engine.answering import AnsweringHandler
from waybill.sandbox.engine.automation import Automation
from waybill.sandbox.engine.front import guarded
from waybill.sandbox.errors import SandboxError

HOST: Final = "127.0.0.1"
_BACKLOG: Final = 128
_PACKAGES: Final = "codeartifact"


def bound(port: int) -> socket.socket:
    """Return a listening socket on the loopback interface; port 0 takes a free one. `SandboxError` when it is taken."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((HOST, port))
        listener.listen(_BACKLOG)
    except OSError as error:
        listener.close()
        why = "is in use" if error.errno == errno.EADDRINUSE else f"cannot be had ({os.strerror(error.errno or 0)})"
        raise SandboxError(f"Port {port} of {HOST} {why}.", "Choose another one: --port 0 takes a free one.") from error
    return listener


def server(listener: socket.socket, log: Callable[[str], None], automation: Automation) -> BaseWSGIServer:
    """Return a server on `listener`; `log` gets a line for each request and each fault of the server."""

    def application_of(service: Any) -> Any:
        if service == "cloudformation":
            return automation.stacks()
        if service == _PACKAGES:
            return automation.packages()
        if service == "codepipeline":
            automation.service()
        late.install(service)
        return _application(service)

    application = guarded(_Services(application_of), automation)
    port = listener.getsockname()[1]
    return make_server(
        HOST, port, application, threaded=True, request_handler=_handler(log, automation), fd=listener.fileno()
    )


def _application(service: Any) -> Any:
    application = create_backend_app(service)
    # Flask's debugging makes a class for each request that keeps its body until the garbage collector comes.
    application.debug = False
    application.config["PROPAGATE_EXCEPTIONS"] = True
    return application


class _Services(DomainDispatcherApplication):
    def __init__(self, create_app: Callable[[Any], Any]) -> None:
        super().__init__(create_app)
        # Each look of moto's lists its own folder, twice for a request: more than a quarter of what one costs.
        self._found: dict[str, Any] = {}

    def get_backend_for_host(self, host: str | None) -> Any:
        if host is None:
            return None
        if host not in self._found:
            self._found[host] = self._look(host)
        return self._found[host]

    def _look(self, host: str) -> Any:
        # moto does not know it.
        if host.startswith(f"{_PACKAGES}."):
            return _PACKAGES
        found = super().get_backend_for_host(host)
        if found is None:
            raise NotImplementedError(host.partition(".")[0])
        return found


def _handler(log: Callable[[str], None], automation: Automation) -> type[MotoRequestHandler]:
    class Handler(AnsweringHandler):
        def handle_expect_100(self) -> bool:
            # werkzeug answers 100 itself; http.server's own would be a second one.
            return True

        def date_time_string(self, timestamp: float | None = None) -> str:
            return super().date_time_string((time.time() if timestamp is None else timestamp) + automation.ahead)

        def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
            target = self.headers.get("X-Amz-Target", "") if hasattr(self, "headers") else ""
            log(" ".join(filter(None, [self.requestline, target, str(int(code))])))

        def log(self, type: str, message: str, *args: Any) -> None:
            log(message % args if args else message)

    return Handler


def allow_many_files() -> None:
    """Raise this process's limit of open files as far as it may: each part of 5 MiB or more is a file."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
