"""What moto works out anew for every request though it never changes: worked out once."""

from __future__ import annotations

from functools import cache

from moto.core import errors, responses, utils


def install() -> None:
    """Keep the names of a service's actions, and the tables of its errors. Idempotent."""
    errors_of, names_of = errors.ErrorLookupFactory._create_error_lut, utils.method_names_from_class
    if not hasattr(errors_of, "cache_clear"):
        errors.ErrorLookupFactory._create_error_lut = staticmethod(cache(errors_of))  # type: ignore[method-assign]
        responses.method_names_from_class = cache(names_of)  # type: ignore[attr-defined]
