"""The log of every call, faults that strike chosen ones, and hooks that let a test act between two of them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from threading import RLock
from typing import Literal

from waybill.errors import WaybillError

WRITES = frozenset(
    {
        "put",
        "begin",
        "send",
        "copy",
        "copy-part",
        "complete",
        "abort",
        "delete",
        "put-parameter",
        "delete-parameter",
        "start",
        "stop",
        "roll-back",
        "copy-source",
        "put-source",
        "invalidate",
        "prepare-stack",
        "execute-stack",
        "discard-stack",
        "delete-stack",
        "delete-leftover",
        "update-declaration",
        "put-policy",
        "delete-policy",
        "publish",
        "copy-package",
    }
)
READS = frozenset(
    {
        "head",
        "read",
        "stream",
        "list",
        "unfinished",
        "default-encryption",
        "get-parameter",
        "history",
        "below",
        "resolve",
        "caller",
        "enter",
        "definition",
        "executions",
        "succeeded-in",
        "execution",
        "actions",
        "stages",
        "watchers",
        "versioned",
        "head-source",
        "look-invalidation",
        "look-bucket",
        "every-stack",
        "gone-stacks",
        "look-stack",
        "look-change-set",
        "stack-events",
        "stack-causes",
        "stack-newest",
        "stack-resources",
        "look-leftover",
        "aliases",
        "read-declaration",
        "under-way",
        "read-policy",
        "list-policies",
        "customer-managed",
        "look-package",
        "package-versions",
        "read-asset",
        "stream-asset",
        "summary",
        "password-policy",
        "access-keys",
        "billing-contact",
        "time",
        "describe-key",
        "key-policy",
        "try-key",
        "own-buckets",
        "pipelines",
        "role",
        "roles",
        "provider",
        "simulate",
        "held",
        "groups",
        "inline",
        "inline-policy",
        "attached",
        "managed-policy",
        "own-bucket",
        "organisation",
    }
)
When = Literal["before", "during", "after"]
Hook = Callable[["Call"], object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One call. `name` is the key, the prefix, the parameter, the key's ARN, or empty; `failed` how it ended."""

    region: str
    call: str
    name: str = ""
    account: str = ""
    failed: str | None = None

    @property
    def is_write(self) -> bool:
        """Whether it changes something in AWS where it succeeds."""
        return self.call in WRITES


@dataclass(slots=True, kw_only=True)
class _Rule:
    """Something to do at matching calls: the first `skip` of them are let pass; `left` None means for ever."""

    call: str
    region: str | None
    key: re.Pattern[str] | None
    when: When
    act: Hook
    left: int | None
    skip: int

    def fits(self, call: Call, when: When) -> bool:
        return (
            self.when == when
            and self.left != 0
            and self.call in {call.call, "*", "write" if call.is_write else "*"}
            and self.region in {None, call.region}
            and (self.key is None or self.key.search(call.name) is not None)
        )


class Calls:
    """Shared by everything in one world. Hooks run outside any lock, so they may use the world themselves."""

    def __init__(self) -> None:
        self._lock = RLock()
        self._log: list[Call] = []
        self._rules: list[_Rule] = []

    def add(
        self,
        call: str,
        act: Hook,
        *,
        region: str | None = None,
        key: str | None = None,
        when: When = "before",
        times: int | None = 1,
        skip: int = 0,
    ) -> None:
        """Do `act` at the next `times` matching calls. `call` may be `*` (all) or `write`; `key` is searched for."""
        if call not in WRITES | READS | {"*", "write"}:
            raise ValueError(f"no such call: {call}")
        pattern = re.compile(key) if key is not None else None
        rule = _Rule(call=call, region=region, key=pattern, when=when, act=act, left=times, skip=skip)
        with self._lock:
            self._rules.append(rule)

    @contextmanager
    def making(self, call: Call) -> Iterator[None]:
        """Log the call; rules act before and after it. What a rule raises is what the caller meets."""
        index = self._begin(call)
        try:
            self.strike(call, "before")
            yield
            self.strike(call, "after")
        except BaseException as error:
            with self._lock:
                self._log[index] = replace(call, failed=type(error).__name__)
            raise

    def _begin(self, call: Call) -> int:
        with self._lock:
            self._log.append(call)
            return len(self._log) - 1

    def strike(self, call: Call, when: When) -> None:
        """Let the rules act that are due at this point of this call."""
        for rule in self._due(call, when):
            rule.act(call)

    def _due(self, call: Call, when: When) -> list[_Rule]:
        with self._lock:
            due = []
            for rule in self._rules:
                if not rule.fits(call, when):
                    continue
                if rule.skip:
                    rule.skip -= 1
                    continue
                if rule.left is not None:
                    rule.left -= 1
                due.append(rule)
            return due

    def log(self) -> list[Call]:
        """Return every call so far, in the order in which they began."""
        with self._lock:
            return list(self._log)

    def forgive(self) -> None:
        """Drop all rules: nothing fails any more."""
        with self._lock:
            self._rules.clear()

    def forget(self) -> None:
        """Empty the log; rules stay."""
        with self._lock:
            self._log.clear()


def raising(error: WaybillError | Callable[[], WaybillError]) -> Hook:
    """Return a hook that raises `error`, or a new one that `error` makes."""

    def act(call: Call) -> None:
        raise error if isinstance(error, WaybillError) else error()

    return act
