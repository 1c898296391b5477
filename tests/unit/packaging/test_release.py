"""What releasers build and sign: wheels, the program's folder, its zip, the sums of everything."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import subprocess
import sys
import zipfile
from datetime import UTC, datetime, timedelta
from importlib.metadata import PathDistribution
from pathlib import Path
from types import ModuleType

import pytest

REPOSITORY = Path(__file__).parents[3]
PACKAGING = REPOSITORY / "packaging"


def _load(path: str) -> ModuleType:
    """A script, which imports its neighbours by their bare names."""
    sys.path.insert(0, str(PACKAGING))
    try:
        spec = importlib.util.spec_from_file_location(Path(path).stem, PACKAGING / path)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules.setdefault(spec.name, module)  # dataclasses look themselves up
        spec.loader.exec_module(module)
        return module
    finally:
        sys.path.remove(str(PACKAGING))


wheels = _load("wheels.py")
program_folder = _load("program_folder.py")
contents = sys.modules["contents"]
release = _load("release.py")


# --- wheels -----------------------------------------------------------------------------------------------


@pytest.fixture
def driver(tmp_path: Path) -> Path:
    return Path(shutil.copytree(REPOSITORY / "drivers" / "gpsd", tmp_path / "one", ignore=_NOTHING_BUILT))


_NOTHING_BUILT = shutil.ignore_patterns("__pycache__", "tests")


def test_a_driver_built_twice_in_two_places_is_the_same_wheel(driver: Path, tmp_path: Path) -> None:
    again = Path(shutil.copytree(driver, tmp_path / "elsewhere" / "two"))
    os.utime(again / "README.md", (0, 0))
    wheel = wheels.build_twice(driver, again, tmp_path / "out", 1_700_000_000)
    assert wheel.name == "muster_driver_gpsd-0.1.0-py3-none-any.whl"


def test_two_builds_that_differ_are_refused(driver: Path, tmp_path: Path) -> None:
    again = Path(shutil.copytree(driver, tmp_path / "two"))
    (again / "src" / "muster_gpsd" / "more.py").touch()
    with pytest.raises(wheels.NotReproducible):
        wheels.build_twice(driver, again, tmp_path / "out", 1_700_000_000)


def test_the_core_and_every_driver_are_built() -> None:
    assert [each.name for each in wheels.projects(REPOSITORY)][1:] == sorted(
        each.parent.name for each in REPOSITORY.glob("drivers/*/pyproject.toml")
    )


# --- the program's folder ---------------------------------------------------------------------------------


def a_package(site: Path, name: str, requires: str = "", metadata: str = "", files: tuple[str, ...] = ()) -> None:
    told = site / f"{name}-1.0.dist-info"
    told.mkdir(parents=True)
    text = f"Metadata-Version: 2.4\nName: {name}\nVersion: 1.0\n{metadata}"
    (told / "METADATA").write_text(text + (f"Requires-Dist: {requires}\n" if requires else ""))
    listed = [f"{name}/__init__.py", *files]
    for file in listed:
        (site / file).parent.mkdir(parents=True, exist_ok=True)
        (site / file).write_text("x")
    inside = [f"{told.name}/METADATA", f"{told.name}/RECORD"]
    (told / "RECORD").write_text("".join(f"{file},,\n" for file in [*listed, *inside]))


def test_what_no_requirement_leads_to_is_not_packed(tmp_path: Path) -> None:
    a_package(tmp_path, "program", "library")
    a_package(tmp_path, "library", 'other; extra == "more"')
    a_package(tmp_path, "other")
    a_package(tmp_path, "builder")
    assert program_folder.drop_unneeded(tmp_path, {"program"}) == ["builder", "other"]
    assert {each.name for each in tmp_path.iterdir()} == {
        "program", "program-1.0.dist-info", "library", "library-1.0.dist-info",
    }  # fmt: skip


def test_what_a_package_wrote_outside_its_folder_is_not_touched(tmp_path: Path) -> None:
    site = tmp_path / "site"
    a_package(site, "builder", files=("../outside",))
    program_folder.remove_package(site, PathDistribution(site / "builder-1.0.dist-info"))
    assert [each.name for each in tmp_path.iterdir()] == ["site", "outside"] or (tmp_path / "outside").exists()


def _rules(tmp_path: Path, text: str) -> Path:
    (tmp_path / "trim.toml").write_text(text)
    return tmp_path / "trim.toml"


def test_a_trimmed_file_is_in_no_list_of_its_package_and_the_others_stay(tmp_path: Path) -> None:
    site = tmp_path / "site"
    a_package(site, "thing", files=("thing/tests/big.bin", "thing/tests/kept.bin"))
    program_folder._drop_files(site, "**/tests", ["thing/tests/kept.bin"])
    program_folder._correct_records(site)
    assert sorted(each.name for each in site.glob("thing/**/*.*")) == ["__init__.py", "kept.bin"]
    assert "big.bin" not in (site / "thing-1.0.dist-info" / "RECORD").read_text()


def test_a_rule_that_fits_nothing_any_more_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="nothing fits"):
        program_folder.trim(tmp_path, _rules(tmp_path, '[[without]]\nfiles = ["absent"]\nwhy = ""\n'))


def test_a_package_that_is_to_be_left_out_and_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no package"):
        program_folder.trim(tmp_path, _rules(tmp_path, '[[without]]\npackages = ["absent"]\nwhy = ""\n'))


def test_nothing_of_the_computer_it_was_made_on_is_packed(tmp_path: Path) -> None:
    a_package(tmp_path, "thing", files=("thing-1.0.dist-info/direct_url.json", "thing/__pycache__/thing.pyc"))
    program_folder.forget_this_machine(tmp_path)
    assert sorted(each.name for each in tmp_path.rglob("*") if each.is_file()) == [
        "METADATA",
        "RECORD",
        "__init__.py",
    ]
    assert "direct_url" not in (tmp_path / "thing-1.0.dist-info" / "RECORD").read_text()


@pytest.mark.parametrize(
    ("told", "licence"),
    [
        ("License-Expression: MIT\nLicense: whatever\n", "MIT"),
        ("License: BSD-3-Clause\n", "BSD-3-Clause"),
        (f"License: {'x' * 100}\nClassifier: License :: OSI Approved :: MIT License\n", "MIT License"),
        ("Classifier: License :: OSI Approved\n", ""),
        ("", ""),
    ],
)
def test_a_licence_is_read_where_it_is_said_best(tmp_path: Path, told: str, licence: str) -> None:
    a_package(tmp_path, "thing", metadata=told)
    assert contents.licence_of(PathDistribution(tmp_path / "thing-1.0.dist-info")) == licence


def test_a_part_whose_licence_nobody_says_is_an_error(tmp_path: Path) -> None:
    site = tmp_path / contents.SITE
    a_package(site, "thing")
    shutil.copytree(REPOSITORY / "models", site / "muster" / "_models", ignore=shutil.ignore_patterns("*.onnx"))
    with pytest.raises(ValueError, match="licence of thing"):
        contents.write(tmp_path, 0)


def test_every_network_that_is_shipped_has_its_licence_and_the_text(tmp_path: Path) -> None:
    models = tmp_path / contents.SITE / "muster" / "_models"
    shutil.copytree(REPOSITORY / "models", models, ignore=shutil.ignore_patterns("*.onnx"))
    parts = list(contents.weights(tmp_path))
    assert {file.stem for file in (REPOSITORY / "models").glob("*.onnx")} <= {
        part.name.removeprefix("weights-") for part in parts
    }
    assert all(part.licence and part.texts[0].is_file() for part in parts)


# --- what is signed ---------------------------------------------------------------------------------------


def test_the_sums_of_a_release_are_checked_by_openssl_and_sha256sum(tmp_path: Path) -> None:
    release.new_key(tmp_path / "key")
    folder = tmp_path / "release"
    folder.mkdir()
    (folder / "muster.deb").write_bytes(b"package")
    release.write_sums(folder, release.read_key(tmp_path / "key"))
    verify = ["openssl", "pkeyutl", "-verify", "-pubin", "-inkey", str(tmp_path / "key.pub"), "-rawin"]
    checks = [[*verify, "-in", "SHA256SUMS", "-sigfile", "SHA256SUMS.sig"], ["sha256sum", "-c", "SHA256SUMS"]]
    if any(shutil.which(each[0]) is None for each in checks):
        pytest.skip("openssl or sha256sum is not installed")
    assert [subprocess.run(each, cwd=folder, capture_output=True, check=False).returncode for each in checks] == [
        0,
        0,
    ]
    (folder / "SHA256SUMS").write_text("0\n")
    assert subprocess.run(checks[0], cwd=folder, capture_output=True, check=False).returncode != 0


def test_a_private_key_is_nobodys_to_read(tmp_path: Path) -> None:
    release.new_key(tmp_path / "key")
    assert (tmp_path / "key").stat().st_mode & 0o077 == 0


def test_a_key_is_never_written_over_another(tmp_path: Path) -> None:
    release.new_key(tmp_path / "key")
    with pytest.raises(FileExistsError):
        release.new_key(tmp_path / "key")


@pytest.mark.parametrize("threshold", [0, 2])
def test_a_threshold_that_nobody_could_reach_is_refused(tmp_path: Path, threshold: int) -> None:
    release.new_key(tmp_path / "key")
    one = [release.signer(tmp_path / "key")]
    with pytest.raises(ValueError, match="root keys"):
        release.make_root(one, one, threshold, datetime.now(UTC))


def test_the_same_release_twice_is_the_same_bundle(tmp_path: Path) -> None:
    release.new_key(tmp_path / "key")
    one, day = [release.signer(tmp_path / "key")], datetime(2026, 11, 21, tzinfo=UTC)
    (tmp_path / "program.zip").write_bytes(b"program")
    root = release.make_root(one, one, 1, day + timedelta(days=9))
    for name in ("a", "b"):
        programs = {"linux-x86_64": tmp_path / "program.zip"}
        release.make_bundle(tmp_path / name, [root], one, 1, "0.2.0", programs, day, day + timedelta(days=9))
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
    with zipfile.ZipFile(tmp_path / "a") as archive:
        (said,) = [archive.read(name) for name in archive.namelist() if name.endswith(".release.json")]
    assert json.loads(said)["version"] == "0.2.0"
