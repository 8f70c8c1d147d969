"""Names of projects, channels, keys and parameters: the stored formats, compatible with Startifact 1.x."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import ClassVar

from waybill.domain.versions import Version, parse_or_none

PROJECT_RULE = "must be one or more of A-Z a-z 0-9 _ . -, and not `.` or `..`."
KEY_PREFIX_RULE = "must be letters, digits and / ! _ . ' ( ) - only, at most 512."
CHANNEL_RULE = "must be lower-case letters, digits and hyphens, beginning with a letter, two characters or more."
RESERVED_CHANNELS = frozenset({"aws", "ssm"})

_PROJECT = re.compile(r"[A-Za-z0-9_.-]+")
_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_KEY_PREFIX = re.compile(r"[A-Za-z0-9/!_.'()-]{0,512}")
_CHANNEL = re.compile(r"[a-z][a-z0-9-]+")
_PARAMETER = re.compile(r"(/[A-Za-z0-9_.-]+)+|[A-Za-z0-9_.-]+")

MAX_KEY_BYTES = 1024
MAX_PARAMETER_CHARACTERS = 1011
MAX_PARAMETER_LEVELS = 15


def is_project(text: str) -> bool:
    """Whether `text` may name a project."""
    return _PROJECT.fullmatch(text) is not None and text not in {".", ".."}


def is_bucket(text: str) -> bool:
    """Whether `text` may be a bucket's name."""
    return _BUCKET.fullmatch(text) is not None


def is_key_prefix(text: str) -> bool:
    """Whether `text` may begin S3 keys: nothing that a policy takes for a wildcard or a variable."""
    return _KEY_PREFIX.fullmatch(text) is not None


def is_channel(text: str) -> bool:
    """Whether `text` may name a channel."""
    return _CHANNEL.fullmatch(text) is not None


def parameter_fault(name: str) -> str | None:
    """Return what Systems Manager would say against this parameter name, or None."""
    if _PARAMETER.fullmatch(name) is None:
        return "must be a parameter name: letters, digits and _ . - in levels parted by `/`."
    if len(name) > MAX_PARAMETER_CHARACTERS:
        return f"must have at most {MAX_PARAMETER_CHARACTERS} characters."
    if name.count("/") > MAX_PARAMETER_LEVELS:
        return f"must have at most {MAX_PARAMETER_LEVELS} levels."
    first = name.lstrip("/").split("/", 1)[0].lower()
    if first.startswith(("aws", "ssm")):
        return "must not begin with `aws` or `ssm`: Systems Manager reserves these names."
    return None


@dataclass(frozen=True, slots=True)
class Keys:
    """The S3 keys of one version. `prefix` is the organisation configuration's `bucket_key_prefix`, as it is."""

    METADATA: ClassVar[str] = "metadata"
    WAYBILL: ClassVar[str] = "waybill.json"
    TOMBSTONE: ClassVar[str] = "tombstone.json"

    prefix: str
    project: str
    version: Version

    @property
    def artifact(self) -> str:
        """The artifact itself."""
        return f"{self.prefix}{self.project}@{self.version}"

    @property
    def metadata(self) -> str:
        """The user metadata, a flat JSON object; absent where there is none."""
        return f"{self.artifact}/{self.METADATA}"

    @property
    def waybill(self) -> str:
        """The waybill."""
        return f"{self.artifact}/{self.WAYBILL}"

    @property
    def tombstone(self) -> str:
        """What a prune leaves: that the version was there, what it was, and who deleted it when."""
        return f"{self.artifact}/{self.TOMBSTONE}"

    def events(self, channel: str) -> str:
        """The prefix of this version's events on one channel."""
        return f"{self.artifact}/events/{channel}/"


def versions_prefix(prefix: str, project: str) -> str:
    """Return the prefix under which every version of a project lies."""
    return f"{prefix}{project}@"


def version_of_key(key: str, prefix: str, project: str) -> Version | None:
    """Return the version whose key (or key below it) this is, or None: other things may share the prefix."""
    head = versions_prefix(prefix, project)
    if not key.startswith(head):
        return None
    return parse_or_none(key[len(head) :].split("/", 1)[0])


def channel_parameter(prefix: str, project: str, channel: str) -> str:
    """Return the name of the SSM parameter that is the channel."""
    return f"{prefix}/{project}/{channel}"
