"""Signatures are checked with the cryptography library alone, hashes with hashlib alone."""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from muster import base64url
from muster.crypto.jws import sign_compact
from muster.devices.api import CaptureRequest
from muster.devices.attestation import SoftwareSigner, next_hash, verify_attestation
from muster.domain.biometrics import Attestation, BiometricAttribute, DigitalId
from muster.errors import NotAuthentic
from muster.formats.cbeff import BIO_VALUE_MARK

RECORD = b"FIR\x00020\x00" + bytes(range(256)) * 3
CAPTURED = datetime(2026, 3, 1, 12, 0, 3, 250_000, tzinfo=UTC)
SIGNED = datetime(2026, 3, 1, 12, 0, 5, 999_000, tzinfo=UTC)
SLAP = DigitalId("SLAP00000001", "Beispiel", "Slap 4", "Finger", "Slap", "Beispiel GmbH", "BEISPIEL")
REQUEST = CaptureRequest((BiometricAttribute.LEFT_INDEX,), 40, 10.0, "8e0e6b2c-0b43-4e0b-9d43-0e1f0a8c2f11")
EMPTY_DIGEST = "E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855"


@pytest.fixture(scope="session")
def signer(device_key: Any) -> SoftwareSigner:
    return SoftwareSigner(device_key.key, device_key.certificate_der, lambda: SIGNED)


def attest(
    signer: SoftwareSigner,
    attribute: BiometricAttribute = BiometricAttribute.LEFT_INDEX,
    *,
    record: bytes = RECORD,
    quality: float = 71.0,
    captured_at: datetime = CAPTURED,
    request: CaptureRequest = REQUEST,
) -> tuple[Attestation, str]:
    return signer.attest(
        attribute=attribute,
        record=record,
        quality=quality,
        captured_at=captured_at,
        device=SLAP,
        device_code="slap-4-0001",
        device_service_version="2.1",
        request=request,
    )


@pytest.fixture(scope="session")
def attestation(signer: SoftwareSigner) -> Attestation:
    return attest(signer)[0]


def claims_of(attestation: Attestation) -> dict[str, Any]:
    claims: dict[str, Any] = json.loads(attestation.payload)
    return claims


def signed_by(device_key: Any, payload: str) -> Attestation:
    """What a device with this key would hand out if it wrote ``payload`` (with the mark in it)."""
    whole = payload.replace(BIO_VALUE_MARK, base64url.encode(RECORD), 1)
    header, _, signature = sign_compact(device_key.key, whole.encode(), device_key.certificate_der).split(".")
    return Attestation(header, payload, signature, "0.9.5")


def digital_id_by(device_key: Any) -> str:
    return sign_compact(device_key.key, b'{"serialNo":"SLAP00000001"}', device_key.certificate_der)


# -- what must be refused


