"""The ARM64 runtime: real files, in the real ARM64 build of LiteRT under QEMU. Each run takes two or three seconds."""

import subprocess
from pathlib import Path

import numpy as np
import pytest
from artifacts import make_tflite, skip_if_missing

from export.errors import RuntimeMissingError
from export.runtimes import arm64, arm64_install, litert

Samples = dict[str, dict[str, np.ndarray]]


@pytest.fixture(scope="module")
def _installed() -> None:
    skip_if_missing(arm64.check_installed)


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where runs have their temporary folders during the test."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    return folder


@pytest.fixture
def fake_guest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A guest whose QEMU ends at once, and whose LiteRT is nothing but its version."""
    guest = tmp_path / "guest"
    _write(guest / arm64.PACKAGES / "ai_edge_litert-0.dist-info" / "METADATA", _metadata(arm64.litert_version()))
    _write(guest / arm64.QEMU, "#!/bin/sh\necho cannot start >&2\nexit 3\n").chmod(0o755)
    monkeypatch.setenv("KERASZOO_ARM64", str(guest))
    return guest


@pytest.fixture
def fake_tools(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with an ``apt-get`` that fails and what else is needed to install, and nothing else on the PATH."""
    folder = tmp_path / "tools"
    _write(folder / "apt-get", "#!/bin/sh\necho no network >&2\nexit 100\n").chmod(0o755)
    _write(folder / "dpkg", "#!/bin/sh\necho amd64\n").chmod(0o755)
    _write(folder / "dpkg-deb", "#!/bin/sh\n").chmod(0o755)
    _write(folder / "pip.py", "")
    monkeypatch.syspath_prepend(str(folder))
    monkeypatch.setenv("PATH", str(folder))
    return folder


def _write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def _metadata(version: str) -> str:
    return f"Metadata-Version: 2.1\nName: ai-edge-litert\nVersion: {version}\n"


