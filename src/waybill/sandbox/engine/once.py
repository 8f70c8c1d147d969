"""What moto works out anew for every request, or everybody's botocore for every service, though it never changes."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any, Final

from botocore.loaders import Loader
from moto.core import errors, responses, utils
from moto.moto_api._internal import mock_random
from moto.moto_server import werkzeug_app
from moto.s3.responses import S3Response

_REQUEST_ID_BITS: Final = 52 * 4


def install() -> None:
    """Keep the names of a service's actions, the tables of its errors, the names of services. Idempotent.

    Answers have no headers of CORS, which AWS's have only where somebody asks for them.
    """
    errors_of, names_of = errors.ErrorLookupFactory._create_error_lut, utils.method_names_from_class
    if hasattr(errors_of, "cache_clear"):
        return
    errors.ErrorLookupFactory._create_error_lut = staticmethod(cache(errors_of))  # type: ignore[method-assign]
    responses.method_names_from_class = cache(names_of)  # type: ignore[attr-defined]
    responses.gen_amzn_requestid_long = _request_id  # type: ignore[assignment,attr-defined]
    Loader.list_available_services = _by_type(Loader.list_available_services)
    by_host = staticmethod(_by_host(S3Response.subdomain_based_buckets))
    S3Response.subdomain_based_buckets = by_host  # type: ignore[assignment]
    werkzeug_app.DISABLE_GLOBAL_CORS = True  # type: ignore[attr-defined]


def _request_id(headers: dict[str, Any] | None = None) -> str:
    """Make one at a draw: moto draws each of its characters."""
    made = f"{mock_random.getrandbits(_REQUEST_ID_BITS):052X}"
    if headers is not None:
        headers["x-amzn-requestid"] = made
    return made


def _by_type(names_of: Callable[[Loader, str], list[str]]) -> Callable[[Loader, str], list[str]]:
    found: dict[str, list[str]] = {}

    def names(loader: Loader, type_name: str) -> list[str]:
        # Every loader of this process looks into the same folders.
        if type_name not in found:
            found[type_name] = names_of(loader, type_name)
        return found[type_name]

    return names


def _by_host(is_named: Callable[[Any], bool]) -> Callable[[Any], bool]:
    found: dict[str, bool] = {}

    def named(request: Any) -> bool:
        host = request.headers.get("host", "")
        if host not in found:
            found[host] = is_named(request)
        return found[host]

    return named
