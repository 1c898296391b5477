"""``muster chip read`` from the command line down to a chip, through the driver's own process and a real pcscd."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from muster.cli.app import build
from simulators.passport_chip import PassportChip
from simulators.passport_issuer import Issuer, basic_files, picture, signed_files, zone
from simulators.virtual_reader import VirtualReader


def test_a_chip_is_read_its_portrait_written_and_its_issuer_believed(
    virtual_reader: VirtualReader, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MUSTER_DRIVERS", "pcsc")
    monkeypatch.setenv("MUSTER_PCSC_READERS", "Virtual PCD 00 00")
    issuer = Issuer(signer_days=(-1000, 3000))
    (tmp_path / "key").write_text("\n".join(zone().lines))
    (tmp_path / "csca.der").write_bytes(issuer.authority)
    words = ["--key", "key", "--authorities", "csca.der", "--portrait", "portrait.jpg"]
    words = [each if each.startswith("--") else str(tmp_path / each) for each in words]
    with virtual_reader.lay_on(PassportChip(signed_files(issuer, basic_files()), zone())):
        ran = CliRunner().invoke(build(None), ["chip", "read", "--json", *words])  # type: ignore[arg-type]
    said = json.loads(ran.stdout)
    assert "error" not in said, said
    assert (ran.exit_code, said["authenticity"], said["access"]) == (0, "unchanged", "BAC")
    assert said["fields"]["surname"] == {"value": "MUSTERMANN", "source": "DG1"}
    assert said["mrz"] == list(zone().lines)
    assert (tmp_path / "portrait.jpg").read_bytes() == picture()