def _processes_with(word: str) -> list[str]:
    """The command lines of the running processes that have the word in them."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            command = entry.read_bytes().decode(errors="replace")
        except OSError:
            continue
        if word in command:
            found.append(command)
    return found


@pytest.mark.usefixtures("_installed")
@pytest.mark.parametrize(
    ("signature", "cpu", "threads"), [("reconstruct", "cortex-a72", 1), ("decode", "cortex-a76", 2)]
)
def test_a_named_signature_gives_what_litert_gives_here(
    tiny_tflite: Path, tiny_samples: Samples, signature: str, cpu: str, threads: int
) -> None:
    expected = litert.open_signature(tiny_tflite, signature)(tiny_samples[signature])
    outputs, milliseconds = arm64.run_timed(tiny_tflite, signature, tiny_samples[signature], threads=threads, cpu=cpu)
    assert outputs.keys() == expected.keys()
    for name, values in expected.items():
        np.testing.assert_allclose(outputs[name], values, atol=1e-5)
    assert milliseconds.shape == (len(outputs["reconstruction"]),)
    assert (milliseconds > 0).all()


@pytest.mark.usefixtures("_installed")
@pytest.mark.parametrize("cpu", arm64.CPUS)
def test_int8_is_the_same_to_the_bit_with_and_without_dot_products(
    tiny_static_model: Path, tiny_samples: Samples, tmp_path: Path, cpu: str
) -> None:
    samples = tiny_samples["reconstruct"]
    path = make_tflite(tiny_static_model, tmp_path / "int8.tflite", ["reconstruct"], samples)
    expected = litert.open_signature(path, "reconstruct")(samples)
    received = arm64.open_signature(path, "reconstruct", cpu=cpu)(samples)
    np.testing.assert_array_equal(received["reconstruction"], expected["reconstruction"])


@pytest.mark.usefixtures("_installed")
def test_each_processor_is_emulated(tmp_path: Path) -> None:
    """The one without dot products refuses what the other takes, so they do not run the same kernels."""
    has_dot_products = "import ctypes; print(bool(ctypes.CDLL(None).getauxval(16) & 1 << 20))"
    said = [
        subprocess.run(
            [*arm64.guest_command(arm64.guest_folder(), tmp_path / cpu, cpu), "-c", has_dot_products],
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for cpu in ("cortex-a72", "cortex-a76")
    ]
    assert said == ["False\n", "True\n"]


@pytest.mark.usefixtures("_installed")
def test_what_litert_refuses_there_is_said_here(tiny_tflite: Path) -> None:
    with pytest.raises(ValueError, match="takes the inputs image; received picture"):
        arm64.open_signature(tiny_tflite, "encode")({"picture": np.zeros((1, 8, 8, 1))})


@pytest.mark.usefixtures("_installed")
def test_a_run_that_takes_too_long_is_stopped_without_a_trace(
    tiny_tflite: Path, tiny_samples: Samples, temporary: Path
) -> None:
    with pytest.raises(TimeoutError, match=r"not done within 0\.2 seconds"):
        arm64.run_timed(tiny_tflite, "encode", tiny_samples["encode"], time_limit=0.2)
    assert list(temporary.iterdir()) == []
    assert _processes_with(str(temporary)) == []


@pytest.mark.usefixtures("fake_guest")
def test_a_crash_is_told_from_a_refusal(tiny_tflite: Path, tiny_samples: Samples, temporary: Path) -> None:
    with pytest.raises(
        OSError, match=r"crashed on an emulated cortex-a76 .*: exit code 3; its last words: cannot start"
    ):
        arm64.open_signature(tiny_tflite, "encode")(tiny_samples["encode"])
    assert list(temporary.iterdir()) == []


@pytest.mark.usefixtures("fake_guest")
def test_what_is_wrong_is_said_before_anything_starts(tiny_tflite: Path) -> None:
    with pytest.raises(ValueError, match="Did you mean 'encode'"):
        arm64.open_signature(tiny_tflite, "encoder")
    with pytest.raises(ValueError, match="cpu must be one of cortex-a72, cortex-a76; received 'z80'"):
        arm64.open_signature(tiny_tflite, "encode", cpu="z80")


@pytest.mark.parametrize("found", [None, "0.0.1"])
def test_another_litert_says_what_to_install(fake_guest: Path, found: str | None) -> None:
    arm64.check_installed()
    metadata = fake_guest / arm64.PACKAGES / "ai_edge_litert-0.dist-info" / "METADATA"
    metadata.unlink()
    if found:
        _write(metadata, _metadata(found))
    else:
        metadata.parent.rmdir()
    with pytest.raises(RuntimeMissingError, match=f"found {found or 'none'}: python -m export.runtimes.arm64_install"):
        arm64.check_installed()


def test_an_installed_guest_is_left_alone(
    fake_guest: Path, fake_tools: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arm64_install.main()
    assert capsys.readouterr().out == f"The ARM64 guest is installed in {fake_guest}\n"


def test_a_failed_installation_leaves_what_was_there(fake_guest: Path, fake_tools: Path) -> None:
    metadata = _write(fake_guest / arm64.PACKAGES / "ai_edge_litert-0.dist-info" / "METADATA", _metadata("0.0.1"))
    with pytest.raises(SystemExit, match="apt-get failed: exit code 100; its last words: no network"):
        arm64_install.main()
    assert metadata.exists()
    assert sorted(path.name for path in fake_guest.parent.iterdir()) == ["guest", "tools"]


def test_a_system_without_debian_packages_is_told(fake_tools: Path, tmp_path: Path) -> None:
    (fake_tools / "dpkg").unlink()
    with pytest.raises(RuntimeMissingError, match="expected dpkg, as Debian has"):
        arm64_install.install(tmp_path / "guest")


@pytest.mark.parametrize(
    ("library", "program"), [("lib/libc.so", f"{arm64.QEMU}-static"), ("usr/lib/libc.so", str(arm64.QEMU))]
)
def test_packages_of_older_and_newer_debians_become_the_same_guest(library: str, program: str, tmp_path: Path) -> None:
    files = {
        "libc6_1_arm64": library,
        "python3_1_all": str(arm64.PYTHON),
        "dpkg_1_amd64": "usr/bin/dpkg",
        "qemu-user_1_amd64": program,
    }
    packages = [_package(name, file, tmp_path) for name, file in files.items()]
    guest = tmp_path / "guest"
    arm64_install.unpack(packages, guest, tmp_path)
    assert (guest / "lib" / "libc.so").read_text() == "libc6_1_arm64"
    assert {path.name for path in (guest / "usr" / "bin").iterdir()} == {"python3", "qemu-aarch64"}


def _package(name: str, file: str, folder: Path) -> Path:
    """``<name>.deb`` with one file in it, whose text is the name."""
    _write(folder / name / file, name)
    package, version, architecture = name.split("_")
    control = f"Package: {package}\nVersion: {version}\nArchitecture: {architecture}\nMaintainer: x\nDescription: x\n"
    _write(folder / name / "DEBIAN" / "control", control)
    path = folder / f"{name}.deb"
    try:
        subprocess.run(["dpkg-deb", "--build", str(folder / name), str(path)], check=True, stdout=subprocess.DEVNULL)
    except FileNotFoundError:
        pytest.skip("dpkg-deb is not installed: apt-get install dpkg")
    return path
