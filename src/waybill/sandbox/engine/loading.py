"""Imports the services that the sandbox serves, cheaply.

moto's SSM imports all of moto's EC2, for SendCommand alone; EC2's tables of instance types are more than half of the
whole start. While SSM is imported a stand-in takes EC2's place; the real one is imported by whoever asks it first.
"""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType
from typing import Any, Final

SERVED: Final = ("iam", "kms", "s3", "ssm", "sts")


class _LazyBackends:
    """Answers as `moto.ec2.ec2_backends`, which it imports when it is first asked."""

    def __getitem__(self, account: str) -> Any:
        return import_module("moto.ec2").ec2_backends[account]


def load() -> None:
    """Import the moto packages of `SERVED`; idempotent."""
    if "moto.ec2" in sys.modules:
        _import_served()
        return
    stand_in = ModuleType("moto.ec2")
    stand_in.__dict__["ec2_backends"] = _LazyBackends()
    sys.modules["moto.ec2"] = stand_in
    try:
        _import_served()
    finally:
        del sys.modules["moto.ec2"]


def _import_served() -> None:
    for service in SERVED:
        import_module(f"moto.{service}.responses")
