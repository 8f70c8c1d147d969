"""The organisation configuration: which regions, buckets and prefixes an organisation uses."""

from __future__ import annotations

from dataclasses import dataclass, replace

from waybill.domain import stored
from waybill.domain.names import KEY_PREFIX_RULE, is_key_prefix, parameter_fault
from waybill.errors import Fault

DEFAULT_PARAMETER = "/startifact"
NAME = "configuration-parameter"


@dataclass(frozen=True, slots=True, kw_only=True)
class Organisation:
    """What one run works with, after overrides. `regions` keeps its order and has no doubles."""

    regions: tuple[str, ...]
    bucket_parameter: str
    key_prefix: str = ""
    parameter_prefix: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Overrides:
    """The inputs that override the organisation configuration; None leaves its value, an empty prefix clears it."""

    regions: tuple[str, ...] | None = None
    bucket_parameter: str | None = None
    key_prefix: str | None = None
    parameter_prefix: str | None = None

    def replaces_all(self) -> bool:
        """Whether the configuration need not be read: `regions` with `bucket-parameter` replace it."""
        return self.regions is not None and self.bucket_parameter is not None

    def alone(self) -> Organisation:
        """Return the organisation these make on their own; prefixes unset are then empty."""
        return Organisation(
            regions=self.regions or (),
            bucket_parameter=self.bucket_parameter or "",
            key_prefix=self.key_prefix or "",
            parameter_prefix=self.parameter_prefix or "",
        )

    def over(self, base: Organisation) -> Organisation:
        """Return `base` with what is set here instead."""
        return replace(
            base,
            regions=base.regions if self.regions is None else self.regions,
            bucket_parameter=base.bucket_parameter if self.bucket_parameter is None else self.bucket_parameter,
            key_prefix=base.key_prefix if self.key_prefix is None else self.key_prefix,
            parameter_prefix=base.parameter_prefix if self.parameter_prefix is None else self.parameter_prefix,
        )


def split_regions(text: str) -> tuple[str, ...]:
    """Read a list of regions parted by commas, spaces or lines; doubles are dropped, order is kept."""
    return tuple(dict.fromkeys(text.replace(",", " ").split()))


def parse(text: str, *, parameter: str, default_regions: tuple[str, ...]) -> Organisation:
    """Read the stored configuration. Unknown keys are left alone; `regions` left out means `default_regions`.

    Raises `ValueError` when it is not a JSON object of strings.
    """
    try:
        document = stored.load_object(text or "{}")
    except ValueError as error:
        raise ValueError(f"the parameter {parameter} holds no JSON object: {error}") from error
    values: dict[str, str] = {}
    for key in ("regions", "bucket_name_param", "bucket_key_prefix", "parameter_name_prefix"):
        value = document.get(key, "")
        if not isinstance(value, str):
            raise ValueError(f"the parameter {parameter} holds a `{key}` that is not a string")
        values[key] = value
    return Organisation(
        regions=split_regions(values["regions"]) or default_regions,
        bucket_parameter=values["bucket_name_param"],
        key_prefix=values["bucket_key_prefix"],
        parameter_prefix=values["parameter_name_prefix"],
    )


def faults(organisation: Organisation, *, source: str) -> list[Fault]:
    """Return what is wrong with the configuration a run would use; `source` says where it came from."""
    found = []
    if not organisation.regions:
        found.append(Fault("regions", "", f"neither the input nor {source} names a region.", "us-east-1,eu-west-1"))
    if not organisation.bucket_parameter:
        rule = f"neither the input nor {source} (`bucket_name_param`) names the parameter with the bucket's name."
        found.append(Fault("bucket-parameter", "", rule, "/buckets/staging"))
    elif rule_broken := parameter_fault(organisation.bucket_parameter):
        found.append(Fault("bucket-parameter", organisation.bucket_parameter, rule_broken, "/buckets/staging"))
    if not is_key_prefix(organisation.key_prefix):
        found.append(Fault("key-prefix", organisation.key_prefix, KEY_PREFIX_RULE, "artifacts/"))
    prefix = organisation.parameter_prefix
    if prefix and (rule_broken := parameter_fault(prefix) or _prefix_fault(prefix)):
        found.append(Fault("parameter-prefix", prefix, rule_broken, "/artifacts"))
    return found


def _prefix_fault(prefix: str) -> str | None:
    return None if prefix.startswith("/") else "must begin with `/` (or be `none`)."
