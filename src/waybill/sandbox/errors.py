"""The sandbox's own faults, in Waybill's error tree."""

from __future__ import annotations

from waybill.errors import ExitCode, WaybillError


class SandboxError(WaybillError):
    """The sandbox could not be started as asked: not installed, another moto, a port in use."""

    exit_code = ExitCode.INPUT


class SandboxStopped(WaybillError):
    """The sandbox's server ended, or never answered."""

    exit_code = ExitCode.UNAVAILABLE
