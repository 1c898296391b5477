"""``muster chip`` where nothing is plugged in."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from muster.cli.app import build
from simulators.passport_issuer import zone


@pytest.fixture(autouse=True)
def _no_reader(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MUSTER_PCSC_READERS", "-")


def run(*arguments: object) -> Result:
    return CliRunner().invoke(build(None), ["chip", "read", "--json", *map(str, arguments)])  # type: ignore[arg-type]


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
