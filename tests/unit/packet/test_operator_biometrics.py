"""Captures of officer and supervisor, and the photo of an exception, as a server reads them."""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from lxml import etree

from muster.crypto.envelope import DecryptionKey, encrypt
from muster.domain.biometrics import BiometricSample
from muster.packet.assemble import assemble
from muster.packet.contents import PacketContents
from muster.packet.opening import open_packet
from muster.packet.seal import SealedPacket, seal
from unit.packet.contents_fixture import EXCEPTIONS, RID, KeyPair, make_contents, make_schema
from unit.packet.independent_reader import Subpacket, b64u, labelled, read_packet, verify_jws

NS = "{http://standards.iso.org/iso-iec/19785/-3/ed-2/}"
INDIVIDUAL = "individualBiometrics_bio_CBEFF.xml"
OFFICER = "officer_bio_cbeff.xml"
SUPERVISOR = "supervisor_bio_cbeff.xml"
PARTS = ("id", "evidence", "optional")


def _birs(content: bytes) -> list[etree._Element]:
    return etree.fromstring(content).findall(f"{NS}BIR")


def _text(bir: etree._Element, path: str) -> str:
    found = bir.find("/".join(f"{NS}{name}" for name in path.split("/")))
    assert found is not None, path
    return found.text or ""


def _others(element: etree._Element) -> dict[str, str]:
    return {each.get("key", ""): each.text or "" for each in element.findall(f"{NS}others/{NS}entry")}


def _photo(packet: Subpacket) -> etree._Element:
    (found,) = [
        each for each in _birs(packet.files[INDIVIDUAL]) if _text(each, "BDBInfo/Type") == "ExceptionPhoto"
    ]
    return found


def _device_says(bir: etree._Element) -> dict[str, object]:
    """What the device signed, put together and verified as the server's signature validator does."""
    record = base64.b64decode(_text(bir, "BDB"), validate=True)
    header, empty, signature = base64.b64decode(_text(bir, "SB"), validate=True).decode().split(".")
    assert empty == ""
    payload = _others(bir)["PAYLOAD"].replace("<bioValue>", b64u(record))
    return verify_jws(f"{header}.{b64u(payload.encode())}.{signature}")[0]


@pytest.fixture(scope="module")
def reviewed(samples: tuple[BiometricSample, ...]) -> PacketContents:
    """Two fingers and a photo of the missing one; the officer gave two fingers, the supervisor a face."""
    return replace(
        make_contents(samples=samples[:2], exceptions=EXCEPTIONS),
        officer_samples=samples[4:6],
        supervisor="supervisor-1",
        supervisor_password_confirmed=True,
        supervisor_samples=samples[-1:],
        exception_photo=samples[-1],
    )


@pytest.fixture(scope="module")
def sealed_review(reviewed: PacketContents, machine: KeyPair, server: KeyPair) -> SealedPacket:
    encrypting = partial(encrypt, server.certificate_pem)
    return seal(assemble(reviewed, make_schema()), sign=machine.key.sign, encrypt=encrypting)


@pytest.fixture(scope="module")
def parts(sealed_review: SealedPacket, server: KeyPair) -> dict[str, Subpacket]:
    return read_packet(sealed_review.content, server.key.to_pem(), RID)


# Who may have been captured


def test_a_supervisor_without_a_name_has_confirmed_nothing() -> None:
    with pytest.raises(ValueError, match="supervisor"):
        replace(make_contents(), supervisor_password_confirmed=True)


def test_captures_of_a_supervisor_without_a_name_are_refused(samples: tuple[BiometricSample, ...]) -> None:
    with pytest.raises(ValueError, match="supervisor"):
        replace(make_contents(), supervisor_samples=samples[:1])


def test_a_finger_is_no_exception_photo(samples: tuple[BiometricSample, ...]) -> None:
    with pytest.raises(ValueError, match="face device"):
        replace(make_contents(), exception_photo=samples[0])


# The operators' files


def test_a_packet_with_operators_and_a_photo_opens_valid(
    sealed_review: SealedPacket, decryption_key: DecryptionKey, machine: KeyPair
) -> None:
    assert open_packet(sealed_review.content, decryption_key, machine.key.public_pem).is_valid


@pytest.mark.parametrize("file", [OFFICER, SUPERVISOR])
def test_captures_of_operators_stand_in_id_alone(parts: dict[str, Subpacket], file: str) -> None:
    assert [part for part in PARTS if file in parts[part].files] == ["id"]


@pytest.mark.parametrize("file", [OFFICER, SUPERVISOR, INDIVIDUAL])
def test_the_files_are_valid_against_mosips_schema(
    parts: dict[str, Subpacket], file: str, reference_data: Path
) -> None:
    schema = etree.XMLSchema(etree.parse(reference_data / "mosip" / "mosip-cbeff.xsd"))
    schema.assertValid(etree.fromstring(parts["id"].files[file]))


def test_each_file_holds_its_operators_captures(parts: dict[str, Subpacket]) -> None:
    officer, supervisor = (_birs(parts["id"].files[file]) for file in (OFFICER, SUPERVISOR))
    assert [_text(each, "BDBInfo/Subtype") for each in officer] == ["Right IndexFinger", "Right MiddleFinger"]
    assert [_text(each, "BDBInfo/Type") for each in supervisor] == ["Face"]


@pytest.mark.parametrize("file", [OFFICER, SUPERVISOR])
def test_every_capture_of_an_operator_carries_its_devices_signature(
    parts: dict[str, Subpacket], file: str
) -> None:
    for bir in _birs(parts["id"].files[file]):
        assert _device_says(bir)["bioType"] == _text(bir, "BDBInfo/Type")