@pytest.mark.parametrize("at", [0, 4, len(RECORD) // 2, len(RECORD) - 1])
def test_a_flipped_bit_in_the_record_is_refused(attestation: Attestation, at: int) -> None:
    changed = RECORD[:at] + bytes([RECORD[at] ^ 1]) + RECORD[at + 1 :]
    with pytest.raises(NotAuthentic):
        verify_attestation(attestation, changed)


@pytest.mark.parametrize("record", [b"", RECORD[:-1], RECORD + b"\x00"], ids=["empty", "shorter", "longer"])
def test_another_record_is_refused(attestation: Attestation, record: bytes) -> None:
    with pytest.raises(NotAuthentic):
        verify_attestation(attestation, record)


@pytest.mark.parametrize(
    ("was", "becomes"),
    [('"71.00"', '"99.00"'), ("Left IndexFinger", "Left LittleFinger"), ('"env"', '"Env"'), (":", ": ")],
)
def test_a_changed_payload_is_refused(attestation: Attestation, was: str, becomes: str) -> None:
    changed = attestation.payload.replace(was, becomes)
    assert changed != attestation.payload
    with pytest.raises(NotAuthentic):
        verify_attestation(replace(attestation, payload=changed), RECORD)


@pytest.mark.parametrize("at", [0, 100, 255])
def test_a_changed_signature_is_refused(attestation: Attestation, at: int) -> None:
    signature = bytearray(base64url.decode(attestation.signature))
    signature[at] ^= 1
    with pytest.raises(NotAuthentic):
        verify_attestation(replace(attestation, signature=base64url.encode(bytes(signature))), RECORD)


@pytest.mark.parametrize(("header", "signature"), [("", ""), ("!", "!"), ("e30", "AAAA"), ("a.b", "c")])
def test_an_attestation_that_is_no_jws_is_refused(attestation: Attestation, header: str, signature: str) -> None:
    with pytest.raises(NotAuthentic):
        verify_attestation(replace(attestation, header=header, signature=signature), RECORD)


def test_a_payload_with_half_a_character_is_refused(attestation: Attestation) -> None:
    with pytest.raises(NotAuthentic):
        verify_attestation(replace(attestation, payload=attestation.payload + "\ud800"), RECORD)


def test_the_certificate_of_another_key_in_the_header_is_refused(
    attestation: Attestation, stranger_key: Any
) -> None:
    x5c = [base64.b64encode(stranger_key.certificate_der).decode()]
    header = base64url.encode(json.dumps({"alg": "RS256", "typ": "JWT", "x5c": x5c}).encode())
    with pytest.raises(NotAuthentic):
        verify_attestation(replace(attestation, header=header), RECORD)


def test_the_algorithm_none_is_refused(attestation: Attestation, device_key: Any) -> None:
    x5c = [base64.b64encode(device_key.certificate_der).decode()]
    header = base64url.encode(json.dumps({"alg": "none", "x5c": x5c}).encode())
    with pytest.raises(NotAuthentic):
        verify_attestation(replace(attestation, header=header, signature=""), RECORD)


def test_a_digital_id_signed_by_the_chip_of_the_device_is_accepted(device_key: Any, stranger_key: Any) -> None:
    payload = json.dumps({"digitalId": digital_id_by(stranger_key), "bioValue": BIO_VALUE_MARK})
    assert verify_attestation(signed_by(device_key, payload), RECORD).certificate_der == device_key.certificate_der


def test_a_digital_id_that_was_changed_is_refused(device_key: Any) -> None:
    header, _, signature = digital_id_by(device_key).split(".")
    changed = f"{header}.{base64url.encode(b'{}')}.{signature}"
    payload = json.dumps({"digitalId": changed, "bioValue": BIO_VALUE_MARK})
    with pytest.raises(NotAuthentic):
        verify_attestation(signed_by(device_key, payload), RECORD)


def test_a_digital_id_signed_by_the_same_key_is_accepted(device_key: Any) -> None:
    payload = json.dumps({"digitalId": digital_id_by(device_key), "bioValue": BIO_VALUE_MARK})
    verified = verify_attestation(signed_by(device_key, payload), RECORD)
    assert verified.certificate_der == device_key.certificate_der


@pytest.mark.parametrize("digital_id", [None, "", 7, ["a"], "e30.e30.AAAA"])
def test_a_digital_id_that_is_not_signed_is_refused(device_key: Any, digital_id: object) -> None:
    payload = json.dumps({"digitalId": digital_id, "bioValue": BIO_VALUE_MARK})
    with pytest.raises(NotAuthentic):
        verify_attestation(signed_by(device_key, payload), RECORD)


@pytest.mark.parametrize("payload", ["", "no JSON", "[]", "7", "null", '"text"', "{}", "[" * 5000])
def test_a_well_signed_payload_that_is_no_capture_is_refused(device_key: Any, payload: str) -> None:
    with pytest.raises(NotAuthentic):
        verify_attestation(signed_by(device_key, payload), RECORD)


def test_a_signature_that_does_not_cover_the_record_is_refused(device_key: Any) -> None:
    payload = json.dumps({"digitalId": digital_id_by(device_key), "bioValue": base64url.encode(b"another")})
    with pytest.raises(NotAuthentic):
        verify_attestation(signed_by(device_key, payload), RECORD)


def test_a_record_that_is_signed_as_something_else_is_refused(device_key: Any) -> None:
    claims = {"deviceCode": BIO_VALUE_MARK, "digitalId": digital_id_by(device_key), "bioValue": "AAAA"}
    with pytest.raises(NotAuthentic):
        verify_attestation(signed_by(device_key, json.dumps(claims)), RECORD)


# -- what the software key writes


def test_what_was_signed_verifies_and_names_its_certificate(attestation: Attestation, device_key: Any) -> None:
    assert verify_attestation(attestation, RECORD).certificate_der == device_key.certificate_der


def test_the_signature_is_rs256_over_header_and_payload(attestation: Attestation, device_key: Any) -> None:
    whole = attestation.payload.replace(BIO_VALUE_MARK, base64url.encode(RECORD))
    signed = f"{attestation.header}.{base64url.encode(whole.encode())}".encode()
    public_key = x509.load_der_x509_certificate(device_key.certificate_der).public_key()
    assert isinstance(public_key, rsa.RSAPublicKey)
    signature = base64url.decode(attestation.signature)
    public_key.verify(signature, signed, padding.PKCS1v15(), hashes.SHA256())
    with pytest.raises(InvalidSignature):
        public_key.verify(signature, signed + b".", padding.PKCS1v15(), hashes.SHA256())


def test_the_header_carries_the_certificate_in_plain_base64(attestation: Attestation, device_key: Any) -> None:
    header = json.loads(base64url.decode(attestation.header))
    x5c = [base64.b64encode(device_key.certificate_der).decode()]
    assert header == {"alg": "RS256", "typ": "JWT", "x5c": x5c}


def test_the_payload_has_the_keys_of_rcapture_and_no_others(attestation: Attestation) -> None:
    assert set(claims_of(attestation)) == {
        "digitalId", "deviceCode", "deviceServiceVersion", "bioType", "bioSubType", "purpose", "env",
        "bioValue", "transactionId", "timestamp", "requestedScore", "qualityScore",
    }  # fmt: skip


def test_every_value_of_the_payload_is_text(attestation: Attestation) -> None:
    assert [key for key, value in claims_of(attestation).items() if not isinstance(value, str)] == []


def test_the_payload_says_what_was_captured_for_what(attestation: Attestation) -> None:
    claims = claims_of(attestation)
    del claims["digitalId"]
    assert claims == {
        "deviceCode": "slap-4-0001",
        "deviceServiceVersion": "2.1",
        "bioType": "Finger",
        "bioSubType": "Left IndexFinger",
        "purpose": "Registration",
        "env": "Developer",
        "bioValue": "<bioValue>",
        "transactionId": "8e0e6b2c-0b43-4e0b-9d43-0e1f0a8c2f11",
        "timestamp": "2026-03-01T12:00:03Z",
        "requestedScore": "40",
        "qualityScore": "71.00",
    }


def test_the_signed_record_is_base64url_without_padding(attestation: Attestation) -> None:
    value = json.loads(verify_attestation(attestation, RECORD).payload)["bioValue"]
    assert value == base64.urlsafe_b64encode(RECORD).decode().rstrip("=")


@pytest.mark.parametrize(("quality", "text"), [(0, "0.00"), (44.444, "44.44"), (99.996, "100.00")])
def test_the_score_is_decimal_text(signer: SoftwareSigner, quality: float, text: str) -> None:
    assert claims_of(attest(signer, quality=quality)[0])["qualityScore"] == text


def test_a_time_of_another_zone_is_written_in_utc(signer: SoftwareSigner) -> None:
    there = CAPTURED.astimezone(timezone(timedelta(hours=5, minutes=30)))
    assert claims_of(attest(signer, captured_at=there)[0])["timestamp"] == "2026-03-01T12:00:03Z"


@pytest.mark.parametrize(
    ("attribute", "kind", "sub_kind"),
    [
        (BiometricAttribute.FACE, "Face", None),
        (BiometricAttribute.LEFT_EYE, "Iris", "Left"),
        (BiometricAttribute.RIGHT_EYE, "Iris", "Right"),
        (BiometricAttribute.RIGHT_THUMB, "Finger", "Right Thumb"),
        (BiometricAttribute.RIGHT_LITTLE, "Finger", "Right LittleFinger"),
    ],
)
def test_type_and_subtype_are_sbis_words(
    signer: SoftwareSigner, attribute: BiometricAttribute, kind: str, sub_kind: str | None
) -> None:
    claims = claims_of(attest(signer, attribute)[0])
    assert (claims["bioType"], claims["bioSubType"]) == (kind, sub_kind)


def test_the_digital_id_says_what_is_printed_on_the_case(attestation: Attestation) -> None:
    body = claims_of(attestation)["digitalId"].split(".")[1]
    assert json.loads(base64url.decode(body)) == {
        "serialNo": "SLAP00000001",
        "make": "Beispiel",
        "model": "Slap 4",
        "type": "Finger",
        "deviceSubType": "Slap",
        "deviceProvider": "Beispiel GmbH",
        "deviceProviderId": "BEISPIEL",
        "dateTime": "2026-03-01T12:00:05Z",
    }


# -- the hash chain


def test_the_chain_begins_with_the_hash_of_nothing() -> None:
    expected = hashlib.sha256(hashlib.sha256(b"").digest() + hashlib.sha256(RECORD).digest()).hexdigest()
    assert next_hash("", RECORD) == expected.upper() == next_hash(EMPTY_DIGEST, RECORD)


def test_the_chain_joins_raw_digests_and_not_their_text() -> None:
    first = hashlib.sha256(b"first link").digest()
    expected = hashlib.sha256(first + hashlib.sha256(RECORD).digest()).hexdigest().upper()
    assert next_hash(first.hex(), RECORD) == expected


def test_the_signer_hands_back_the_link_after_the_requests(signer: SoftwareSigner) -> None:
    _, first = attest(signer)
    _, second = attest(signer, record=b"another", request=replace(REQUEST, previous_hash=first))
    digests = hashlib.sha256(b"").digest(), hashlib.sha256(RECORD).digest(), hashlib.sha256(b"another").digest()
    link = hashlib.sha256(digests[0] + digests[1]).digest()
    assert first == link.hex().upper()
    assert second == hashlib.sha256(link + digests[2]).hexdigest().upper()


# -- answers recorded from MOSIP's own SBI server


def split(data: str, spec_version: str) -> tuple[Attestation, bytes]:
    """An SBI device's answer as we keep it: the record apart, a mark where it stood."""
    header, body, signature = data.split(".")
    payload = base64url.decode(body).decode()
    value = json.loads(payload)["bioValue"]
    kept = Attestation(header, payload.replace(value, BIO_VALUE_MARK, 1), signature, spec_version)
    return kept, base64url.decode(value)


ANSWERS = ["rcapture-face", "rcapture-iris-both", "rcapture-slap-left", "rcapture-slap-right", "rcapture-thumbs"]


def answers(reference_data: Path, name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((reference_data / "sbi" / f"{name}.json").read_text())["biometrics"]
    return found


@pytest.mark.parametrize("name", ANSWERS)
def test_the_answer_of_an_sbi_device_verifies_after_splitting(reference_data: Path, name: str) -> None:
    for answer in answers(reference_data, name):
        attestation, record = split(answer["data"], answer["specVersion"])
        assert BIO_VALUE_MARK in attestation.payload
        verify_attestation(attestation, record)


@pytest.mark.parametrize("name", ANSWERS)
def test_the_answer_of_an_sbi_device_with_another_record_is_refused(reference_data: Path, name: str) -> None:
    attestation, record = split(answers(reference_data, name)[0]["data"], "0.9.5")
    with pytest.raises(NotAuthentic):
        verify_attestation(attestation, record[:-1] + bytes([record[-1] ^ 1]))


@pytest.mark.parametrize("name", ANSWERS)
def test_the_hash_chain_is_the_one_an_sbi_device_computes(reference_data: Path, name: str) -> None:
    link = ""
    for answer in answers(reference_data, name):
        _, record = split(answer["data"], answer["specVersion"])
        link = next_hash(link, record)
        assert answer["hash"] == link


@pytest.mark.parametrize("name", ["rcapture-slap-left", "rcapture-iris-both"])
def test_our_payload_has_the_keys_and_types_of_an_sbi_device(
    reference_data: Path, attestation: Attestation, name: str
) -> None:
    theirs = claims_of(split(answers(reference_data, name)[0]["data"], "0.9.5")[0])
    ours = claims_of(attestation)
    assert {key: type(value) for key, value in ours.items()} == {key: type(value) for key, value in theirs.items()}
