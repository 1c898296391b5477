"""``muster slip``: checking one needs a certificate and nothing else."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from muster.cli.app import build
from muster.clock import utc_now
from muster.crypto.slip_key import SlipKey
from muster.formats.slip_claims import SlipClaims, name_hash
from muster.main import QtScreen

KEY = SlipKey(bytes(32))
NUMBER = "10001100010000120260301123000"
NOW = utc_now().replace(microsecond=0)


def _token(key: SlipKey = KEY, days: int = 1) -> str:
    claims = SlipClaims(NUMBER, NOW, NOW + timedelta(days=days), name_hash(NUMBER, "Erika Mustermann"), "")
    return key.sign(claims.encode())


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    path = tmp_path / "slips.pem"
    path.write_bytes(KEY.certificate("Slips", NOW, 3650))
    return path


def _verify(*arguments: object) -> Result:
    return CliRunner().invoke(build(QtScreen(), "slip"), ["slip", "verify", *map(str, arguments)])


def test_a_genuine_slip_tells_what_to_compare(certificate: Path) -> None:
    ran = _verify(_token(), "--key", certificate, "--name", "erika mustermann", "--json")
    told = json.loads(ran.stdout)
    assert ran.exit_code == 0
    assert (told["genuine"], told["registration_id"], told["is_name"]) == (True, NUMBER, True)
    assert NUMBER in _verify(_token(), "--key", certificate).stdout


@pytest.mark.parametrize(
    ("token", "code"),
    [
        (_token(SlipKey(b"1" * 32)), "SLIP_OF_ANOTHER"),
        (_token()[:-5] + "AAAAA", "SLIP_CHANGED"),
        (_token(days=-1), "SLIP_EXPIRED"),
    ],
    ids=["forged", "edited", "expired"],
)
def test_forged_edited_and_expired_slips_have_a_sentence_each_and_exit_with_one(
    certificate: Path, token: str, code: str
) -> None:
    ran = _verify(token, "--key", certificate)
    assert ran.exit_code == 1
    assert f"[{code}]" in ran.stderr


def test_what_is_no_slip_and_what_is_no_certificate_is_wrong_input(certificate: Path, tmp_path: Path) -> None:
    (tmp_path / "other").write_text("nothing")
    assert _verify(tmp_path / "other", "--key", certificate).exit_code == 2
    assert _verify(_token(), "--key", tmp_path / "other").exit_code == 2
