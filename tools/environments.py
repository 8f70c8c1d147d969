"""Makes the virtual environments that `make` works in, and makes one again only when what it should hold has changed.

    python3 tools/environments.py main startifact      (what `make` calls; needs only the standard library)

`main` is `.venv`: the library itself (editable), its sandbox and the tools that work on it. The others, `.venvs/NAME`,
hold real tools that pin what `main` must not. Everything is installed from wheels whose hashes are in requirements/.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import time
import tomllib
import venv
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# Byte code is written by the first import: compiling all of moto would more than double the time of the set-up.
INSTALL = ("install", "--quiet", "--no-input", "--disable-pip-version-check", "--no-compile", "--no-deps")
HASHED = ("--require-hashes", "--only-binary", ":all:")


@dataclass(frozen=True, slots=True, kw_only=True)
class Environment:
    """One virtual environment: its folder and locked requirements below the project's root.

    `start_up` names modules of tools/ that every process of it imports first.
    """

    folder: str
    requirements: tuple[str, ...]
    holds_project: bool = False
    start_up: tuple[str, ...] = ()

    @property
    def path(self) -> Path:
        return ROOT / self.folder

    @property
    def python(self) -> Path:
        return self.path / "bin" / "python"

    @property
    def packages(self) -> Path:
        """Where packages are, if it was made with the Python that runs this."""
        return self.path / "lib" / f"python{sys.version_info.major}.{sys.version_info.minor}" / "site-packages"

    @property
    def stamp(self) -> Path:
        return self.path / "waybill-stamp"

    @property
    def locks(self) -> list[Path]:
        return [ROOT / "requirements" / f"{name}.txt" for name in self.requirements]

    @property
    def start_up_sources(self) -> list[Path]:
        return [ROOT / "tools" / f"{name}.py" for name in self.start_up]

    @property
    def hashed_install(self) -> list[str]:
        """pip's arguments, after `python -m pip`, that install just what is locked."""
        return [*INSTALL, *HASHED, *(argument for lock in self.locks for argument in ("-r", str(lock)))]


INSTALLER = Environment(folder=".venvs/build", requirements=("build",))
MAIN = Environment(folder=".venv", requirements=("build", "dev"), holds_project=True)
OLD_STARTIFACT = ("startifact_on_new_python",) if sys.version_info >= (3, 12) else ()
TOOLS = {
    "startifact": Environment(folder=".venvs/startifact", requirements=("startifact",), start_up=OLD_STARTIFACT),
    **{
        name: Environment(folder=f".venvs/{name}", requirements=(name,))
        for name in ("ministack", "aws", "lint", "bench", "lock")
    },
}


class SetUpError(Exception):
    """An environment could not be made; the text is what the user reads."""


def wanted(environment: Environment) -> str:
    """A digest of everything that decides what the environment holds, its own place included."""
    digest = hashlib.sha256(str(environment.path).encode())
    for source in (*environment.locks, *environment.start_up_sources):
        digest.update(source.read_bytes())
    if environment.holds_project:
        settings = tomllib.loads((ROOT / "pyproject.toml").read_text())
        digest.update(repr((settings["build-system"], settings["project"])).encode())
    return digest.hexdigest()


def is_current(environment: Environment, environ: Mapping[str, str]) -> bool:
    """Whether the folder holds what is wanted; a Python that was asked for by name must be the one in it."""
    if not environment.python.exists() or not environment.stamp.exists():
        return False
    if environ.get("PYTHON") and not environment.packages.is_dir():
        return False
    return environment.stamp.read_text() == wanted(environment)


def run(environment: Environment, *command: str | Path) -> None:
    """Runs one command quietly; its output is shown only when it fails."""
    done = subprocess.run(
        command,
        check=False,
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    if done.returncode:
        raise SetUpError(f"{done.stdout}\n{environment.folder} was not set up. Does pip reach the package index?")


def create(environment: Environment) -> None:
    """An empty virtual environment without pip, whatever was there before."""
    shutil.rmtree(environment.path, ignore_errors=True)
    venv.create(environment.path, with_pip=False, symlinks=True)


def make_installer() -> None:
    """The environment whose pip, a known one, installs all the others.

    Its first pip is the one bundled with Python, or where a distribution split that off, the host's own.
    """
    create(INSTALLER)
    try:
        run(INSTALLER, INSTALLER.python, "-m", "ensurepip")
        run(INSTALLER, INSTALLER.python, "-m", "pip", *INSTALLER.hashed_install)
    except SetUpError as bundled:
        try:
            run(INSTALLER, sys.executable, "-m", "pip", "--python", INSTALLER.python, *INSTALLER.hashed_install)
        except SetUpError as host:
            raise SetUpError(f"{bundled}\n{host}") from host
    INSTALLER.stamp.write_text(wanted(INSTALLER))


def make(environment: Environment) -> str:
    """Makes one environment with the installer's pip; answers with a line to print."""
    started = time.monotonic()
    create(environment)
    pip = (INSTALLER.python, "-m", "pip", "--python", environment.python)
    run(environment, *pip, *environment.hashed_install)
    if environment.holds_project:
        run(environment, *pip, *INSTALL, "--no-index", "--no-build-isolation", "--editable", ROOT)
    for source in environment.start_up_sources:
        shutil.copy(source, environment.packages)
        (environment.packages / f"{source.stem}.pth").write_text(f"import {source.stem}\n")
    environment.stamp.write_text(wanted(environment))
    return f"  {environment.folder} is ready ({time.monotonic() - started:.0f} s)"


def main(names: Sequence[str], environ: Mapping[str, str]) -> int:
    """Sets up the environments named, two at a time; 0, or 1 where one could not be made."""
    environments = [MAIN if name == "main" else TOOLS[name] for name in names]
    (ROOT / ".venvs").mkdir(exist_ok=True)
    with (ROOT / ".venvs" / "lock-file").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # a second `make` waits for the first one's set-up
        stale = [environment for environment in environments if not is_current(environment, environ)]
        if not stale:
            return 0
        listed = ", ".join(environment.folder for environment in stale)
        print(f"Setting up {listed} (the first time: about a minute)", flush=True)
        try:
            if not is_current(INSTALLER, environ):
                make_installer()
            with ThreadPoolExecutor(max_workers=2) as pool:
                for line in pool.map(make, stale):
                    print(line, flush=True)
        except SetUpError as error:
            print(error, file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], os.environ))
