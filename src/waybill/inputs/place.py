"""The inputs that say where a command works: the account, and its organisation configuration or what overrides it."""

from __future__ import annotations

from dataclasses import replace

from waybill.domain.checks import region_faults
from waybill.domain.configuration import DEFAULT_PARAMETER, Overrides, split_regions
from waybill.domain.names import KEY_PREFIX_RULE, is_key_prefix, parameter_fault
from waybill.domain.request import Place
from waybill.inputs.identity import read_identity
from waybill.inputs.reading import Reading
from waybill.inputs.surroundings import Surroundings


def read_place(reading: Reading, around: Surroundings) -> Place:
    """Return the place; faults go to `reading`."""
    overrides = read_overrides(reading, around)
    identity = read_identity(reading, around.origin)
    parameter = reading.checked(
        "configuration-parameter", lambda text: parameter_fault(text) is None, "must be the name of an SSM parameter."
    )
    return Place(
        identity=identity,
        overrides=overrides,
        configuration_parameter=parameter or around.parameter or DEFAULT_PARAMETER,
        # DESIGN: the configuration is read in the first of these that answers.
        config_regions=tuple(dict.fromkeys((*(overrides.regions or ()), *around.places))),
    )


def read_overrides(reading: Reading, around: Surroundings, *, regions: str = "regions") -> Overrides:
    """Return what overrides the organisation configuration; `regions` is the name of the input with the regions."""
    bucket = reading.checked(
        "bucket-parameter", lambda value: parameter_fault(value) is None, "must be the name of an SSM parameter."
    )
    key = reading.checked("key-prefix", is_key_prefix, KEY_PREFIX_RULE)
    parameter = reading.checked(
        "parameter-prefix",
        lambda value: value == "none" or (value.startswith("/") and parameter_fault(value) is None),
        "must begin with `/` and be the beginning of an SSM parameter's name, or be `none`.",
    )
    return Overrides(
        regions=read_regions(reading, around, regions),
        bucket_parameter=bucket or None,
        key_prefix=_cleared(key),
        parameter_prefix=_cleared(parameter),
    )


def read_regions(reading: Reading, around: Surroundings, name: str) -> tuple[str, ...] | None:
    """Return the regions that an input names; None where it is not given."""
    text = reading.given(name)
    regions = split_regions(text) if text is not None else None
    if regions == ():
        reading.fault(name, "names no region.")
    reading.adopt(name, (replace(fault, name=name) for fault in region_faults(regions or (), around.regions)))
    return regions


def _cleared(prefix: str) -> str | None:
    if not prefix:
        return None
    return "" if prefix == "none" else prefix
