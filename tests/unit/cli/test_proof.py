"""``muster evidence verify`` in this process, without any station."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from muster.crypto.jws import sign_with_key
from muster.crypto.signing import SigningKey
from muster.formats.proof_archive import write_proof
from unit.cli.test_app import run
from unit.formats.test_proof_archive import FILES, NAMED


@pytest.fixture(scope="module")
def key() -> SigningKey:
    return SigningKey.generate()


@pytest.fixture
def proof(tmp_path: Path, key: SigningKey) -> Path:
    manifest = replace(NAMED, key=key.signing_public).encode()
    file = tmp_path / "proof.zip"
    file.write_bytes(write_proof(manifest, sign_with_key(key, manifest, key.signing_key_index), FILES))
    (tmp_path / "station.pem").write_bytes(key.public_pem)
    (tmp_path / "another.pem").write_bytes(SigningKey.generate().public_pem)
    return file


def test_with_the_stations_key_it_is_known_whose_the_proof_is(proof: Path, key: SigningKey) -> None:
    ran = run("evidence", "verify", proof, "--key", proof.with_name("station.pem"), "--json")
    told = json.loads(ran.stdout)
    assert (ran.exit_code, told["registration_id"], told["key"]) == (
        0,
        NAMED.registration_id,
        key.signing_key_index,
    )
    assert told["is_compared"] is True


def test_without_a_key_a_fingerprint_is_told_to_be_compared(proof: Path, key: SigningKey) -> None:
    ran = run("evidence", "verify", proof)
    assert ran.exit_code == 0
    assert f"{key.signing_key_index} (compare this fingerprint)" in ran.stdout


def test_another_stations_key_is_refused(proof: Path) -> None:
    ran = run("evidence", "verify", proof, "--key", proof.with_name("another.pem"), "--json")
    assert ran.exit_code != 0
    assert "PROOF_OF_ANOTHER" in ran.output


@pytest.mark.parametrize("place", [40, 400, -120])
def test_a_changed_proof_is_refused(proof: Path, place: int) -> None:
    content = bytearray(proof.read_bytes())
    content[place] ^= 1
    proof.write_bytes(content)
    assert run("evidence", "verify", proof).exit_code != 0
