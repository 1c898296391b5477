"""``muster chip`` where nothing is plugged in, and where its answer lies."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from muster.cli.app import build
from muster.plugins import Plugin
from simulators.counter import ChipOnReader
from simulators.passport_chip import PassportChip
from simulators.passport_issuer import Issuer, basic_files, picture, signed_files, zone


@pytest.fixture(autouse=True)
def _no_reader(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MUSTER_PCSC_READERS", "-")


def run(*arguments: object) -> Result:
    return CliRunner().invoke(build(None, "chip"), ["chip", "read", "--json", *map(str, arguments)])  # type: ignore[arg-type]


def code(result: Result) -> str:
    return str(json.loads(result.stdout)["error"]["code"])


def test_without_a_key_nothing_is_waited_for() -> None:
    ran = run()
    assert (ran.exit_code, code(ran)) == (2, "CHIP_KEY_NEEDED")


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"12345"])
def test_a_file_without_a_key_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "key").write_bytes(content)
    ran = run("--key", tmp_path / "key")
    assert (ran.exit_code, code(ran)) == (2, "CHIP_KEY_MALFORMED")


def test_without_a_reader_the_environment_is_missing_something(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("\n".join(zone().lines))
    ran = run("--key", tmp_path / "key")
    assert (ran.exit_code, code(ran)) == (3, "DEVICE_ABSENT")


@pytest.mark.skipif(sys.platform == "win32", reason="permissions of another kind")
def test_the_portrait_is_for_its_owner_alone_though_others_could_read_what_lay_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader = ChipOnReader()
    reader.chip = PassportChip(signed_files(Issuer(), basic_files()), zone())
    scripted = Plugin("scripted", "tests", lambda: reader, None)
    monkeypatch.setattr("muster.devices.catalogue.installed_drivers", lambda: [scripted])
    (tmp_path / "key").write_text("\n".join(zone().lines))
    portrait = tmp_path / "portrait"
    portrait.write_text("older")
    portrait.chmod(0o644)
    run("--key", tmp_path / "key", "--portrait", portrait)
    assert portrait.read_bytes() == picture()
    assert portrait.stat().st_mode & 0o777 == 0o600
