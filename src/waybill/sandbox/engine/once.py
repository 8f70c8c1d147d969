"""What moto works out anew for every request though it never changes: worked out once."""

from __future__ import annotations

from functools import cache

from moto.core import errors, responses


def install() -> None:
    """Keep the names of a service's actions, and the tables of its errors. Idempotent."""
    if not hasattr(responses.method_names_from_class, "cache_clear"):
        responses.method_names_from_class = cache(responses.method_names_from_class)
        table = cache(errors.ErrorLookupFactory._create_error_lut)
        errors.ErrorLookupFactory._create_error_lut = staticmethod(table)  # type: ignore[method-assign]
