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
    with pytest.raises(NotAuthentic, match=r"SLIP_CHANGED|SLIP_OF_ANOTHER"):
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
def test_the_guides_recipe_verifies_it_with_openssl_and_none_of_our_code(tmp_path: Path) -> None:
    guide = (Path(__file__).parents[3] / "src" / "guide" / "slips.md").read_text(encoding="utf-8")
    recipe = guide.partition("```sh\n")[2].partition("```")[0]
    (tmp_path / "slips.pem").write_bytes(CERTIFICATE)

    def checked(code: str) -> str:
        (tmp_path / "code").write_text(code)
        ran = subprocess.run(["sh", "-c", recipe], cwd=tmp_path, check=False, capture_output=True, text=True)
        return ran.stdout

    told = checked(f"{TOKEN[:60]}\n{TOKEN[60:]}\n")
    assert "Signature Verified Successfully" in told
    assert '{"sub":"1"}' in told
    header, claims, signature = TOKEN.split(".")
    edited = base64url.encode(base64url.decode(claims).replace(b"1", b"2"))
    assert "Verified Successfully" not in checked(f"{header}.{edited}.{signature}")
