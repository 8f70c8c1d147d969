"""The sandbox stands on one moto, and says so."""

from __future__ import annotations

import ast
import re
from importlib import metadata
from pathlib import Path

import pytest

import waybill
from waybill.errors import exit_code_of
from waybill.sandbox.engine import pin
from waybill.sandbox.errors import SandboxError

PACKAGE = Path(waybill.__file__).parent


def refused(versions: dict[str, str]) -> SandboxError:
    def version_of(package: str) -> str:
        if package not in versions:
            raise metadata.PackageNotFoundError(package)
        return versions[package]

    with pytest.raises(SandboxError) as caught:
        pin.require(version_of)
    return caught.value


@pytest.mark.parametrize("versions", [{}, {"moto": pin.MOTO}], ids=["no-moto", "moto-without-its-server"])
def test_without_motos_server_it_says_what_to_install(versions: dict[str, str]) -> None:
    error = refused(versions)
    assert "pip install 'waybill[sandbox]'" in error.advice
    assert "not installed" in error.what
    assert exit_code_of(error) == 2


def test_another_moto_is_refused_with_both_versions() -> None:
    error = refused({"moto": "5.2.6", "flask": "3"})
    assert "5.2.6" in error.what
    assert pin.MOTO in error.what


def test_the_extra_installs_the_pinned_version() -> None:
    settings = PACKAGE.parent.parent / "pyproject.toml"
    if not settings.exists():
        pytest.skip("not a checkout")
    assert re.search(r"moto\[server\]==([\d.]+)", settings.read_text())[1] == pin.MOTO  # type: ignore[index]


def imports(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found


def test_only_the_engine_imports_moto() -> None:
    guilty = [
        path
        for path in PACKAGE.rglob("*.py")
        if PACKAGE / "sandbox" / "engine" not in path.parents
        and any(name.split(".")[0] in ("moto", "werkzeug", "flask") for name in imports(path))
    ]
    assert guilty == []


def test_the_sandbox_uses_nothing_of_waybill_but_its_errors_and_the_reading_of_policies() -> None:
    allowed = ("waybill", "waybill.errors", "waybill.sandbox", "waybill.domain.iam")
    guilty = {
        (path.name, name)
        for path in (PACKAGE / "sandbox").rglob("*.py")
        for name in imports(path)
        if name.split(".")[0] == "waybill" and name not in allowed and not name.startswith(allowed[1:])
    }
    assert guilty == set()
