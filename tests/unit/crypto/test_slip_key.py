"""The key of slips: its signature is checked by us, by a JOSE library and by openssl."""

from __future__ import annotations

import json
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest
from joserfc import jws
from joserfc.jwk import OKPKey

from muster import base64url
from muster.crypto.signing import SigningKey
from muster.crypto.slip_key import SlipKey, verify_slip
from muster.errors import BadInput, NotAuthentic

KEY = SlipKey(bytes(range(32)))
CERTIFICATE = KEY.certificate("Slips of 10001_10001", datetime(2026, 3, 1, tzinfo=UTC), 3650)
TOKEN = KEY.sign(b'{"sub":"1"}')


def test_a_signed_payload_is_believed_with_its_certificate() -> None:
    assert verify_slip(TOKEN, CERTIFICATE) == b'{"sub":"1"}'


@pytest.mark.parametrize("place", [0, 1, 2], ids=["header", "claims", "signature"])
def test_a_letter_changed_anywhere_is_refused(place: int) -> None:
    parts = TOKEN.split(".")
    middle = len(parts[place]) // 2
    other = "A" if parts[place][middle] != "A" else "B"
    parts[place] = parts[place][:middle] + other + parts[place][middle + 1 :]
    with pytest.raises(NotAuthentic, match="SLIP_CHANGED|SLIP_OF_ANOTHER"):
        verify_slip(".".join(parts), CERTIFICATE)


def test_who_names_the_right_key_and_signs_with_another_is_refused() -> None:
    header, claims, _ = TOKEN.split(".")
    forged = f"{header}.{claims}.{SlipKey(bytes(32)).sign(b'{}').rpartition('.')[2]}"
    with pytest.raises(NotAuthentic, match="SLIP_CHANGED"):
        verify_slip(forged, CERTIFICATE)


def test_another_stations_signature_is_refused() -> None:
    with pytest.raises(NotAuthentic, match="SLIP_OF_ANOTHER"):
        verify_slip(SlipKey(bytes(32)).sign(b"{}"), CERTIFICATE)


@pytest.mark.parametrize(
    "header", [{"alg": "none"}, {"alg": "HS256"}, {"alg": "RS256"}, {"alg": "Ed25519", "crit": ["x"]}]
)
def test_no_other_algorithm_is_taken(header: dict[str, object]) -> None:
    told = {**json.loads(base64url.decode(TOKEN.split(".")[0])), **header}
    token = f"{base64url.encode(json.dumps(told).encode())}.{TOKEN.split('.', 1)[1]}"
    with pytest.raises(NotAuthentic, match="SLIP_CHANGED"):
        verify_slip(token, CERTIFICATE)


@pytest.mark.parametrize("token", ["", ".", "..", "a.b.c", "\udc80.x.y", "é.é.é"])
def test_what_is_no_token_is_refused(token: str) -> None:
    with pytest.raises(NotAuthentic, match="SLIP_CHANGED"):
        verify_slip(token, CERTIFICATE)


def test_a_machine_key_is_not_the_key_of_slips() -> None:
    for other in (b"", b"-----BEGIN", SigningKey.generate().public_pem):
        with pytest.raises(BadInput, match="SLIP_KEY_UNREADABLE"):
            verify_slip(TOKEN, other)


def test_a_certificate_is_known_to_be_the_keys() -> None:
    assert KEY.is_of(CERTIFICATE)
    assert not SlipKey(bytes(32)).is_of(CERTIFICATE)
    assert not KEY.is_of(b"")


def test_the_key_says_nothing_of_itself() -> None:
    assert repr(KEY) == "SlipKey()"


def test_a_jose_library_verifies_it() -> None:
    public = base64url.encode(KEY._key.public_key().public_bytes_raw())
    key = OKPKey.import_key({"kty": "OKP", "crv": "Ed25519", "x": public})
    assert jws.deserialize_compact(TOKEN, key, algorithms=["Ed25519"]).payload == b'{"sub":"1"}'


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not installed")
def test_openssl_verifies_it_without_any_of_our_code(tmp_path: Path) -> None:
    """As the guide says."""
    signed, _, signature = TOKEN.rpartition(".")
    (tmp_path / "slips.pem").write_bytes(CERTIFICATE)
    (tmp_path / "signed").write_text(signed)
    (tmp_path / "signature").write_bytes(base64url.decode(signature))
    public = subprocess.run(
        ["openssl", "x509", "-in", "slips.pem", "-pubkey", "-noout"], cwd=tmp_path, check=True, capture_output=True
    )
    (tmp_path / "public.pem").write_bytes(public.stdout)
    command = ["openssl", "pkeyutl", "-verify", "-pubin", "-inkey", "public.pem", "-rawin", "-in", "signed"]
    whole = [*command, "-sigfile", "signature"]
    assert subprocess.run(whole, cwd=tmp_path, check=False, capture_output=True).returncode == 0
    (tmp_path / "signed").write_text(signed + "x")
    assert subprocess.run(whole, cwd=tmp_path, check=False, capture_output=True).returncode != 0
