"""Installs the guest of `export.runtimes.arm64`: ``python -m export.runtimes.arm64_install``. It needs no root.

Debian's ARM64 Python and QEMU come by apt-get, from wherever it is configured to fetch packages, into a folder of their
own, and the ARM64 wheels of LiteRT and NumPy by pip. Needs Debian 12 or newer, or a system like it whose sources have
ARM64 packages too; about 130 MB are fetched, 190 MB installed.
"""

import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from export.children import end_of_child, run_child
from export.errors import RuntimeMissingError
from export.runtimes.arm64 import (
    CPUS,
    LITERT,
    PACKAGES,
    PYTHON,
    QEMU,
    check_installed,
    guest_command,
    guest_folder,
    litert_version,
)

TOOLS = ("apt-get", "dpkg", "dpkg-deb")
PLATFORMS = ("manylinux2014_aarch64", "manylinux_2_17_aarch64", "manylinux_2_27_aarch64", "manylinux_2_28_aarch64")
TIME_LIMIT = 900.0


def install(guest: Path) -> None:
    """Make the guest's folder, whole or not at all; one that is there is replaced.

    Raises:
        RuntimeMissingError: apt-get, dpkg or pip is missing.
        OSError: a step failed, which is named with the last line that it wrote, or the folder cannot be written.
    """
    missing = [tool for tool in TOOLS if shutil.which(tool) is None]
    if missing:
        raise RuntimeMissingError(
            f"expected {', '.join(missing)}, as Debian has, to install the ARM64 guest; found none"
        )
    if importlib.util.find_spec("pip") is None:
        raise RuntimeMissingError(f"expected pip to install the ARM64 guest: {sys.executable} -m ensurepip")
    guest.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f"{guest.name}-", dir=guest.parent) as temporary:
        scratch = Path(temporary)
        made = scratch / "guest"
        unpack(_download(scratch), made, scratch)
        _add_wheels(made, scratch / "log")
        for cpu in CPUS:
            command = guest_command(made, scratch / cpu, cpu)
            _run([*command, "-c", "import ai_edge_litert.interpreter"], scratch / "log")
        if guest.exists():
            os.rename(guest, scratch / "before")
        os.rename(made, guest)


def _download(scratch: Path) -> list[Path]:
    """The packages, of an apt-get that knows nothing to be installed yet, so that all dependencies come along."""
    native = subprocess.run(["dpkg", "--print-architecture"], capture_output=True, text=True, check=True).stdout.strip()
    state = scratch / "apt"
    for name in ("lists/partial", "archives/partial"):
        (state / name).mkdir(parents=True)
    (state / "status").touch()
    settings = {
        "APT::Architecture": native,
        "APT::Architectures": f"{native},arm64",
        "APT::Sandbox::User": "root",  # nobody else may write into a temporary folder
        "Acquire::Languages": "none",
        "Dir::Cache": state,
        "Dir::Log": state,
        "Dir::State": state,
        "Dir::State::status": state / "status",
    }
    apt = ["apt-get", "--quiet", *(f"--option={key}={value}" for key, value in settings.items())]
    wanted = ["python3:arm64", "libstdc++6:arm64", "qemu-user-static"]
    _run([*apt, "update"], scratch / "log")
    _run([*apt, "install", "--yes", "--no-install-recommends", "--download-only", *wanted], scratch / "log")
    return sorted((state / "archives").glob("*.deb"))


def unpack(packages: Sequence[Path], guest: Path, scratch: Path) -> None:
    """Make a folder of ``.deb`` files; of the packages ``qemu-*`` it gets the one program that is needed.

    Raises:
        OSError: a file is no package, or none of them has QEMU for ARM64.
    """
    for package in packages:
        into = scratch / "qemu" if package.name.startswith("qemu-") else guest
        # The rest is of this machine's own architecture: what apt-get would configure packages with.
        if into != guest or package.name.endswith(("_arm64.deb", "_all.deb")):
            _run(["dpkg-deb", "--extract", str(package), str(into)], scratch / "log")
    # Newer Debians have all of /lib in /usr/lib, and the link is no package's.
    if not (guest / "lib").exists():
        (guest / "lib").symlink_to("usr/lib")
    for program in (scratch / "qemu" / QEMU, scratch / "qemu" / f"{QEMU}-static"):
        if program.exists():
            os.rename(program, guest / QEMU)
            return
    raise OSError(f"expected {QEMU} in the packages of QEMU, found none among {len(packages)}")


def _add_wheels(guest: Path, log: Path) -> None:
    version = (guest / PYTHON).readlink().name.removeprefix("python")
    pip = [sys.executable, "-m", "pip", "install", "--disable-pip-version-check", "--no-compile", "--no-deps"]
    built_for = ["--only-binary=:all:", f"--python-version={version}", *(f"--platform={name}" for name in PLATFORMS)]
    _run([*pip, *built_for, f"--target={guest / PACKAGES}", f"{LITERT}=={litert_version()}", "numpy"], log)


def _run(command: Sequence[str], log: Path) -> None:
    code = run_child(command, log, TIME_LIMIT)
    if code != 0:
        end = f"no end in {TIME_LIMIT:g} seconds" if code is None else end_of_child(code, log)
        raise OSError(f"the ARM64 guest is not installed, {Path(command[0]).name} failed: {end}")


def main() -> None:
    """Install the guest where it is looked for, unless it is there."""
    try:
        check_installed()
    except RuntimeMissingError:
        try:
            install(guest_folder())
        except (RuntimeMissingError, OSError) as error:
            sys.exit(str(error))
    print(f"The ARM64 guest is installed in {guest_folder()}")


if __name__ == "__main__":
    main()