@pytest.mark.parametrize("file", [OFFICER, SUPERVISOR])
def test_the_root_has_others_without_an_entry(parts: dict[str, Subpacket], file: str) -> None:
    (others,) = etree.fromstring(parts["id"].files[file]).findall(f"{NS}others")
    assert len(others) == 0


def test_the_operations_are_officer_supervisor_and_audit_last(parts: dict[str, Subpacket]) -> None:
    names = ["officer_bio_cbeff", "supervisor_bio_cbeff", "audit"]
    assert parts["id"].meta["hashSequence2"] == [{"label": "otherFiles", "value": names}]


def test_the_operations_hash_covers_the_operators_files(parts: dict[str, Subpacket]) -> None:
    files = parts["id"].files
    octets = files[OFFICER] + files[SUPERVISOR] + files["audit.json"]
    assert files["packet_operations_hash.txt"] == hashlib.sha256(octets).hexdigest().upper().encode()


def test_the_data_hash_does_not_cover_the_operators_files(parts: dict[str, Subpacket]) -> None:
    assert not {"officer_bio_cbeff", "supervisor_bio_cbeff"} & set(parts["id"].sequence("hashSequence1"))


def test_the_meta_info_names_the_operators_files_where_they_are(parts: dict[str, Subpacket]) -> None:
    officer, supervisor = "officer_bio_cbeffBiometricFileName", "supervisor_bio_cbeffBiometricFileName"
    assert parts["id"].meta[officer] == OFFICER
    assert parts["id"].meta[supervisor] == SUPERVISOR
    assert not {officer, supervisor} & {*parts["evidence"].meta, *parts["optional"].meta}


def test_operations_data_names_who_confirmed_and_how(parts: dict[str, Subpacket]) -> None:
    operations = labelled(parts["id"].meta["operationsData"])
    assert {name: operations[name] for name in operations if operations[name] is not None} == {
        "officerId": "officer-1",
        "officerBiometricFileName": "officer_bio_cbeff",
        "supervisorId": "supervisor-1",
        "supervisorBiometricFileName": "supervisor_bio_cbeff",
        "supervisorPassword": "true",
        "officerPassword": "true",
        "supervisorOTPAuthentication": "false",
        "officerOTPAuthentication": "false",
    }


def test_an_officer_alone_leaves_no_trace_of_a_supervisor(samples: tuple[BiometricSample, ...]) -> None:
    files = assemble(replace(make_contents(), officer_samples=samples[:1]), make_schema()).subpackets["id"]
    meta = json.loads(files["packet_meta_info.json"])["identity"]
    assert meta["hashSequence2"][0]["value"] == ["officer_bio_cbeff", "audit"]
    assert labelled(meta["operationsData"])["supervisorBiometricFileName"] is None
    assert SUPERVISOR not in files


def test_a_supervisor_may_have_confirmed_by_password_alone() -> None:
    contents = replace(make_contents(), supervisor="supervisor-1", supervisor_password_confirmed=True)
    files = assemble(contents, make_schema()).subpackets["id"]
    operations = labelled(json.loads(files["packet_meta_info.json"])["identity"]["operationsData"])
    assert (operations["supervisorId"], operations["supervisorPassword"]) == ("supervisor-1", "true")
    assert operations["supervisorBiometricFileName"] is None


def test_the_devices_that_captured_operators_are_named_too(samples: tuple[BiometricSample, ...]) -> None:
    files = assemble(replace(make_contents(), officer_samples=samples[:1]), make_schema()).subpackets["id"]
    (device,) = json.loads(files["packet_meta_info.json"])["identity"]["capturedRegisteredDevices"]
    assert device["digitalId"]["serialNo"] == "F-1"


def test_captures_of_operators_are_not_the_persons(parts: dict[str, Subpacket]) -> None:
    assert list(parts["id"].meta["biometrics"]["individualBiometrics"]) == ["leftIndex", "leftMiddle", "unknown"]


# The exception photo


def test_the_photo_is_of_its_own_type_without_subtype(parts: dict[str, Subpacket]) -> None:
    photo = _photo(parts["id"])
    assert _text(photo, "BDBInfo/Subtype") == ""
    assert _text(photo, "BDBInfo/Format/Type") == "8"


def test_the_photo_is_no_exception_itself(parts: dict[str, Subpacket]) -> None:
    assert _others(_photo(parts["id"]))["EXCEPTION"] == "false"


def test_the_photo_carries_its_devices_signature(parts: dict[str, Subpacket]) -> None:
    assert _device_says(_photo(parts["id"]))["bioType"] == "Face"


def test_the_photo_is_listed_as_unknown_and_points_at_its_bir(parts: dict[str, Subpacket]) -> None:
    assert parts["id"].meta["biometrics"]["individualBiometrics"]["unknown"] == {
        "numRetry": 2,
        "forceCaptured": False,
        "birindex": _text(_photo(parts["id"]), "BDBInfo/Index"),
    }


def test_the_photo_takes_no_place_from_a_captured_face(samples: tuple[BiometricSample, ...]) -> None:
    contents = replace(make_contents(samples=samples[-1:]), exception_photo=samples[-1])
    birs = _birs(assemble(contents, make_schema()).subpackets["id"][INDIVIDUAL])
    assert [_text(each, "BDBInfo/Type") for each in birs] == ["Face", "ExceptionPhoto"]


def test_a_photo_makes_a_file_where_everything_else_is_an_exception(samples: tuple[BiometricSample, ...]) -> None:
    contents = replace(make_contents(exceptions=EXCEPTIONS), exception_photo=samples[-1])
    birs = _birs(assemble(contents, make_schema()).subpackets["id"][INDIVIDUAL])
    assert [_text(each, "BDBInfo/Type") for each in birs] == ["ExceptionPhoto", "Finger"]
