"""The CBEFF file of a sealed packet, read with an XML library and verified as a server verifies it."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from lxml import etree

from muster.crypto.jws import sign_compact
from muster.domain.biometrics import Attestation, BiometricAttribute, BiometricSample, StationJudgement
from muster.formats.cbeff import SDK_SCORE
from muster.packet.assemble import assemble, sample_bir
from unit.packet.contents_fixture import (
    CONFIGURED,
    EXCEPTIONS,
    KeyPair,
    make_contents,
    make_record,
    make_schema,
)
from unit.packet.independent_reader import Subpacket, b64u, verify_jws

NS = "{http://standards.iso.org/iso-iec/19785/-3/ed-2/}"
NAME = "individualBiometrics_bio_CBEFF.xml"
SUBTYPES = {
    "leftIndex": "Left IndexFinger", "leftMiddle": "Left MiddleFinger", "leftRing": "Left RingFinger",
    "leftLittle": "Left LittleFinger", "leftThumb": "Left Thumb", "rightIndex": "Right IndexFinger",
    "rightMiddle": "Right MiddleFinger", "rightRing": "Right RingFinger", "rightLittle": "Right LittleFinger",
    "rightThumb": "Right Thumb", "leftEye": "Left", "rightEye": "Right", "face": "",
}  # fmt: skip


def _birs(content: bytes) -> list[etree._Element]:
    return etree.fromstring(content).findall(f"{NS}BIR")


def _text(bir: etree._Element, path: str) -> str:
    found = bir.find("/".join(f"{NS}{name}" for name in path.split("/")))
    assert found is not None, path
    return found.text or ""


def _others(element: etree._Element) -> dict[str, str]:
    entries = element.findall(f"{NS}others/{NS}entry")
    return {entry.get("key", ""): entry.text or "" for entry in entries}


def _rebuild(bir: etree._Element) -> str:
    """The device's JWS as the server's signature validator puts it together."""
    record = base64.b64decode(_text(bir, "BDB"), validate=True)
    header, empty, signature = base64.b64decode(_text(bir, "SB"), validate=True).decode().split(".")
    assert empty == ""
    payload = _others(bir)["PAYLOAD"].replace("<bioValue>", b64u(record))
    return f"{header}.{b64u(payload.encode())}.{signature}"


@pytest.fixture(scope="module")
def birs(read: dict[str, Subpacket]) -> dict[str, etree._Element]:
    """BIRs by subtype."""
    return {_text(bir, "BDBInfo/Subtype"): bir for bir in _birs(read["id"].files[NAME])}


def test_the_file_is_valid_against_mosips_schema(read: dict[str, Subpacket], reference_data: Path) -> None:
    schema = etree.XMLSchema(etree.parse(reference_data / "mosip" / "mosip-cbeff.xsd"))
    schema.assertValid(etree.fromstring(read["id"].files[NAME]))


def test_there_is_one_bir_for_each_sample_and_each_exception(birs: dict[str, etree._Element]) -> None:
    assert sorted(birs) == sorted(SUBTYPES.values())


def test_the_root_names_what_the_form_asked_for(read: dict[str, Subpacket]) -> None:
    assert _others(etree.fromstring(read["id"].files[NAME])) == {"CONFIGURED": ",".join(CONFIGURED)}


@pytest.mark.parametrize(
    ("subtype", "kind", "form"),
    [("Left IndexFinger", "Finger", "7"), ("Left", "Iris", "9"), ("Right", "Iris", "9"), ("", "Face", "8")],
)
def test_type_and_format_belong_together(
    birs: dict[str, etree._Element], subtype: str, kind: str, form: str
) -> None:
    assert _text(birs[subtype], "BDBInfo/Type") == kind
    assert _text(birs[subtype], "BDBInfo/Format/Type") == form
    assert _text(birs[subtype], "BDBInfo/Format/Organization") == "Mosip"


def test_a_face_has_an_empty_subtype_element(birs: dict[str, etree._Element]) -> None:
    assert birs[""].find(f"{NS}BDBInfo/{NS}Subtype") is not None


def test_quality_is_a_whole_number_and_never_rounded_up(birs: dict[str, etree._Element]) -> None:
    assert _text(birs["Left IndexFinger"], "BDBInfo/Quality/Score") == "81"


def test_the_record_is_the_devices_byte_for_byte(birs: dict[str, etree._Element]) -> None:
    expected = make_record(BiometricAttribute.RIGHT_EYE)
    assert base64.b64decode(_text(birs["Right"], "BDB")) == expected


def test_every_captured_bir_carries_the_six_others(birs: dict[str, etree._Element]) -> None:
    keys = {"EXCEPTION", "RETRIES", "SDK_SCORE", "FORCE_CAPTURED", "PAYLOAD", "SPEC_VERSION"}
    assert all(set(_others(bir)) == keys for bir in birs.values())


def test_forced_captures_and_attempts_are_told(birs: dict[str, etree._Element]) -> None:
    assert _others(birs["Right"])["FORCE_CAPTURED"] == "true"
    assert _others(birs["Left"])["FORCE_CAPTURED"] == "false"
    assert _others(birs["Left"])["RETRIES"] == "2"


@pytest.mark.parametrize(
    ("judgement", "score"),
    [
        (None, "0.0"),
        (StationJudgement("NFIQ 2-compatible", None, ("FINGER_ABSENT",)), "0.0"),
        (StationJudgement("NFIQ 2-compatible", 43.0), "43.0"),
    ],
    ids=["nobody judged", "could not be judged", "judged"],
)
def test_what_the_station_measured_is_the_sdk_score_and_what_the_device_signed_stays(
    samples: tuple[BiometricSample, ...], judgement: StationJudgement | None, score: str
) -> None:
    plain = sample_bir(samples[0], "index")
    judged = sample_bir(replace(samples[0], judgement=judgement), "index")
    assert judged.others[SDK_SCORE] == score
    assert replace(judged, others={**judged.others, SDK_SCORE: "0.0"}) == plain


# Device signatures (trap 13)


def test_every_captured_birs_jws_can_be_rebuilt_and_verifies(
    birs: dict[str, etree._Element], device: KeyPair
) -> None:
    captured = [bir for bir in birs.values() if _others(bir)["EXCEPTION"] == "false"]
    assert len(captured) == 12
    for bir in captured:
        _, certificate = verify_jws(_rebuild(bir))
        assert certificate == device.certificate_der


def test_a_digital_id_is_signed_by_the_same_certificate(birs: dict[str, etree._Element]) -> None:
    payload, outer = verify_jws(_rebuild(birs[""]))
    digital_id, inner = verify_jws(payload["digitalId"])
    assert digital_id["serialNo"] == "C-1"
    assert x509.load_der_x509_certificate(inner) == x509.load_der_x509_certificate(outer)


def test_another_record_under_the_same_signature_does_not_verify(read: dict[str, Subpacket]) -> None:
    bir = _birs(read["id"].files[NAME])[0]
    other = bir.find(f"{NS}BDB")
    assert other is not None
    other.text = base64.b64encode(b"another record").decode()
    with pytest.raises(InvalidSignature):
        verify_jws(_rebuild(bir))


def test_the_payload_keeps_a_mark_where_the_record_was(birs: dict[str, etree._Element]) -> None:
    assert all(
        json.loads(_others(bir)["PAYLOAD"])["bioValue"] == "<bioValue>"
        for bir in birs.values()
        if _others(bir)["EXCEPTION"] == "false"
    )


def test_a_payload_with_a_devices_own_spacing_and_escapes_survives(
    device: KeyPair, samples: tuple[BiometricSample, ...]
) -> None:
    face = samples[-1]
    digital_id = json.loads(face.facts.attestation.payload)["digitalId"]
    payload = (
        '\t{ "z" : "\\u00e9 é &amp; <b> ]]> \\/",\r\n  "bioValue":"<bioValue>" ,\n\n "a":1.50, '
        f'"digitalId" : "{digital_id}",  "timestamp":"2026-01-02T03:04:05Z" }}  \r\n'
    )
    signed = payload.replace("<bioValue>", b64u(face.record)).encode()
    header, _, signature = sign_compact(device.key, signed, device.certificate_der).split(".")
    attestation = Attestation(header, payload, signature, "0.9.5")
    sample = replace(face, facts=replace(face.facts, attestation=attestation))
    packet = assemble(make_contents(samples=(sample,)), make_schema())
    (bir,) = _birs(packet.subpackets["id"][NAME])
    assert _others(bir)["PAYLOAD"] == payload
    verify_jws(_rebuild(bir))


# Exceptions (trap 15)


def test_an_exception_is_a_bir_of_its_type_without_a_record(birs: dict[str, etree._Element]) -> None:
    bir = birs["Left LittleFinger"]
    assert _text(bir, "BDB") == _text(bir, "SB") == ""
    assert _text(bir, "BDBInfo/Type") == "Finger"
    assert _text(bir, "BDBInfo/Quality/Score") == "0"
    assert _others(bir) == {
        "EXCEPTION": "true",
        "RETRIES": "0",
        "SDK_SCORE": "0.0",
        "FORCE_CAPTURED": "false",
        "PAYLOAD": "",
        "SPEC_VERSION": "",
    }


def test_no_captured_bir_lacks_its_record(birs: dict[str, etree._Element]) -> None:
    captured = [bir for bir in birs.values() if _others(bir)["EXCEPTION"] == "false"]
    assert all(_text(bir, "BDB") and _text(bir, "SB") for bir in captured)


def test_a_file_with_one_sample_and_one_exception_is_valid_too(
    samples: tuple[BiometricSample, ...], reference_data: Path
) -> None:
    packet = assemble(make_contents(samples=samples[:1], exceptions=EXCEPTIONS), make_schema())
    schema = etree.XMLSchema(etree.parse(reference_data / "mosip" / "mosip-cbeff.xsd"))
    root = etree.fromstring(packet.subpackets["id"][NAME])
    schema.assertValid(root)
    assert len(root.findall(f"{NS}BIR")) == 2
