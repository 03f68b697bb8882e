"""The wheel holds both packages and nothing else, works outside the checkout, and the lock is complete and portable."""

import os
import re
import subprocess
import sys
import zipfile
from email import message_from_bytes
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """Built from the source archive, which so proves complete too; hatchling is installed, so no network is needed."""
    folder = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    subprocess.run(command, check=True, capture_output=True, stdin=subprocess.DEVNULL)
    return next(folder.glob("*.whl"))


def test_the_wheel_holds_both_packages_and_nothing_else(wheel):
    with zipfile.ZipFile(wheel) as archive:
        names = {name for name in archive.namelist() if ".dist-info/" not in name}
    files = [path for package in ("keraszoo", "export") for path in (ROOT / package).rglob("*.py")]
    sources = {path.relative_to(ROOT).as_posix() for path in files}
    assert {name for name in names if name.endswith(".py")} == sources
    assert {name.split("/")[0] for name in names} == {"keraszoo", "export"}
    assert not [name for name in names if "__pycache__" in name]


def test_the_wheel_carries_its_licence_and_command(wheel):
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        entry_points = archive.read(next(name for name in names if name.endswith("entry_points.txt"))).decode()
    assert any(name.endswith(".dist-info/licenses/LICENSE") for name in names)
    assert "keraszoo = keraszoo.cli:main" in entry_points


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("import keraszoo, export; print(keraszoo.__file__, export.__file__)", "keraszoo"),
        ("import sys; from keraszoo.cli import main; sys.exit(main(['--help']))", "usage: keraszoo"),
    ],
)
def test_the_wheel_works_outside_the_checkout(wheel, tmp_path, code, said):
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "unpacked")
    # -I leaves out PYTHONPATH and the working directory; the first place on the path wins over the editable install.
    code = f"import sys; sys.path.insert(0, {str(tmp_path / 'unpacked')!r}); {code}"
    command = [sys.executable, "-I", "-c", code]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    assert done.returncode == 0, done.stderr
    assert said in done.stdout
    assert str(ROOT) + os.sep not in done.stdout


def test_a_small_device_needs_three_packages(wheel):
    with zipfile.ZipFile(wheel) as archive:
        name = next(name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        wanted = [Requirement(line) for line in message_from_bytes(archive.read(name)).get_all("Requires-Dist")]
    assert {each.name for each in wanted if each.marker is None} == {"ai-edge-litert", "numpy", "pillow"}


def test_the_lock_is_hashed_and_names_no_host():
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    requirements = [line for line in text.replace("\\\n", "").splitlines() if line and not line.startswith("#")]
    assert len(requirements) > 50
    assert [line for line in requirements if "==" not in line or "--hash=sha256:" not in line] == []
    assert "://" not in text
    assert re.search(r"^--(?!hash)", text, re.MULTILINE) is None


def test_the_lock_holds_what_the_project_asks_for(wheel):
    with zipfile.ZipFile(wheel) as archive:
        name = next(name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        metadata = message_from_bytes(archive.read(name))
    wanted = [Requirement(line) for line in metadata.get_all("Requires-Dist")]
    wanted = [each for each in wanted if each.marker is None or each.marker.evaluate({"extra": "dev"})]
    locked = re.findall(r"^([A-Za-z0-9_.-]+)==([^ ]+)", (ROOT / "requirements.lock").read_text(), re.MULTILINE)
    assert {"tensorflow", "pytest"} <= {requirement.name for requirement in wanted}
    for requirement in wanted:
        versions = [version for name, version in locked if name == requirement.name]
        assert versions, f"{requirement.name} is not in the lock: run `make lock`"
        assert all(map(requirement.specifier.contains, versions)), (
            f"{requirement} is locked to {versions}: run `make lock`"
        )
